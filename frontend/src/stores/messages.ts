// The messages of each room: windows of history, and live rows.
import { defineStore } from 'pinia'
import { computed, ref, shallowReactive, type ComputedRef } from 'vue'
import { arrange, reuse, type Item, type UnreadLine } from '@/lib/grouping'
import type { Carried, ErrorCode, MessageRow, Page, Rev, RoomId, RoomState, Row, Seq, UserId } from '@/wire/frames'
import { call, codeOf, Refused, type Query } from '@/wire/http'
import { RoomLog, type ChatRow, type PageTicket, type Snapshot } from '@/wire/roomlog'
import { useConnection } from './connection'
import { useContacts } from './contacts'
import { useMarks } from './marks'
import { usePeople } from './people'
import { useQuotes } from './quotes'
import { createReading } from './reading'
import { useRooms } from './rooms'
import { createSending } from './sending'
import { createWriters } from './writers'

export { fromMessage, type ChatRow } from '@/wire/roomlog'
export type ChatItem = Item<ChatRow>
export type Loading = 'latest' | 'older' | 'newer' | 'around'

export interface RoomView {
  items: ChatItem[]
  loaded: boolean
  atStart: boolean
  atLatest: boolean
  loading: Loading | null
  /** Of the last load. */
  error: ErrorCode | null
  lo: Seq
  hi: Seq
  /** The frozen unread line stands after this seq. */
  unreadAfter: Seq | null
  /** How many messages there are below the window. */
  newBelow: number
}

export interface Change {
  kind: 'live' | 'page' | 'reset'
  own: boolean
}

/** Is given each row of a room that counts; null: what was told before counts no more. */
export type Follower = (row: MessageRow | null) => void

/** What the page knows of a room beside its log. */
interface Place {
  log: RoomLog
  isOpen: boolean
  loading: Loading | null
  /** Of the page that is awaited: an answer to an older wish must not move the reader. */
  ticket: PageTicket | null
  error: ErrorCode | null
  line: UnreadLine | null
  /** Rises at each change: the log itself is plain. */
  version: number
}

const PAGE = 50
/* More than these are not drawn when a room is entered. */
const FIRST_ROWS = 60
const WINDOWS = 8
/** Of so many more rooms the newest rows stay, and are kept over a reload. */
export const MOST_KEPT = 20
const ROWS_KEPT = 50
const SYNC_AGAIN = 2_000

let needed: Promise<unknown> = Promise.resolve()

/** Rows that hold more than text are not shown before *work* is done: what shows them is on its way. */
export function rowsNeed(work: Promise<unknown>): void {
  needed = Promise.all([needed, work]).catch(() => undefined)
}

const NOTHING: RoomView = {
  items: [],
  loaded: false,
  atStart: false,
  atLatest: false,
  loading: null,
  error: null,
  lo: 1,
  hi: 0,
  unreadAfter: null,
  newBelow: 0,
}

export const useMessages = defineStore('messages', () => {
  const connection = useConnection()
  const contacts = useContacts()
  const rooms = useRooms()
  const people = usePeople()
  const quotes = useQuotes()

  const places = shallowReactive(new Map<RoomId, Place>())
  const views = new Map<RoomId, ComputedRef<RoomView>>()
  const listeners = new Map<RoomId, Set<(change: Change) => void>>()
  const followers = new Map<RoomId, Set<Follower>>()
  const recent: RoomId[] = []
  /** Hears of each room of which something else is held than before. */
  let whenHeld: (id: RoomId) => void = () => undefined
  /** The message at which somebody reads further up. */
  const readers = new Map<RoomId, Seq>()
  const epoch = ref<string | null>(null)
  /** The room that is shown. */
  let wanted: RoomId | null = null
  let me: UserId = 0

  const writers = createWriters(() => me)

  const reading = createReading((id, seq) => {
    const place = places.get(id)
    if (!place?.isOpen) return false
    touch(id, { line: { after: seq - 1, count: Math.max(1, place.log.seq - seq + 1) } })
    return true
  })

  const sending = createSending(
    () => me,
    (id, work) => {
      const log = places.get(id)?.log
      if (!log) return
      work(log)
      touch(id)
    },
  )

  // Views.

  function view(id: RoomId): RoomView {
    let found = views.get(id)
    if (!found) {
      let items: ChatItem[] = []
      found = computed(() => {
        const place = places.get(id)
        if (!place) return NOTHING
        const { log, line, loading, error } = place
        items = reuse(items, arrange(log.list(), line, contacts.hides))
        return {
          items,
          loaded: log.loaded,
          atStart: log.atStart,
          atLatest: log.atLatest,
          loading,
          error,
          lo: log.lo,
          hi: log.hi,
          unreadAfter: line?.after ?? null,
          newBelow: log.loaded ? Math.max(0, log.seq - log.hi) : 0,
        }
      })
      views.set(id, found)
    }
    return found.value
  }

  function touch(id: RoomId, changes: Partial<Place> = {}): void {
    const place = places.get(id)
    if (!place) return
    places.set(id, { ...place, ...changes, version: place.version + 1 })
    whenHeld(id)
  }

  function onChange(id: RoomId, listener: (change: Change) => void): () => void {
    const set = listeners.get(id) ?? new Set()
    listeners.set(id, set.add(listener))
    return () => set.delete(listener)
  }

  function announce(id: RoomId, change: Change): void {
    for (const listener of listeners.get(id) ?? []) listener(change)
  }

  function row(id: RoomId, seq: Seq): ChatRow | undefined {
    return places.get(id)?.log.row(seq)
  }

  /** For what is shown of a room outside of its window. */
  function onRow(id: RoomId, follower: Follower): () => void {
    const set = followers.get(id) ?? new Set()
    followers.set(id, set.add(follower))
    return () => set.delete(follower)
  }

  function pass(id: RoomId, message: MessageRow | null): void {
    if (message) quotes.receive(message)
    else quotes.forget(id)
    for (const follower of followers.get(id) ?? []) follower(message)
  }

  // Coming and going.

  function open(user: UserId): void {
    me = user
    sending.open()
    reading.open()
  }

  function close(): void {
    sending.close()
    reading.close()
    writers.clear()
    quotes.clear()
    for (const map of [places, views, listeners, followers, readers]) map.clear()
    wanted = null
    whenHeld = () => undefined
    recent.length = 0
    epoch.value = null
  }

  async function enter(id: RoomId): Promise<void> {
    wanted = id
    const place = places.get(id)
    const room = rooms.get(id)
    // A link opened before the first welcome: startRoom enters it then.
    if (!place || !room) return
    const after = rooms.readUpTo(room)
    const count = room.seq - after
    const line = count > 0 ? { after, count } : null
    const { log } = place
    log.shrink(FIRST_ROWS)
    touch(id, { isOpen: true, line })
    remember(id)
    const first = after + 1
    if (log.loaded && (line ? first >= log.lo && first <= log.hi : log.atLatest)) {
      if (log.list().some((row) => row.more.files)) await needed
      return
    }
    if (count >= PAGE) await openAround(id, first)
    else await openLatest(id)
  }

  function leave(id: RoomId): void {
    if (wanted === id) wanted = null
    readers.delete(id)
    reading.left(id)
    touch(id, { isOpen: false, line: null })
  }

  function clearUnreadLine(id: RoomId): void {
    touch(id, { line: null })
  }

  /** Windows of the last rooms stay, of those before them the newest rows; the others keep their counters. */
  function remember(id: RoomId): void {
    const at = recent.indexOf(id)
    if (at >= 0) recent.splice(at, 1)
    recent.unshift(id)
    for (const old of recent.slice(WINDOWS)) {
      places.get(old)?.log.shrink(ROWS_KEPT)
      people.dropMembers(old)
    }
    for (const old of recent.splice(MOST_KEPT)) {
      places.get(old)?.log.unload()
      touch(old)
    }
  }

  // What is kept over a reload.

  /** Before the line is there: all rooms, and of some the rows, as they were kept. */
  function recall(states: readonly RoomState[], logs: ReadonlyMap<RoomId, Snapshot>, of: string): void {
    epoch.value = of
    for (const state of states) {
      const kept = logs.get(state.room)
      setPlace(state.room, kept ? RoomLog.of(kept, state.room, me) : new RoomLog(state.room, me, state.rev, state.seq))
    }
    recent.push(...[...logs.keys()].filter((id) => places.has(id)).slice(0, MOST_KEPT))
  }

  /** The rooms of which rows are held, the one opened last first. */
  const opened = (): RoomId[] => [...recent]

  function snapshot(id: RoomId): Snapshot | null {
    return places.get(id)?.log.snapshot(ROWS_KEPT) ?? null
  }

  function onHeld(listener: (id: RoomId) => void): void {
    whenHeld = listener
  }

  // History.

  const openLatest = (id: RoomId) => load(id, 'latest', {})
  const openAround = (id: RoomId, seq: Seq) => load(id, 'around', { around: seq })

  async function loadOlder(id: RoomId): Promise<void> {
    const log = places.get(id)?.log
    if (log?.loaded && !log.atStart) await load(id, 'older', { before: log.lo })
  }

  async function loadNewer(id: RoomId): Promise<void> {
    const log = places.get(id)?.log
    if (log?.loaded && !log.atLatest) await load(id, 'newer', { after: log.hi })
  }

  async function load(id: RoomId, loading: Loading, query: Query): Promise<void> {
    const place = places.get(id)
    const isScroll = loading === 'older' || loading === 'newer'
    if (!place || (place.loading === loading && loading !== 'around') || (isScroll && place.loading)) return
    const { log } = place
    const ticket = log.askPage()
    touch(id, { loading, ticket, error: null })
    try {
      const page = await call<Page>('GET', `/rooms/${id}/messages`, { query: { ...query, limit: PAGE } })
      if (page.messages.some((message) => message.files)) await needed
      const isOfNow = epoch.value === null || page.epoch === epoch.value
      const isWanted = places.get(id)?.ticket === ticket
      people.put(...page.users)
      if (isOfNow) quotes.put(page.quoted)
      useMarks().notePage(page)
      const isMerged = isOfNow && isWanted && log.merge(page, ticket)
      if (!isMerged) log.missPage(ticket)
      arrived(id, ticket, null)
      if (isMerged) announce(id, { kind: 'page', own: false })
    } catch (error) {
      log.missPage(ticket)
      arrived(id, ticket, codeOf(error))
    }
  }

  function arrived(id: RoomId, ticket: PageTicket, error: ErrorCode | null): void {
    if (places.get(id)?.ticket === ticket) touch(id, { loading: null, ticket: null, error })
  }

  /** Where somebody reads; null: at the end. */
  function setReader(id: RoomId, seq: Seq | null): void {
    if (seq === null) readers.delete(id)
    else readers.set(id, seq)
  }

  /** What is shown has to be loaded anew, where it was being read. */
  function reopen(id: RoomId): void {
    const seq = readers.get(id)
    void (seq === undefined ? openLatest(id) : openAround(id, seq))
  }

  function trim(id: RoomId, end: 'top' | 'bottom'): void {
    if (places.get(id)?.log.trim(end)) touch(id)
  }

  // Writing.

  function send(id: RoomId, text: string, carried?: Carried): void {
    const log = places.get(id)?.log
    if (!log || !sending.write(id, text, carried)) return
    announce(id, { kind: 'live', own: true })
    if (log.loaded && !log.atLatest && !carried?.thread) void openLatest(id)
  }

  async function edit(id: RoomId, seq: Seq, text: string, ifRev?: Rev): Promise<void> {
    await connection.request('edit', { room: id, seq, text, ...(ifRev && { if_rev: ifRev }) })
  }

  async function remove(id: RoomId, seq: Seq): Promise<void> {
    await connection.request('delete', { room: id, seq })
  }

  function lastOwn(id: RoomId, thread?: Seq): ChatRow | undefined {
    return places
      .get(id)
      ?.log.list()
      .findLast(
        (row) =>
          row.author === me && row.seq !== null && row.deleted === null && (!thread || row.more.thread === thread),
      )
  }

  // What the server says.

  /** The rooms whose rows are held, with their revs. */
  function held(): Record<string, Rev> {
    const revs: Record<string, Rev> = {}
    for (const [id, { log }] of places) if (log.loaded) revs[id] = log.mine
    return revs
  }

  function welcome(states: readonly RoomState[], named: ReadonlySet<RoomId>, now: string): void {
    epoch.value = now
    for (const state of states) {
      if (!named.has(state.room)) startRoom(state)
    }
    sending.flush()
  }

  /** Live events of the room go on from here; what was held of it before does not count. */
  function startRoom(state: RoomState): void {
    const { room: id, rev, seq } = state
    const place = places.get(id)
    if (place) {
      place.log.restart(rev, seq)
      touch(id, { loading: null, ticket: null, error: null })
      people.forgetMembers(id)
      pass(id, null)
      if (place.isOpen) reopen(id)
      return
    }
    setPlace(id, new RoomLog(id, me, rev, seq))
    if (wanted === id) void enter(id)
  }

  function setPlace(id: RoomId, log: RoomLog): void {
    for (const row of sending.rowsOf(id)) log.addPending(row)
    places.set(id, { log, isOpen: false, loading: null, ticket: null, error: null, line: null, version: 0 })
  }

  function dropRoom(id: RoomId): void {
    places.delete(id)
    whenHeld(id)
    writers.forget(id)
    reading.forget(id)
    people.dropMembers(id)
    sending.dropRoom(id)
    quotes.forget(id)
  }

  function lost(): void {
    for (const { log } of places.values()) log.interrupt()
  }

  /** Answers the rows that count, for the stores that hold them. */
  function receive(row: Row): Row[] {
    return follow(row.room, (log) => log.receive(row))
  }

  function syncing(id: RoomId): void {
    places.get(id)?.log.syncing()
  }

  function synced(id: RoomId, rev: Rev): Row[] {
    return follow(id, (log) => log.synced(rev))
  }

  function follow(id: RoomId, work: (log: RoomLog) => { applied: Row[]; sync: Rev | null }): Row[] {
    const place = places.get(id)
    if (!place) return []
    const before = place.log.seq
    const { applied, sync } = work(place.log)
    if (sync !== null) void askSync(id, sync)
    if (!place.isOpen) place.log.trim('top')
    touch(id)
    for (const one of applied) if (one.type === 'message') pass(id, one)
    const fresh = applied.filter((row) => row.type === 'message' && row.seq > before)
    for (const row of fresh) if (row.type === 'message') writers.stopTyping(id, row.author)
    const others = fresh.filter((row) => row.type === 'message' && row.author !== me)
    if (place.isOpen && others.length > 0 && document.hidden) drawLine(id, before, others.length)
    if (fresh.length > 0) announce(id, { kind: 'live', own: others.length === 0 })
    return applied
  }

  /** The reader looks elsewhere: the line stands before what came meanwhile. */
  function drawLine(id: RoomId, after: Seq, count: number): void {
    const line = places.get(id)?.line
    touch(id, { line: line ? { ...line, count: line.count + count } : { after, count } })
  }

  async function askSync(id: RoomId, rev: Rev): Promise<void> {
    try {
      await connection.request('sync', { room: id, rev })
    } catch (error) {
      // Without a line the next welcome settles it.
      if (!(error instanceof Refused) || error.code === 'offline') return
      setTimeout(
        () => {
          const from = places.get(id)?.log.syncFrom
          if (from !== null && from !== undefined) void askSync(id, from)
        },
        error.retryAfter ? error.retryAfter * 1_000 : SYNC_AGAIN,
      )
    }
  }

  function reset(id: RoomId, rev: Rev): void {
    const place = places.get(id)
    if (!place) return
    place.log.reset(rev)
    touch(id, { loading: null, ticket: null, error: null })
    people.forgetMembers(id)
    pass(id, null)
    announce(id, { kind: 'reset', own: false })
    if (place.isOpen) reopen(id)
  }

  return {
    view,
    row,
    onRow,
    onChange,
    enter,
    leave,
    clearUnreadLine,
    loadOlder,
    loadNewer,
    openAround,
    openLatest,
    trim,
    setReader,
    send,
    retry: sending.retry,
    discard: sending.discard,
    pendingFiles: sending.pendingFiles,
    withdraw: sending.withdraw,
    editPending: sending.editPending,
    edit,
    remove,
    lastOwn,
    markVisible: reading.markVisible,
    markUnread: reading.markUnread,
    holdUnread: reading.holdUnread,
    typing: writers.typing,
    sendTyping: writers.sendTyping,
    open,
    close,
    held,
    recall,
    snapshot,
    opened,
    onHeld,
    welcome,
    startRoom,
    dropRoom,
    lost,
    receive,
    syncing,
    synced,
    reset,
    reportAll: reading.reportAll,
    receiveTyping: writers.receiveTyping,
    epoch,
  }
})
