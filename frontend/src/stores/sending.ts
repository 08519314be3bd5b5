// What is on its way out: the outbox with its files, and the rows that stand for what is not stored yet.
import { watch } from 'vue'
import type { LocalFile } from '@/lib/db'
import { fetched } from '@/lib/fetched'
import type { Carried, ErrorCode, RoomId, UserId } from '@/wire/frames'
import { codeOf, Refused } from '@/wire/http'
import { Outbox, type OutboxPort, type OutboxRecord } from '@/wire/outbox'
import { morePending, pendingRow, type ChatRow, type RoomLog } from '@/wire/roomlog'
import { useConnection } from './connection'
import * as outgoing from './outgoing'

export interface Sending {
  open(): void
  close(): void
  /** False when nobody is signed in. */
  write(room: RoomId, text: string, carried?: Carried): boolean
  /** Everything that waits goes now. */
  flush(): void
  retry(nonce: string): void
  discard(nonce: string): void
  /** Leaves one file of it behind. */
  withdraw(nonce: string, file: string): void
  /** The files of what is not sent yet, wherever they are on their way. */
  pendingFiles(nonce: string): LocalFile[]
  /** Takes it out; answers its text. */
  editPending(nonce: string): string | undefined
  /** Its pending rows, also before `welcome` has brought the room. */
  rowsOf(room: RoomId): ChatRow[]
  dropRoom(room: RoomId): void
}

/** *inLog* works on the log of a room, if there is one, and shows what came of it. */
export function createSending(me: () => UserId, inLog: (room: RoomId, work: (log: RoomLog) => void) => void): Sending {
  const connection = useConnection()
  const rows = new Map<string, ChatRow>()
  let outbox: Outbox | null = null

  function open(): void {
    outbox = new Outbox(me(), port)
    void outbox.load()
  }

  function close(): void {
    outbox?.close()
    outbox = null
    rows.clear()
    connection.waitingCount = 0
  }

  function write(room: RoomId, text: string, carried?: Carried): boolean {
    outbox?.write(room, text, carried, outgoing.take(carried?.files))
    return outbox !== null
  }

  function flush(): void {
    void outbox?.flushAll()
  }

  // A line that was doubted and proved good is not welcomed again.
  watch(
    () => connection.isLive,
    (isLive) => isLive && flush(),
  )

  function change(room: RoomId, work: (log: RoomLog) => void): void {
    connection.waitingCount = outbox?.size ?? 0
    inLog(room, work)
  }

  function showFiles(record: OutboxRecord): void {
    const more = morePending(record.carried, outgoing.shown(record.files ?? []))
    change(record.room, (log) => log.changePending(record.nonce, { more }))
  }

  const port: OutboxPort = {
    async post(record) {
      const { room, text, nonce, carried } = record
      if (!record.files) return connection.request('post', { room, text, nonce, ...carried })
      // It waits for a line, and goes with it.
      const { bring } = await fetched(() => import('@/wire/upload')).catch(() => {
        throw new Refused({ code: 'offline' })
      })
      const ids = await bring(record, {
        stopper: (file) => outgoing.stopperOf(file.id),
        progress: (file, part) => outgoing.setProgress(file.id, part),
        brought(file) {
          outgoing.adopt(file)
          showFiles(record)
          return outbox?.update(record)
        },
      })
      const post = { room, text, nonce, ...record.carried, ...(ids.length > 0 && { files: ids }) }
      return connection.request('post', post).catch((error: unknown) => {
        // They waited too long, and were swept away: once more from the beginning.
        if (codeOf(error) === 'no_such_file' && outgoing.startAnew(record)) throw new Refused({ code: 'retry' })
        throw error
      })
    },
    isOpen: () => connection.isLive,
    written(record) {
      const status = record.failed ? 'failed' : 'queued'
      const row = pendingRow({
        room: record.room,
        author: me(),
        text: record.text,
        created: record.at,
        nonce: record.nonce,
        ...(record.carried && { carried: record.carried }),
        ...(record.files && { files: outgoing.shown(record.files) }),
        status,
        error: record.failed as ErrorCode | null,
      })
      rows.set(record.nonce, row)
      change(record.room, (log) => log.addPending(row))
    },
    sending: ({ room, nonce }) => pending(room, nonce, { status: 'sending', error: null, retryAt: null }),
    slow: ({ room, nonce }) => pending(room, nonce, { status: 'slow' }),
    waiting: ({ room, nonce }, retryAt) => pending(room, nonce, { status: 'queued', error: null, retryAt }),
    failed: ({ room, nonce }, error) => pending(room, nonce, { status: 'failed', error, retryAt: null }),
    stored(record, posted) {
      const { room, nonce } = record
      rows.delete(nonce)
      if (record.files) showFiles(record)
      change(room, (log) => log.acknowledge(nonce, posted))
    },
    withdrawn(record, file) {
      outgoing.giveUp(file)
      showFiles(record)
    },
    gone({ room, nonce, files = [] }) {
      rows.delete(nonce)
      for (const { id } of files) outgoing.giveUp(id)
      change(room, (log) => log.removePending(nonce))
    },
  }

  function pending(room: RoomId, nonce: string, changes: Partial<Pick<ChatRow, 'status' | 'error' | 'retryAt'>>): void {
    const row = rows.get(nonce)
    if (row) rows.set(nonce, { ...row, ...changes })
    change(room, (log) => log.changePending(nonce, changes))
  }

  return {
    open,
    close,
    write,
    flush,
    retry: (nonce) => void outbox?.retry(nonce),
    discard: (nonce) => void outbox?.discard(nonce),
    withdraw: (nonce, file) => outbox?.withdraw(nonce, file),
    pendingFiles: (nonce) => outbox?.filesOf(nonce) ?? [],
    editPending: (nonce) => outbox?.discard(nonce),
    rowsOf: (room) => [...rows.values()].filter((row) => row.room === room),
    dropRoom: (room) => outbox?.discardRoom(room),
  }
}
