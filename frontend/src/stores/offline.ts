// What this device last saw: shown at the next start until the server has answered, or as long as there is no network.
//
// Kept are the account, its rooms with their counters, and the newest rows of the rooms opened last.  Each log is kept
// with its rev, so that `hello` names it and the server says what has changed since: deletions, too, and what one is no
// longer a member of.  It ends with the session.
import { watch } from 'vue'
import { serverNow } from '@/lib/clock'
import { openDatabase, write } from '@/lib/db'
import type {
  BlockView,
  Me,
  MessageRow,
  Millis,
  RoomId,
  RoomState,
  Server,
  SessionView,
  UserCard,
  UserId,
} from '@/wire/frames'
import type { Snapshot } from '@/wire/roomlog'
import { useContacts } from './contacts'
import { MOST_KEPT, useMessages } from './messages'
import { usePeople } from './people'
import { useRooms } from './rooms'
import { useSession } from './session'

interface Shell {
  me: Me
  session: SessionView
  server: Server
  epoch: string
  rooms: RoomState[]
  blocked: BlockView[]
  /** The room opened last first. */
  opened: RoomId[]
  at: Millis
}

interface Log extends Snapshot {
  people: UserCard[]
}

export interface Kept extends Shell {
  logs: Map<RoomId, Log>
}

/** Not more often than this while much is said. */
const SETTLE = 2_000

/** What was kept of *user*; null when there is nothing, or when her session has run out. */
export async function recall(user: UserId): Promise<Kept | null> {
  const db = await openDatabase()
  if (!db) return null
  try {
    const [record, logs] = await Promise.all([db.get('shells', user), db.getAllFromIndex('logs', 'user', user)])
    const shell = record?.shell as Shell | undefined
    if (!shell || (shell.session.expires ?? Infinity) < Date.now()) return null
    const found = new Map(logs.map(({ room, log }) => [room, log as Log]))
    const inOrder = new Set([...shell.opened.filter((room) => found.has(room)), ...found.keys()])
    return { ...shell, logs: new Map([...inOrder].map((room) => [room, found.get(room)!])) }
  } catch {
    return null
  }
}

/** Nothing of the chat stays here, but for what was written: unsent messages and drafts are another matter. */
export async function forget(): Promise<void> {
  const db = await openDatabase()
  await Promise.all([db?.clear('shells'), db?.clear('logs')]).catch(() => undefined)
}

/** Brings back what was kept, before the line is opened. */
export function restore(kept: Kept): void {
  usePeople().put(kept.me, ...[...kept.logs.values()].flatMap((log) => log.people))
  useContacts().recall(kept.blocked)
  useRooms().recall(kept.rooms, kept.at)
  useMessages().recall(kept.rooms, kept.logs, kept.epoch)
}

/** Keeps what is seen from now on; answers how to stop. */
export function startKeeping(user: UserId): () => void {
  const messages = useMessages()
  const rooms = useRooms()
  const session = useSession()
  const contacts = useContacts()
  const changed = new Set<RoomId>()
  /** Kept by this page; of another room another tab may hold the rows. */
  const kept = new Set(messages.opened())
  let timer: ReturnType<typeof setTimeout> | undefined
  let isStopped = false

  function soon(): void {
    timer ??= setTimeout(() => void save(), SETTLE)
  }

  function shell(): Shell | null {
    const { me, device, server } = session
    // What is only remembered is kept already.
    if (!me || !device || !server || messages.epoch === null || rooms.asOf !== null) return null
    const lists = { rooms: [...rooms.byId.values()], blocked: [...contacts.blocked.values()] }
    return { me, session: device, server, epoch: messages.epoch, ...lists, opened: messages.opened(), at: serverNow() }
  }

  async function save(): Promise<void> {
    clearTimeout(timer)
    timer = undefined
    const now = shell()
    if (!now) return
    const found = [...changed].map((room) => [room, logOf(room)] as const)
    changed.clear()
    await write(['shells', 'logs'], (transaction) => {
      // Signed out meanwhile, here or in another tab.
      if (isStopped || !session.isKnownHere(user)) return []
      const logs = transaction.objectStore('logs')
      const asked: Promise<unknown>[] = [transaction.objectStore('shells').put({ user, shell: now })]
      for (const [room, log] of found) {
        if (log) asked.push(logs.put({ user, room, log }))
        else if (kept.has(room) || !rooms.byId.has(room)) asked.push(logs.delete([user, room]))
        if (log) kept.add(room)
        else kept.delete(room)
      }
      return asked
    })
  }

  function logOf(room: RoomId): Log | null {
    const snapshot = messages.snapshot(room)
    return snapshot && { ...snapshot, people: namedIn(snapshot) }
  }

  /** At the first word of the server: what other tabs have kept of rooms that are no longer one's own, and too much. */
  async function sweep(): Promise<void> {
    const db = await openDatabase()
    if (!db || isStopped) return
    for (const one of await db.getAllKeys('shells')) if (one !== user) await db.delete('shells', one)
    const keys = await db.getAllKeys('logs')
    const isTooMuch = keys.length > MOST_KEPT
    for (const [owner, room] of keys)
      if (owner !== user || !rooms.byId.has(room) || (isTooMuch && !messages.snapshot(room)))
        await db.delete('logs', [owner, room])
  }

  function hide(): void {
    if (document.visibilityState === 'hidden') void save()
  }

  messages.onHeld((room) => {
    changed.add(room)
    soon()
  })
  const stopWatching = watch(
    () => [session.me, session.server, ...rooms.byId.values(), ...contacts.blocked.values()],
    soon,
  )
  const stopSweeping = watch(
    () => rooms.loaded && rooms.asOf === null,
    (isTrue) => isTrue && void sweep().catch(() => undefined),
    { immediate: true },
  )
  addEventListener('pagehide', save)
  document.addEventListener('visibilitychange', hide)

  return () => {
    isStopped = true
    clearTimeout(timer)
    stopWatching()
    stopSweeping()
    removeEventListener('pagehide', save)
    document.removeEventListener('visibilitychange', hide)
  }
}

/** The cards of whoever has a part in these rows. */
function namedIn({ rows }: Snapshot): UserCard[] {
  const { cards } = usePeople()
  const ids = new Set(rows.flatMap(({ author, more }) => [author, ...namedBy(more)]))
  return [...ids].flatMap((id) => cards.get(id) ?? [])
}

function namedBy({ mentions = [], reactions = [] }: Pick<MessageRow, 'mentions' | 'reactions'>): UserId[] {
  return [...mentions, ...reactions.flatMap((one) => one.users)]
}
