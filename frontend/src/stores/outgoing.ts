// Files on their way out: what this page shows of them until the server has them, and how far they are.
import { shallowReactive } from 'vue'
import type { LocalFile, OutboxRecord } from '@/lib/db'
import type { FileRow } from '@/wire/frames'

/** A loaded picture needs its address no longer; a row that is drawn anew takes the server's. */
const KEPT_FOR = 60_000

const held = new Map<string, LocalFile>()
const urls = new Map<string, string>()
/** Part of the whole, by id; absent while nothing moves. */
const progress = shallowReactive(new Map<string, number>())
const stops = new Map<string, AbortController>()
const begunAnew = new Set<string>()

let next = 0

/** By what id this page knows a file that the server does not. */
export function newId(): string {
  return `local-${Date.now().toString(36)}-${next++}`
}

export function isLocal(id: string): boolean {
  return id.startsWith('local-')
}

export function hold(file: LocalFile): void {
  held.set(file.id, file)
}

/** A file that will not be sent. */
export function drop(id: string): void {
  held.delete(id)
  progress.delete(id)
  const url = urls.get(id)
  if (url) URL.revokeObjectURL(url)
  urls.delete(id)
}

/** The files with these ids. */
export function take(ids: string[] | undefined): LocalFile[] {
  return (ids ?? []).flatMap((id) => held.get(id) ?? [])
}

/** Where the page finds it without the server. */
export function urlOf(id: string): string | undefined {
  const known = urls.get(id)
  const file = held.get(id)
  if (known || !file) return known
  const url = URL.createObjectURL(file.blob)
  urls.set(id, url)
  return url
}

export function progressOf(id: string): number | undefined {
  return progress.get(id)
}

export function setProgress(id: string, part: number): void {
  progress.set(id, part)
}

/** As rows of a message; what is not brought yet under its local id. */
export function shown(files: LocalFile[]): FileRow[] {
  return files.map((file) => {
    if (file.row) return file.row
    hold(file)
    const { id, name, mime, kind, size, width, height, duration } = file
    return {
      ...{ id, name, mime, kind, size },
      ...(width && height && { width, height }),
      ...(duration !== undefined && { duration }),
    }
  })
}

/** The server has it: for a while it is still shown from here, so that nothing flickers. */
export function adopt(file: LocalFile): void {
  const url = urls.get(file.id)
  progress.delete(file.id)
  stops.delete(file.id)
  held.delete(file.id)
  urls.delete(file.id)
  if (!url || !file.row) return
  const { id } = file.row
  urls.set(id, url)
  setTimeout(() => {
    urls.delete(id)
    URL.revokeObjectURL(url)
  }, KEPT_FOR)
}

/** What stops the upload of a file. */
export function stopperOf(id: string): AbortSignal {
  const stop = new AbortController()
  stops.set(id, stop)
  return stop.signal
}

/** It is not brought any further. */
export function giveUp(id: string): void {
  stops.get(id)?.abort()
  stops.delete(id)
  progress.delete(id)
}

/** Forgets that the record's files were brought; false if that was done before. */
export function startAnew(record: OutboxRecord): boolean {
  if (begunAnew.has(record.nonce)) return false
  begunAnew.add(record.nonce)
  for (const file of record.files ?? []) delete file.row
  return true
}
