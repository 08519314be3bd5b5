// Brings what the socket says to the stores that hold it.
import { setServerNow } from '@/lib/clock'
import type { MessageRow, RoomId, Row, Seq, ServerEvent, UserId, Welcome } from '@/wire/frames'
import { useAnnouncements } from './announcements'
import { useAsides } from './asides'
import { useConnection } from './connection'
import { useContacts } from './contacts'
import { useDrafts } from './drafts'
import { useMarks } from './marks'
import { useMessages } from './messages'
import { restore, startKeeping, type Kept } from './offline'
import { usePeople } from './people'
import { usePlaces } from './places'
import { usePresenceStore } from './presence'
import { usePrefs } from './prefs'
import { useReports } from './reports'
import { useRooms } from './rooms'
import { useSession } from './session'

/** Hears each message that is new to this page, before it counts as known; not those caught up with after a gap. */
export const news = new Set<(row: MessageRow) => void>()

let stopKeeping: () => void = () => undefined

/** *kept*: what this device last saw of it, if the server has not been heard yet. */
export function startFeed(me: UserId, kept: Kept | null): void {
  const messages = useMessages()
  void useDrafts().open(me)
  messages.open(me)
  if (kept) restore(kept)
  stopKeeping = startKeeping(me)
  usePresenceStore().open()
  usePlaces().open()
  usePrefs().startFollowing()
  useConnection().start({
    hello: () => ({ ...(messages.epoch && { epoch: messages.epoch }), rooms: messages.held() }),
    welcome: beWelcome,
    event: happened,
    lost: messages.lost,
    ended: (why) => void useSession().closed(why),
  })
}

export function stopFeed(): void {
  stopKeeping()
  usePresenceStore().close()
  usePlaces().close()
  useConnection().stop()
  useMessages().close()
  useRooms().clear()
  usePeople().clear()
  useContacts().clear()
  usePrefs().stopFollowing()
  useAnnouncements().clear()
  useAsides().clear()
  useReports().clear()
  useMarks().clear()
  useDrafts().close()
}

function beWelcome(welcome: Welcome, named: ReadonlySet<RoomId>): void {
  const messages = useMessages()
  setServerNow(welcome.now)
  useSession().welcome(welcome)
  useConnection().noteBuild(welcome.server.build)
  usePeople().put(welcome.user)
  for (const id of useRooms().welcome(welcome.rooms)) messages.dropRoom(id)
  messages.welcome(welcome.rooms, named, welcome.epoch)
  messages.reportAll()
  usePresenceStore().welcome()
  // What was told while the line was down is asked for.
  void useContacts().load()
  void usePrefs().catchUp()
  useAnnouncements().put(welcome.announcement ?? null)
  void useReports().refresh()
}

function happened(event: ServerEvent): void {
  const messages = useMessages()
  const rooms = useRooms()
  switch (event.type) {
    case 'message':
    case 'member':
    case 'room':
      return spread(messages.receive(event))
    case 'syncing':
      return messages.syncing(event.room)
    case 'synced':
      return spread(messages.synced(event.room, event.rev))
    case 'reset':
      messages.reset(event.room, event.rev)
      // Without the row there is still the room; the next welcome brings it.
      return void rooms.refresh(event.room).catch(() => undefined)
    case 'joined':
      rooms.put(event.room)
      return messages.startRoom(event.room)
    case 'removed':
      return rooms.receiveRemoved(event)
    case 'silenced':
      return rooms.setSilenced(event.room, event.until)
    case 'read':
      return rooms.setRead(event.room, event.seq)
    case 'place':
      if (event.unread_from !== null && event.unread_from !== rooms.get(event.room)?.unread_from)
        messages.holdUnread(event.room, event.unread_from)
      return rooms.receivePlace(event)
    case 'status':
      return useSession().receiveStatus(event.status)
    case 'presence':
      return usePresenceStore().receive(event)
    case 'user':
      return usePeople().put(event.user)
    case 'me':
      usePeople().put(event.user)
      return useSession().receiveMe(event.user)
    case 'contact':
      return useContacts().receive(event)
    case 'preferences':
      return usePrefs().follow(event.changed)
    case 'typing':
      return messages.receiveTyping(event.room, event.user)
    case 'announcement':
      return useAnnouncements().put(event)
    case 'dismissed':
      return useAnnouncements().dismissed(event.announcement, event.version)
    case 'notice':
      return useAsides().receive(event)
    case 'report':
      return useReports().tell(event.open)
  }
}

/** Messages whose text is growing: they are news when they are complete. */
const growing = new Set<string>()

function isNews(row: MessageRow, last: Seq): boolean {
  const key = `${row.room}-${row.seq}`
  if (!row.streaming) return growing.delete(key) || row.seq > last
  if (row.seq > last) growing.add(key)
  return false
}

function spread(rows: readonly Row[]): void {
  const rooms = useRooms()
  const me = useSession().me?.id
  for (const row of rows) {
    if (row.type === 'message') {
      if (isNews(row, rooms.get(row.room)?.seq ?? Infinity)) for (const hear of news) hear(row)
      rooms.receiveMessage(row)
    } else if (row.type === 'room') {
      rooms.receiveRoom(row)
      if (row.deleted) useMessages().dropRoom(row.room)
    } else {
      usePeople().receiveMember(row)
      if (row.user.id !== me) {
        rooms.receiveOther(row)
        continue
      }
      rooms.receiveOwn(row)
      if (row.left) useMessages().dropRoom(row.room)
    }
  }
}
