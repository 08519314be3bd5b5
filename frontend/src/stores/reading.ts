// How far each room is read: at once here, and told to the server bundled.
import type { RoomId, Seq } from '@/wire/frames'
import { callLast } from '@/wire/http'
import { useConnection } from './connection'
import { useRooms } from './rooms'

const REPORT_EVERY = 1_000

export interface Reading {
  markVisible(room: RoomId, seq: Seq): void
  /** From this message on it counts as unread; what is seen from now on says nothing, until the room is left. */
  markUnread(room: RoomId, seq: Seq): Promise<void>
  holdUnread(room: RoomId, seq: Seq): void
  /** Read while away: said after `welcome`, whose counters do not know of it yet. */
  reportAll(): void
  left(room: RoomId): void
  forget(room: RoomId): void
  open(): void
  close(): void
}

/** *drawLine*: puts the unread line before a message, in a room that is open; false if it is not. */
export function createReading(drawLine: (room: RoomId, seq: Seq) => boolean): Reading {
  const connection = useConnection()
  const rooms = useRooms()
  const seen = new Map<RoomId, Seq>()
  const timers = new Map<RoomId, ReturnType<typeof setTimeout>>()
  /** Marked as unread while they were open: nothing in them is read until they are left. */
  const heldUnread = new Set<RoomId>()

  function markVisible(id: RoomId, seq: Seq): void {
    const room = rooms.get(id)
    if (!room || heldUnread.has(id)) return
    const isReminded = room.unread_from !== undefined && seq >= room.unread_from
    if (seq <= room.read && !isReminded) return
    if (isReminded) rooms.remind(id, null)
    rooms.setRead(id, Math.min(seq, room.seq))
    seen.set(id, Math.max(seq, seen.get(id) ?? 0))
    if (!timers.has(id))
      timers.set(
        id,
        setTimeout(() => void report(id), REPORT_EVERY),
      )
  }

  async function markUnread(id: RoomId, seq: Seq): Promise<void> {
    const before = rooms.get(id)?.unread_from ?? null
    holdUnread(id, seq)
    rooms.remind(id, seq)
    try {
      rooms.receivePlace(await connection.request('unread', { room: id, seq }))
    } catch (error) {
      heldUnread.delete(id)
      rooms.remind(id, before)
      throw error
    }
  }

  function holdUnread(id: RoomId, seq: Seq): void {
    if (!drawLine(id, seq)) return
    heldUnread.add(id)
    // A mark that is about to be told would end at once what has been asked for.
    clearTimeout(timers.get(id))
    timers.delete(id)
    seen.delete(id)
  }

  async function report(id: RoomId): Promise<void> {
    timers.delete(id)
    const seq = seen.get(id)
    if (seq === undefined) return
    seen.delete(id)
    try {
      await connection.request('read', { room: id, seq })
    } catch {
      // Told again with the next row that is read, or after the next welcome.
      seen.set(id, Math.max(seq, seen.get(id) ?? 0))
    }
  }

  function reportAll(): void {
    for (const [id, seq] of [...seen]) {
      rooms.setRead(id, seq)
      void report(id)
    }
  }

  /** Out of sight the timer may sleep. */
  function hide(): void {
    if (document.visibilityState !== 'hidden') return
    for (const [id, timer] of [...timers]) {
      clearTimeout(timer)
      void report(id)
    }
  }

  /** The page leaves, and the line with it: what is not told yet goes another way. */
  function reportLast(): void {
    for (const [id, seq] of seen) callLast('PUT', `/rooms/${id}/read`, { seq })
  }

  function open(): void {
    addEventListener('pagehide', reportLast)
    document.addEventListener('visibilitychange', hide)
  }

  function close(): void {
    removeEventListener('pagehide', reportLast)
    document.removeEventListener('visibilitychange', hide)
    for (const timer of timers.values()) clearTimeout(timer)
    timers.clear()
    seen.clear()
    heldUnread.clear()
  }

  return {
    markVisible,
    markUnread,
    holdUnread,
    reportAll,
    left: (room) => void heldUnread.delete(room),
    forget: (room) => void seen.delete(room),
    open,
    close,
  }
}
