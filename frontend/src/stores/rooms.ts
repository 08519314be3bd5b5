// The rooms one belongs to: their rows, unread counts, and one's own place in each.
import { useLocalStorage } from '@vueuse/core'
import { defineStore } from 'pinia'
import { computed, ref, shallowReactive, watch } from 'vue'
import { collator } from '@/lib/collate'
import type {
  Invitation,
  MemberRole,
  MessageRow,
  MemberRow,
  Millis,
  Place,
  Removed,
  RoomId,
  RoomKind,
  RoomListing,
  RoomRow,
  RoomState,
  Seq,
  UserId,
} from '@/wire/frames'
import { call, Refused } from '@/wire/http'
import { useConnection } from './connection'
import { useContacts } from './contacts'
import { usePrefs } from './prefs'
import { useSession } from './session'

export type Room = RoomState

export type RoomWords = Pick<Room, 'title' | 'topic'>

export type RoomSettings = Pick<Room, 'posting' | 'inviting' | 'slow' | 'kind' | 'mentioning'> & {
  retention: number | null
}

export interface Gone {
  room: RoomId
  title: string
  why: 'left' | 'removed' | 'banned' | 'banned_why' | 'deleted'
  reason: string
}

/** `joined` follows the answer at once; without a connection the next `welcome` brings the room. */
const JOIN_PATIENCE = 5_000
/** A read mark is on its way for so long before the server can say what is still unread. */
const RECOUNT_AFTER = 1_500
const MOST_MENTIONS = 100

export const useRooms = defineStore('rooms', () => {
  const session = useSession()
  const prefs = usePrefs()
  const connection = useConnection()
  const contacts = useContacts()

  const byId = shallowReactive(new Map<RoomId, Room>())
  const loaded = ref(false)
  /** While all this is only what the device remembers: of when; null once the server has said how it is. */
  const asOf = ref<Millis | null>(null)
  const gone = ref<Gone | null>(null)
  const lastOpened = useLocalStorage<number | null>('webchat.room', null, {
    serializer: { read: (text) => Number(text) || null, write: String },
  })
  const leaving = new Set<RoomId>()
  /** Why one is about to be taken out of a room. */
  const removals = new Map<RoomId, Removed>()
  /** When somebody last wrote in a room, as far as this page has seen it. */
  const stirred = shallowReactive(new Map<RoomId, Millis>())
  const recounting = new Map<RoomId, ReturnType<typeof setTimeout>>()
  /** The rev of the room's own row, where one came by event. */
  const rowRevs = new Map<RoomId, number>()

  const sorted = computed(() => {
    const names = collator(prefs.locale)
    return [...byId.values()].sort((a, b) => names.compare(a.title, b.title) || a.room - b.room)
  })
  const channels = computed(() => sorted.value.filter((room) => room.kind !== 'direct' && room.archived === null))
  /** Conversations, the one that was last written in first. */
  const directs = computed(() =>
    sorted.value
      .filter((room) => room.kind === 'direct')
      .sort((a, b) => (stirred.get(b.room) ?? 0) - (stirred.get(a.room) ?? 0)),
  )
  const active = computed(() => [...channels.value, ...directs.value])
  const archived = computed(() => sorted.value.filter((room) => room.archived !== null))
  const totalUnread = computed(() => active.value.reduce((sum, room) => sum + unread(room.room), 0))

  function get(id: RoomId): Room | undefined {
    return byId.get(id)
  }

  function unread(id: RoomId): number {
    const room = byId.get(id)
    return room ? Math.max(0, room.seq - readUpTo(room)) : 0
  }

  /** What comes after this seq counts as unread: where one wants to be reminded of something, from there on. */
  function readUpTo(room: Room): Seq {
    return room.unread_from === undefined ? room.read : Math.min(room.read, room.unread_from - 1)
  }

  /** Whether a message means oneself: by name, or with everybody. */
  function means(row: Pick<MessageRow, 'author' | 'mentions' | 'everyone'>): boolean {
    const me = session.me?.id
    if (me === undefined || row.author === me || contacts.isBlocked(row.author)) return false
    return row.everyone === 'all' || (row.mentions?.includes(me) ?? false)
  }

  function unreadRooms(except?: RoomId): number {
    return active.value.filter((room) => room.room !== except && unread(room.room) > 0).length
  }

  /** Looks after the room: its words and settings, its members. Nobody looks after a conversation. */
  function mayEdit(id: RoomId): boolean {
    const room = byId.get(id)
    return room !== undefined && room.kind !== 'direct' && (mayDeleteAny(id) || session.mayAdminister)
  }

  /** Owns the room, or the server: archives and deletes it, gives roles, makes it public or private. */
  function mayArchive(id: RoomId): boolean {
    const room = byId.get(id)
    return room !== undefined && room.kind !== 'direct' && (room.role === 'owner' || session.mayAdminister)
  }

  function mayInvite(id: RoomId): boolean {
    const room = byId.get(id)
    if (!room || room.kind === 'direct' || room.archived !== null) return false
    return room.inviting === 'all' || mayEdit(id)
  }

  function mayPost(id: RoomId): boolean {
    const room = byId.get(id)
    return room !== undefined && (room.posting === 'all' || mayEdit(id))
  }

  /** In a conversation, which nobody looks after, everybody pins. */
  function mayPin(id: RoomId): boolean {
    const room = byId.get(id)
    return room !== undefined && room.archived === null && (room.kind === 'direct' || mayEdit(id))
  }

  const RANKS = { member: 1, moderator: 2, owner: 3 }

  /** Whether one has power over a member of this role. */
  function outranks(id: RoomId, role: MemberRole): boolean {
    const room = byId.get(id)
    if (!room || !mayEdit(id)) return false
    return session.mayAdminister || RANKS[room.role] > RANKS[role]
  }

  function mayDeleteAny(id: RoomId): boolean {
    const role = byId.get(id)?.role
    return role === 'owner' || role === 'moderator'
  }

  // What the server says.

  function change(id: RoomId, changes: Partial<Room>): void {
    const room = byId.get(id)
    if (room) byId.set(id, named({ ...room, ...changes }))
  }

  /** A conversation is called by the people in it. */
  function named(room: Room): Room {
    if (room.kind !== 'direct') return room
    const names = (room.people ?? []).map((card) => card.display_name)
    const title = names.join(prefs.locale.startsWith('zh') ? '、' : ', ')
    return { ...room, title: title || session.me?.display_name || '' }
  }

  function put(state: RoomState): void {
    byId.set(state.room, named(state))
    rowRevs.set(state.room, state.changed)
  }

  /** Answers the rooms that are no longer one's own. */
  function welcome(states: readonly RoomState[]): RoomId[] {
    const mine = new Set(states.map((state) => state.room))
    const lost = [...byId.keys()].filter((id) => !mine.has(id))
    for (const id of lost) drop(id)
    // It may have happened long ago, and by her own doing.
    if (asOf.value !== null) gone.value = null
    for (const state of states) put(state)
    loaded.value = true
    asOf.value = null
    return lost
  }

  /** What the device remembers, until the first `welcome`. */
  function recall(states: readonly RoomState[], at: Millis): void {
    for (const state of states) put(state)
    loaded.value = true
    asOf.value = at
  }

  function drop(id: RoomId, why?: Gone['why']): void {
    const room = byId.get(id)
    if (!room) return
    byId.delete(id)
    rowRevs.delete(id)
    stirred.delete(id)
    clearTimeout(recounting.get(id))
    recounting.delete(id)
    if (lastOpened.value === id) lastOpened.value = null
    const removal = removals.get(id)
    removals.delete(id)
    const reason = removal?.reason ?? ''
    const taken = removal?.banned ? (reason ? 'banned_why' : 'banned') : 'removed'
    gone.value = { room: id, title: room.title, why: leaving.has(id) ? 'left' : (why ?? taken), reason }
  }

  function receiveRemoved(event: Removed): void {
    removals.set(event.room, event)
  }

  function setSilenced(id: RoomId, until: Millis | null): void {
    change(id, { silenced: until ?? undefined })
  }

  function receiveRoom(row: RoomRow): void {
    if (row.rev <= (rowRevs.get(row.room) ?? 0)) return
    if (row.deleted) return drop(row.room, 'deleted')
    rowRevs.set(row.room, row.rev)
    const { kind, title, topic, created, archived, posting, inviting, slow, mentioning, picture, retention, floor } =
      row
    const settings = { posting, inviting, slow, mentioning, retention, floor }
    // What was removed is not unread.
    const read = Math.max(byId.get(row.room)?.read ?? 0, floor ?? 0)
    change(row.room, { kind, title, topic, created, archived, picture, read, ...settings })
  }

  /** Somebody else came, left, or has another name: a conversation is called by that. */
  function receiveOther(row: MemberRow): void {
    const room = byId.get(row.room)
    if (room?.kind !== 'direct') return
    const others = (room.people ?? []).filter((card) => card.id !== row.user.id)
    change(row.room, { people: row.left ? others : [...others, row.user] })
  }

  function receiveMessage(row: MessageRow): void {
    const room = byId.get(row.room)
    if (!room) return
    if (row.seq <= room.seq) {
      // Changed since it was counted, or since it was not.
      const isUnread = row.seq > readUpTo(room) && (row.edited !== undefined || row.deleted !== undefined)
      if (isUnread && ((room.mentions ?? 0) > 0 || means(row))) recount(row.room)
      return
    }
    stirred.set(row.room, row.created)
    if (row.author === session.me?.id) {
      // An own post counts as read, and is no draft any more, from whichever device it came.
      change(row.room, { seq: row.seq, read: Math.max(room.read, row.seq), mentions: 0, draft: undefined })
      return
    }
    const mentions = Math.min((room.mentions ?? 0) + (means(row) ? 1 : 0), MOST_MENTIONS)
    change(row.room, { seq: row.seq, mentions })
  }

  function receiveOwn(row: MemberRow): void {
    if (row.left) drop(row.room)
    else change(row.room, { role: row.role, joined_rev: row.joined_rev })
  }

  function setRead(id: RoomId, seq: Seq): void {
    const room = byId.get(id)
    if (!room || seq <= room.read) return
    change(id, { read: seq })
    lowerMentions(id)
  }

  /** More is read: at the end nothing means one any more; before it, only the server knows how much does. */
  function lowerMentions(id: RoomId): void {
    const room = byId.get(id)
    if (!room?.mentions) return
    if (readUpTo(room) >= room.seq) change(id, { mentions: 0 })
    else recount(id)
  }

  function recount(id: RoomId): void {
    clearTimeout(recounting.get(id))
    recounting.set(
      id,
      setTimeout(() => void countAgain(id), RECOUNT_AFTER),
    )
  }

  async function countAgain(id: RoomId): Promise<void> {
    recounting.delete(id)
    try {
      const state = await call<RoomState>('GET', `/rooms/${id}`)
      const room = byId.get(id)
      if (!room) return
      // Something came, or was read, while the answer was on its way: it is of another time.
      if (state.seq < room.seq || readUpTo(state) < readUpTo(room)) return recount(id)
      change(id, { mentions: state.mentions ?? 0 })
    } catch {
      // The next welcome says it.
    }
  }

  /** From this message on it counts as unread, until a mark reaches it. */
  function remind(id: RoomId, from: Seq | null): void {
    const room = byId.get(id)
    if (!room || room.unread_from === (from ?? undefined)) return
    change(id, { unread_from: from ?? undefined })
    if (from === null) lowerMentions(id)
    else recount(id)
  }

  /** One's own place, as another device left it. */
  function receivePlace(place: Place): void {
    const room = byId.get(place.room)
    if (!room) return
    const { level, muted, draft, unread_from } = place
    change(place.room, {
      read: Math.max(room.read, place.read),
      level,
      muted: muted ?? undefined,
      draft: draft ?? undefined,
    })
    remind(place.room, unread_from)
  }

  /** After `reset`: the room's row as it is now. */
  async function refresh(id: RoomId): Promise<void> {
    const state = await call<RoomState>('GET', `/rooms/${id}`)
    const room = byId.get(id)
    if (!room) return
    const isNewer = state.changed >= (rowRevs.get(id) ?? 0)
    if (isNewer) rowRevs.set(id, state.changed)
    const { kind, title, topic, posting, inviting, slow, mentioning, retention } = room
    const row = isNewer ? state : { ...state, kind, title, topic, posting, inviting, slow, mentioning, retention }
    const { unread_from, mentions = 0 } = state
    change(id, { ...row, unread_from, mentions, read: Math.max(state.read, room.read) })
  }

  // What one asks for.

  function directory(search: string, after?: string | null): Promise<{ rooms: RoomListing[]; next: string | null }> {
    return call('GET', '/rooms', { query: { search: search.trim(), after } })
  }

  async function create(room: { title: string; topic?: string; kind?: RoomKind }): Promise<RoomId> {
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

  /** *confirm*: the room's title. */
  async function remove(id: RoomId, confirm: string): Promise<void> {
    await call('POST', `/rooms/${id}/delete`, { body: { confirm } })
    if (byId.has(id)) drop(id, 'deleted')
  }

  /** The conversation with these people, which is made if there is none. */
  async function openDirect(users: readonly UserId[]): Promise<RoomId> {
    const state = await call<RoomState>('POST', '/directs', { body: { users } })
    await until(state.room)
    return state.room
  }

  const lookAt = (code: string) => call<Invitation>('POST', '/invitations/look', { body: { code } })

  async function enterBy(code: string): Promise<RoomId> {
    const { room } = await call<{ room: RoomId }>('POST', '/invitations/use', { body: { code } })
    await until(room)
    return room
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
    removals.clear()
    stirred.clear()
    for (const timer of recounting.values()) clearTimeout(timer)
    recounting.clear()
    loaded.value = false
    asOf.value = null
    gone.value = null
  }

  return {
    byId,
    loaded,
    asOf,
    gone,
    lastOpened,
    active,
    channels,
    directs,
    archived,
    totalUnread,
    get,
    unread,
    readUpTo,
    means,
    remind,
    mayPin,
    unreadRooms,
    mayEdit,
    mayArchive,
    mayInvite,
    mayPost,
    outranks,
    mayDeleteAny,
    directory,
    create,
    join,
    leave,
    edit,
    remove,
    openDirect,
    lookAt,
    enterBy,
    setArchived,
    receiveRemoved,
    receiveOther,
    setSilenced,
    welcome,
    recall,
    put,
    drop,
    receiveRoom,
    receiveMessage,
    receiveOwn,
    setRead,
    receivePlace,
    refresh,
    clear,
  }
})
