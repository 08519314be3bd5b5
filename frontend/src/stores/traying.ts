// What is done with files before they are sent: looked at, made smaller, taken back.
import type { LocalFile } from '@/lib/db'
import { factsOf, kindOf, LARGE, smaller } from '@/lib/media'
import type { DraftPlace } from './drafts'
import * as outgoing from './outgoing'
import { useSession } from './session'
import { itemsOf, setItems, type TrayItem } from './tray'
import { useUi } from './ui'

function change(place: DraftPlace, id: string, changes: Partial<TrayItem>): void {
  setItems(
    place,
    itemsOf(place).map((item) => (item.file.id === id ? { ...item, ...changes } : item)),
  )
}

export async function add(place: DraftPlace, files: File[]): Promise<void> {
  const { limits } = useSession()
  const free = limits.files - itemsOf(place).length
  if (files.length > free) useUi().toast('files.too_many', { params: { count: limits.files }, tone: 'error' })
  const added = files.slice(0, Math.max(free, 0)).map((blob): TrayItem => {
    const kind = kindOf(blob.type)
    // What is pasted has no name of its own.
    const file = { id: outgoing.newId(), name: blob.name || 'image.png', mime: blob.type, kind, size: blob.size, blob }
    outgoing.hold(file)
    return { file, isReady: false, problem: null, original: null }
  })
  setItems(place, [...itemsOf(place), ...added])
  await Promise.all(added.map((item) => look(place, item.file)))
}

async function look(place: DraftPlace, file: LocalFile): Promise<void> {
  try {
    // A folder looks like a file until one reads it.
    await file.blob.slice(0, 1).arrayBuffer()
  } catch {
    return change(place, file.id, { isReady: true, problem: 'unreadable' })
  }
  Object.assign(file, await factsOf(file.blob, file.kind))
  const isLarge = file.kind === 'image' && Math.max(file.width ?? 0, file.height ?? 0) > LARGE
  if (isLarge && file.mime !== 'image/gif' && (await shrink(place, file))) return
  change(place, file.id, { isReady: true, problem: problemOf(file) })
}

function problemOf(file: LocalFile): TrayItem['problem'] {
  if (file.size === 0) return 'empty'
  return file.size > useSession().limits.file ? 'too_large' : null
}

async function shrink(place: DraftPlace, file: LocalFile): Promise<boolean> {
  const made = await smaller(file.blob)
  if (!made) return false
  const { blob, width, height } = made
  const name = blob.type === file.mime ? file.name : `${file.name.replace(/\.[^.]*$/, '')}.jpg`
  const small = { ...file, id: outgoing.newId(), name, mime: blob.type, size: blob.size, blob, width, height }
  replace(place, file.id, small, file)
  return true
}

function replace(place: DraftPlace, id: string, file: LocalFile, original: LocalFile): void {
  outgoing.drop(id)
  outgoing.hold(file)
  change(place, id, { file, isReady: true, problem: problemOf(file), original })
}

/** Between the smaller picture and the one that was chosen. */
export async function toggleSize(place: DraftPlace, id: string): Promise<void> {
  const item = itemsOf(place).find((one) => one.file.id === id)
  if (!item?.original) return
  if (item.file === item.original) await shrink(place, item.original)
  else replace(place, id, item.original, item.original)
}

export function remove(place: DraftPlace, id: string): void {
  setItems(
    place,
    itemsOf(place).filter((item) => item.file.id !== id),
  )
  outgoing.drop(id)
}
