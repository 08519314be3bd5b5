// Tells of new messages on the desktop: from one tab, and only of what nobody is looking at.
import { watch } from 'vue'
import type { Router } from 'vue-router'
import { serverNow } from '@/lib/clock'
import { i18n } from '@/lib/i18n'
import { useContacts } from '@/stores/contacts'
import { news } from '@/stores/feed'
import { usePeople } from '@/stores/people'
import { usePrefs } from '@/stores/prefs'
import { useRooms, type Room } from '@/stores/rooms'
import { useSession } from '@/stores/session'
import type { MessageRow, RoomId, Seq, UserId } from '@/wire/frames'
import { useNoticeDevice } from './device'
import { useMissed } from './missed'
import { bodyOf, isCall, isQuietAt, isWanted, mentions, titleOf } from './rules'
import { chime } from './sound'
import { workerReady } from '@/lib/worker'

/** So long another tab has to say that it shows the message. */
const SEEN_WITHIN = 250
const LOCK = 'webchat.notices'

/** A tab that shows the room says so to the one that notifies. */
interface Seen {
  room: RoomId
  seq: Seq
}

/** Starts listening; answers how to stop. */
export function startNotices(router: Router): () => void {
  const rooms = useRooms()
  const prefs = usePrefs()
  const device = useNoticeDevice()
  const missed = useMissed()
  const shown = new Map<RoomId, Notification>()
  const seen = new Map<RoomId, Seq>()
  const counts = new Map<RoomId, number>()
  const tabs = 'BroadcastChannel' in window ? new BroadcastChannel(LOCK) : null
  let isTeller = !('locks' in navigator)
  let release = (): void => undefined

  if ('locks' in navigator) {
    // Held as long as the page lives: when it goes, the next tab gets it.
    void navigator.locks.request(LOCK, () => {
      isTeller = true
      return new Promise<void>((resolve) => (release = resolve))
    })
  }

  if (tabs)
    tabs.onmessage = ({ data }: MessageEvent<Seen>) => seen.set(data.room, Math.max(data.seq, seen.get(data.room) ?? 0))

  function looksAt(room: RoomId): boolean {
    const { name, params } = router.currentRoute.value
    return (
      document.visibilityState === 'visible' && document.hasFocus() && name === 'room' && Number(params.id) === room
    )
  }

  function hear(row: MessageRow): void {
    if (looksAt(row.room)) {
      tabs?.postMessage({ room: row.room, seq: row.seq } satisfies Seen)
      return
    }
    if (!isTeller || !(device.isOn || missed.isUnasked)) return
    const isHidden = document.visibilityState === 'hidden'
    setTimeout(() => void consider(row, isHidden), SEEN_WITHIN)
  }

  async function consider(row: MessageRow, isHidden: boolean): Promise<void> {
    const room = rooms.get(row.room)
    const me = useSession().me
    if (!room || !me || !isWanted(row, room, me.id, serverNow())) return
    if (isQuietAt(prefs.quiet, new Date(serverNow())) || useContacts().isBlocked(row.author)) return
    if ((seen.get(row.room) ?? 0) >= row.seq || room.read >= row.seq) return
    if (device.isOn) await tell(row, room, me.id)
    else if (isHidden && isCall(row, room, me.id)) missed.note()
  }

  async function tell(row: MessageRow, room: Room, me: UserId): Promise<void> {
    const author = await nameOf(row.author)
    const count = (counts.get(row.room) ?? 0) + 1
    counts.set(row.room, count)
    const hidden = prefs.noticeText === 'hidden'
    const { t } = i18n.global
    const text = hidden || !row.text ? t('message.new', count) : bodyOf(row.action ? `${author} ${row.text}` : row.text)
    await show(titleOf(author, room), {
      body: !hidden && count > 1 ? `${t('message.new', count)}\n${text}` : text,
      tag: `room-${row.room}`,
      icon: '/icon-192.png',
      silent: true,
      data: { url: `/rooms/${row.room}#m-${row.seq}` },
      // Replaced without another sign, unless somebody is called.
      ...(mentions(row, me) && { renotify: true }),
    })
    if (prefs.noticeSound === 'on') chime()
  }

  /** Of somebody who is heard for the first time the name has to be asked for. */
  async function nameOf(id: UserId): Promise<string> {
    const people = usePeople()
    if (people.card(id) === undefined) await people.load(id).catch(() => undefined)
    return people.name(id)
  }

  async function show(title: string, options: NotificationOptions & { data: { url: string } }): Promise<void> {
    const room = Number(options.tag?.slice('room-'.length))
    try {
      const notice = new Notification(title, options)
      shown.set(room, notice)
      notice.onclick = () => {
        window.focus()
        notice.close()
        void router.push(options.data.url)
      }
    } catch {
      // Phones show them only through the worker, which also hears the click.
      await (await workerReady())?.showNotification(title, options)
    }
  }

  news.add(hear)
  const stopReading = watch(
    () => [...counts.keys()].filter((id) => rooms.unread(id) === 0),
    (read) => {
      for (const id of read) {
        counts.delete(id)
        shown.get(id)?.close()
        shown.delete(id)
        void closeInWorker(id)
      }
    },
  )

  async function closeInWorker(id: RoomId): Promise<void> {
    const found = await (await workerReady())?.getNotifications?.({ tag: `room-${id}` })
    for (const notice of found ?? []) notice.close()
  }

  return () => {
    news.delete(hear)
    stopReading()
    release()
    tabs?.close()
    for (const notice of shown.values()) notice.close()
  }
}
