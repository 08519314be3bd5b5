// Who is writing in which room just now, and telling the others that one is.
import { shallowReactive } from 'vue'
import { serverNow } from '@/lib/clock'
import type { RoomId, UserId } from '@/wire/frames'
import { useConnection } from './connection'
import { useContacts } from './contacts'

/** A sign is told again after so long, and holds for twice that: one that is lost is not missed. */
const EVERY = 3_000
const LASTS = 6_000

export interface Writers {
  typing(room: RoomId): UserId[]
  receiveTyping(room: RoomId, user: UserId): void
  /** What was being written has come. */
  stopTyping(room: RoomId, user: UserId): void
  sendTyping(room: RoomId): void
  forget(room: RoomId): void
  clear(): void
}

export function createWriters(me: () => UserId): Writers {
  const connection = useConnection()
  const contacts = useContacts()
  const writers = shallowReactive(new Map<RoomId, ReadonlyMap<UserId, ReturnType<typeof setTimeout>>>())
  const told = new Map<RoomId, number>()

  function receiveTyping(room: RoomId, user: UserId): void {
    if (user === me() || contacts.isBlocked(user)) return
    clearTimeout(writers.get(room)?.get(user))
    const timer = setTimeout(() => stopTyping(room, user), LASTS)
    writers.set(room, new Map(writers.get(room)).set(user, timer))
  }

  function stopTyping(room: RoomId, user: UserId): void {
    const known = writers.get(room)
    if (!known?.has(user)) return
    clearTimeout(known.get(user))
    const rest = new Map(known)
    rest.delete(user)
    writers.set(room, rest)
  }

  function sendTyping(room: RoomId): void {
    const now = serverNow()
    if (now - (told.get(room) ?? -Infinity) < EVERY) return
    told.set(room, now)
    connection.tell('typing', { room })
  }

  function forget(room: RoomId): void {
    for (const timer of writers.get(room)?.values() ?? []) clearTimeout(timer)
    writers.delete(room)
  }

  function clear(): void {
    for (const room of [...writers.keys()]) forget(room)
    told.clear()
  }

  return {
    typing: (room) => [...(writers.get(room)?.keys() ?? [])],
    receiveTyping,
    stopTyping,
    sendTyping,
    forget,
    clear,
  }
}
