// How loud each room is for oneself, what counts as unread, and which rooms hold something unsent.
import { defineStore } from 'pinia'
import { computed, effectScope, watch, type EffectScope } from 'vue'
import { serverNow, useMinute } from '@/lib/clock'
import { FOR_GOOD, type Level, type Millis, type Place, type RoomId } from '@/wire/frames'
import { call } from '@/wire/http'
import { useConnection } from './connection'
import { useDrafts } from './drafts'
import { useRooms, type Room } from './rooms'

/** Who stops writing for a moment has not changed her mind. */
const SETTLE = 1_500

export const usePlaces = defineStore('places', () => {
  const rooms = useRooms()
  const drafts = useDrafts()
  const connection = useConnection()
  const minute = useMinute()

  let scope: EffectScope | null = null
  let telling: ReturnType<typeof setTimeout> | undefined
  /** The rooms of which this device has said that a draft is there. */
  const told = new Set<RoomId>()

  function isMuted(room: Room): boolean {
    if (room.muted === undefined) return false
    // So that whoever shows it asks again with each minute.
    void minute.value
    return room.muted > serverNow()
  }

  /** Whether unread messages of the room are counted, rather than shown by a dot. */
  function isLoud(room: Room): boolean {
    return room.level === 'all' && !isMuted(room)
  }

  /** How much of the room means oneself, where one wants to be told of it. */
  function mentions(room: Room): number {
    return room.level === 'nothing' || isMuted(room) ? 0 : (room.mentions ?? 0)
  }

  const total = computed(() =>
    rooms.active.reduce((sum, room) => sum + (isLoud(room) ? rooms.unread(room.room) : mentions(room)), 0),
  )
  /** How many messages are meant for oneself: what is said in conversations, and mentions. */
  const calls = computed(() =>
    rooms.active.reduce((sum, room) => {
      if (room.level === 'nothing' || isMuted(room)) return sum
      return sum + (room.kind === 'direct' ? rooms.unread(room.room) : (room.mentions ?? 0))
    }, 0),
  )
  const mentioned = computed(() => rooms.active.reduce((sum, room) => sum + mentions(room), 0))
  const hasQuiet = computed(() => rooms.active.some((room) => !isMuted(room) && rooms.unread(room.room) > 0))

  /** *muted*: until when one is told nothing of it; null to hear it again. */
  async function setLevel(id: RoomId, level: Level, muted: Millis | null): Promise<void> {
    rooms.receivePlace(await call<Place>('PUT', `/rooms/${id}/level`, { body: { level, muted } }))
  }

  /** *hours*: null for good. */
  function mute(room: Room, hours: number | null): Promise<void> {
    return setLevel(room.room, room.level, hours === null ? FOR_GOOD : serverNow() + hours * 3_600_000)
  }

  async function readAll(): Promise<void> {
    const before = rooms.active.concat(rooms.archived)
    await call('POST', '/me/read-all')
    for (const room of before) {
      rooms.remind(room.room, null)
      rooms.setRead(room.room, room.seq)
    }
  }

  /** Something unsent waits in the room, here or on another device. */
  function hasDraft(room: Room): boolean {
    return drafts.has(room.room) || (room.draft !== undefined && !told.has(room.room))
  }

  // Drafts.

  /** Rooms in which something waits here, of which the server does not know, or no more. */
  function unknown(): string {
    return [...drafts.written()].filter((room) => rooms.get(room)?.draft === undefined).join()
  }

  async function tellDrafts(): Promise<void> {
    const written = drafts.written()
    for (const room of new Set([...written, ...told])) {
      const draft = written.has(room)
      const place = rooms.get(room)
      if (!place) continue
      if (draft) told.add(room)
      // It is known already: from another device or an earlier visit, or since a post has ended it.
      if (draft === (place.draft !== undefined)) {
        if (!draft) told.delete(room)
        continue
      }
      try {
        const answer = await connection.request('draft', { room, draft })
        if (!draft) told.delete(room)
        rooms.receivePlace(answer)
      } catch {
        // Only a pen in a list: the next change, or the next visit, says it.
        if (draft) told.delete(room)
      }
    }
  }

  function open(): void {
    close()
    scope = effectScope(true)
    scope.run(() =>
      watch([() => [...drafts.written()].join(), unknown, () => connection.isLive && rooms.loaded], () => {
        clearTimeout(telling)
        telling = setTimeout(() => void tellDrafts(), SETTLE)
      }),
    )
  }

  function close(): void {
    scope?.stop()
    scope = null
    clearTimeout(telling)
    told.clear()
  }

  return {
    total,
    calls,
    mentioned,
    mentions,
    hasQuiet,
    isMuted,
    isLoud,
    setLevel,
    mute,
    readAll,
    hasDraft,
    open,
    close,
  }
})
