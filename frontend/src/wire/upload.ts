// Files on their way to the server: one after the other, with progress, until they are there or somebody has enough.
import type { LocalFile, OutboxRecord } from '@/lib/db'
import type { FileRow, RoomId } from './frames'
import { Refused } from './refused'

/** Not a byte for so long: the line is dead, whatever the browser thinks. */
const STALLED = 30_000
const TRIES = 3

export interface UploadPort {
  /** Aborted when *file* is not wanted any more. */
  stopper(file: LocalFile): AbortSignal
  /** Part of the whole. */
  progress(file: LocalFile, part: number): void
  brought(file: LocalFile): Promise<void> | undefined
}

/** Brings what of the record's files is not there yet, and answers the ids of all.  Throws Refused. */
export async function bring(record: OutboxRecord, port: UploadPort): Promise<string[]> {
  /* One may be left behind while another is on its way. */
  const isWanted = (file: LocalFile): boolean => record.files?.includes(file) ?? false
  for (const file of [...(record.files ?? [])]) {
    if (file.row || !isWanted(file)) continue
    try {
      file.row = await patiently(record.room, file, port)
      await port.brought(file)
    } catch (error) {
      if (isWanted(file)) throw error
    }
  }
  return (record.files ?? []).flatMap((file) => file.row?.id ?? [])
}

/** The server may want to know first who sends so much: it then asks for it again. */
async function patiently(room: RoomId, file: LocalFile, port: UploadPort): Promise<FileRow> {
  for (let tries = 1; ; tries++) {
    try {
      return await upload(room, file, port)
    } catch (error) {
      if (!(error instanceof Refused) || error.code !== 'busy' || error.retryAfter === null || tries === TRIES)
        throw error
      const pause = error.retryAfter * 1_000
      await new Promise((done) => setTimeout(done, pause))
    }
  }
}

function upload(room: RoomId, file: LocalFile, { stopper, progress }: UploadPort): Promise<FileRow> {
  const stop = stopper(file)
  const query = new URLSearchParams({ name: file.name })
  if (file.kind === 'video' && file.width && file.height) {
    query.set('width', String(file.width))
    query.set('height', String(file.height))
  }
  if (file.duration !== undefined) query.set('duration', String(Math.round(file.duration)))
  return new Promise((resolve, reject) => {
    // fetch says nothing of how much has gone out.
    const request = new XMLHttpRequest()
    let timer = setTimeout(() => request.abort(), STALLED)
    const giveUp = () => request.abort()
    const end = (refused: Refused | null) => {
      clearTimeout(timer)
      stop.removeEventListener('abort', giveUp)
      if (refused) reject(refused)
    }
    stop.addEventListener('abort', giveUp)
    request.upload.onprogress = (event) => {
      clearTimeout(timer)
      timer = setTimeout(() => request.abort(), STALLED)
      progress(file, event.loaded / Math.max(event.total, 1))
    }
    request.onload = () => {
      const isThere = request.status === 201
      end(isThere ? null : refusalOf(request))
      if (isThere) resolve(JSON.parse(request.responseText) as FileRow)
    }
    request.onerror = () => end(new Refused({ code: 'offline' }))
    request.onabort = () => end(new Refused({ code: stop.aborted ? 'offline' : 'timeout' }))
    request.open('POST', `/api/v1/rooms/${room}/files?${query}`)
    request.setRequestHeader('Content-Type', 'application/octet-stream')
    progress(file, 0)
    request.send(file.blob)
    if (stop.aborted) request.abort()
  })
}

function refusalOf({ status, responseText }: XMLHttpRequest): Refused {
  let problem: { code?: unknown; detail?: string; retry_after?: number } = {}
  try {
    problem = JSON.parse(responseText)
  } catch {
    // A proxy in front answers with pages of its own, not with problems.
  }
  const busy = status === 502 || status === 503 || status === 504
  const code = status === 413 ? 'too_large' : busy ? 'unavailable' : 'internal'
  return new Refused({
    code: typeof problem.code === 'string' ? problem.code : code,
    message: problem.detail,
    retryAfter: problem.retry_after ?? null,
    status,
  })
}
