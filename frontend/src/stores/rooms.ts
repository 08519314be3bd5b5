// The rooms one belongs to: their rows, unread counts, and one's own place in each.
import { useLocalStorage } from '@vueuse/core'
import { defineStore } from 'pinia'
import { computed, ref, shallowReactive, watch } from 'vue'
import { collator } from '@/lib/collate'
import type { MessageRow, MemberRow, RoomId, RoomListing, RoomRow, RoomState, Seq } from '@/wire/frames'
import { call, Refused } from '@/wire/http'
import { useConnection } from './connection'
import { usePrefs } from './prefs'
import { useSession } from './session'

export type Room = RoomState

export type RoomWords = Pick<Room, 'title' | 'topic'>

export interface Gone {
  room: RoomId
  title: string
  why: 'left' | 'removed'
}

/** `joined` follows the answer at once; without a connection the next `welcome` brings the room. */
const JOIN_PATIENCE = 5_000

export const useRooms = defineStore('rooms', () => {
  const session = useSession()
  const prefs = usePrefs()
  const connection = useConnection()

  const byId = shallowReactive(new Map<RoomId, Room>())
  const loaded = ref(false)
  const gone = ref<Gone | null>(null)
  const lastOpened = useLocalStorage<number | null>('webchat.room', null, {
    serializer: { read: (text) => Number(text) || null, write: String },
  })
  const leaving = new Set<RoomId>()
  /** The rev of the room's own row, where one came by event. */
  const rowRevs = new Map<RoomId, number>()

  const sorted = computed(() => {
    const names = collator(prefs.locale)
    return [...byId.values()].sort((a, b) => names.compare(a.title, b.title) || a.room - b.room)
  })
  const active = computed(() => sorted.value.filter((room) => room.archived === null))
  const archived = computed(() => sorted.value.filter((room) => room.archived !== null))
  const totalUnread = computed(() => active.value.reduce((sum, room) => sum + unread(room.room), 0))

  function get(id: RoomId): Room | undefined {
    return byId.get(id)
  }

  function unread(id: RoomId): number {
    const room = byId.get(id)
    return room ? Math.max(0, room.seq - room.read) : 0
  }

  function unreadRooms(except?: RoomId): number {
    return active.value.filter((room) => room.room !== except && unread(room.room) > 0).length
  }

  function mayEdit(id: RoomId): boolean {
    return mayDeleteAny(id) || (byId.has(id) && session.mayAdminister)
  }

  function mayArchive(id: RoomId): boolean {
    const room = byId.get(id)
    return room !== undefined && (room.role === 'owner' || session.mayAdminister)
  }

  function mayDeleteAny(id: RoomId): boolean {
    const role = byId.get(id)?.role
    return role === 'owner' || role === 'moderator'
  }

  // What the server says.

  function change(id: RoomId, changes: Partial<Room>): void {
    const room = byId.get(id)
    if (room) byId.set(id, { ...room, ...changes })
  }

  function put(state: RoomState): void {
    byId.set(state.room, state)
    rowRevs.set(state.room, state.changed)
  }

  /** Answers the rooms that are no longer one's own. */
  function welcome(states: readonly RoomState[]): RoomId[] {
    const mine = new Set(states.map((state) => state.room))
    const lost = [...byId.keys()].filter((id) => !mine.has(id))
    for (const id of lost) drop(id)
    for (const state of states) put(state)
    loaded.value = true
    return lost
  }

  function drop(id: RoomId): void {
    const room = byId.get(id)
    if (!room) return
    byId.delete(id)
    rowRevs.delete(id)
    if (lastOpened.value === id) lastOpened.value = null
    gone.value = { room: id, title: room.title, why: leaving.has(id) ? 'left' : 'removed' }
  }

  function receiveRoom(row: RoomRow): void {
    if (row.rev <= (rowRevs.get(row.room) ?? 0)) return
    rowRevs.set(row.room, row.rev)
    const { kind, title, topic, created, archived } = row
    change(row.room, { kind, title, topic, created, archived, picture: row.picture })
  }

  function receiveMessage(row: MessageRow): void {
    const room = byId.get(row.room)
    if (!room || row.seq <= room.seq) return
    // An own post counts as read, from whichever device it came.
    const read = row.author === session.me?.id ? Math.max(room.read, row.seq) : room.read
    change(row.room, { seq: row.seq, read })
  }

  function receiveOwn(row: MemberRow): void {
    if (row.left) drop(row.room)
    else change(row.room, { role: row.role, joined_rev: row.joined_rev })
  }

  function setRead(id: RoomId, seq: Seq): void {
    const room = byId.get(id)
    if (room && seq > room.read) change(id, { read: seq })
  }

  /** After `reset`: the room's row as it is now. */
  async function refresh(id: RoomId): Promise<void> {
    const state = await call<RoomState>('GET', `/rooms/${id}`)
    const room = byId.get(id)
    if (!room) return
    const isNewer = state.changed >= (rowRevs.get(id) ?? 0)
    if (isNewer) rowRevs.set(id, state.changed)
    const row = isNewer ? state : { ...state, kind: room.kind, title: room.title, topic: room.topic }
    change(id, { ...row, read: Math.max(state.read, room.read) })
  }

  // What one asks for.

  function directory(search: string, after?: string | null): Promise<{ rooms: RoomListing[]; next: string | null }> {
    return call('GET', '/rooms', { query: { search: search.trim(), after } })
  }

  async function create(room: { title: string; topic?: string }): Promise<RoomId> {
    const state = await call<RoomState>('POST', '/rooms', { body: room })
    await until(state.room)
    return state.room
  }

  async function join(id: RoomId): Promise<void> {
    if (byId.has(id)) return
    if (connection.isLive) await connection.request('join', { room: id })
    else await call('POST', `/rooms/${id}/join`)
    await until(id)
  }

  async function leave(id: RoomId): Promise<void> {
    leaving.add(id)
    try {
      await call('POST', `/rooms/${id}/leave`)
      drop(id)
    } finally {
      leaving.delete(id)
    }
  }

  /** *seen* is what one had in view while changing it; throws Refused `conflict` when it is so no longer. */
  async function edit(id: RoomId, seen: RoomWords, changes: Partial<RoomWords>): Promise<void> {
    const room = byId.get(id)
    if (room && (room.title !== seen.title || room.topic !== seen.topic)) throw new Refused({ code: 'conflict' })
    await call('PATCH', `/rooms/${id}`, { body: { ...changes, if_rev: rowRevs.get(id) } })
  }

  async function setArchived(id: RoomId, archived: boolean): Promise<void> {
    await call('PUT', `/rooms/${id}/archived`, { body: { archived } })
  }

  function until(id: RoomId): Promise<void> {
    if (byId.has(id)) return Promise.resolve()
    return new Promise((resolve) => {
      const done = () => {
        stop()
        clearTimeout(timer)
        resolve()
      }
      const timer = setTimeout(done, JOIN_PATIENCE)
      const stop = watch(
        () => byId.has(id),
        (isHere) => isHere && done(),
        { flush: 'sync' },
      )
    })
  }

  function clear(): void {
    byId.clear()
    rowRevs.clear()
    loaded.value = false
    gone.value = null
  }

  return {
    byId,
    loaded,
    gone,
    lastOpened,
    active,
    archived,
    totalUnread,
    get,
    unread,
    unreadRooms,
    mayEdit,
    mayArchive,
    mayDeleteAny,
    directory,
    create,
    join,
    leave,
    edit,
    setArchived,
    welcome,
    put,
    drop,
    receiveRoom,
    receiveMessage,
    receiveOwn,
    setRead,
    refresh,
    clear,
  }
})
