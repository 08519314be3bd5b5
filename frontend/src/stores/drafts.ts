// What is being written in each room and thread and not yet sent: kept over reloads, shared between tabs.
import { defineStore } from 'pinia'
import { shallowReactive } from 'vue'
import { openDatabase, write, type DraftRecord } from '@/lib/db'
import type { Carried, RoomId, Seq, UserId } from '@/wire/frames'

const SETTLE = 400

/** Where something is written: in a room, or in one of its threads. */
export type DraftPlace = RoomId | `${RoomId}/${Seq}`

export function draftPlace(room: RoomId, thread?: Seq | null): DraftPlace {
  return thread ? `${room}/${thread}` : room
}

export const useDrafts = defineStore('drafts', () => {
  const texts = shallowReactive(new Map<DraftPlace, string>())
  const replies = shallowReactive(new Map<DraftPlace, Seq>())
  const timers = new Map<DraftPlace, ReturnType<typeof setTimeout>>()
  let user: UserId | null = null
  let channel: BroadcastChannel | null = null
  let finishReady: () => void
  const ready = new Promise<void>((resolve) => (finishReady = resolve))

  async function open(owner: UserId): Promise<void> {
    close()
    user = owner
    if (typeof BroadcastChannel !== 'undefined') {
      channel = new BroadcastChannel(`webchat-drafts-${owner}`)
      channel.onmessage = ({ data }: MessageEvent<DraftRecord>) => hold(data)
    }
    addEventListener('pagehide', saveAll)
    document.addEventListener('visibilitychange', hide)
    const db = await openDatabase()
    const kept = (await db?.getAllFromIndex('drafts', 'user', owner).catch(() => [])) ?? []
    // What was typed while they were being read is newer.
    for (const record of kept) if (user === owner && !isWritten(record.room as DraftPlace)) hold(record)
    finishReady()
  }

  /** At sign-out: drafts stay in the database, under their user's id. */
  function close(): void {
    saveAll()
    removeEventListener('pagehide', saveAll)
    document.removeEventListener('visibilitychange', hide)
    channel?.close()
    channel = null
    user = null
    texts.clear()
    replies.clear()
  }

  function isWritten(place: DraftPlace): boolean {
    return texts.has(place) || replies.has(place) || timers.has(place)
  }

  function hold({ room, text, reply }: Pick<DraftRecord, 'room' | 'text' | 'reply'>): void {
    const place = room as DraftPlace
    if (text) texts.set(place, text)
    else texts.delete(place)
    if (reply) replies.set(place, reply)
    else replies.delete(place)
  }

  function get(place: DraftPlace): string {
    return texts.get(place) ?? ''
  }

  function has(place: DraftPlace): boolean {
    return get(place).trim() !== ''
  }

  /** The rooms in which something waits to be sent, or in a thread of which. */
  function written(): Set<RoomId> {
    return new Set([...texts.keys()].filter(has).map((place) => Number.parseInt(String(place), 10)))
  }

  function set(place: DraftPlace, text: string): void {
    if (text === get(place)) return
    keep(place, text, replies.get(place))
  }

  /** The message that what is written answers. */
  function reply(place: DraftPlace): Seq | null {
    return replies.get(place) ?? null
  }

  function setReply(place: DraftPlace, seq: Seq | null): void {
    if (seq !== reply(place)) keep(place, get(place), seq ?? undefined)
  }

  /** What goes with what is written. */
  function carried(room: RoomId, thread?: Seq | null): Carried | undefined {
    const seq = reply(draftPlace(room, thread))
    if (seq === null && !thread) return undefined
    return { ...(seq !== null && { reply: seq }), ...(thread && { thread }) }
  }

  function keep(place: DraftPlace, text: string, seq: Seq | undefined): void {
    hold({ room: place, text, ...(seq && { reply: seq }) })
    clearTimeout(timers.get(place))
    timers.set(
      place,
      setTimeout(() => void save(place), SETTLE),
    )
  }

  function clear(place: DraftPlace): void {
    hold({ room: place, text: '' })
    void save(place)
  }

  function saveAll(): void {
    for (const place of [...timers.keys()]) void save(place)
  }

  /** A phone may end a page that is out of sight without another word. */
  function hide(): void {
    if (document.visibilityState === 'hidden') saveAll()
  }

  async function save(place: DraftPlace): Promise<void> {
    clearTimeout(timers.get(place))
    timers.delete(place)
    if (user === null) return
    const seq = reply(place)
    const record: DraftRecord = { user, room: place, text: get(place), ...(seq !== null && { reply: seq }) }
    channel?.postMessage(record)
    // A browser that keeps nothing has no drafts after a reload; writing goes on.
    await write(['drafts'], (transaction) => {
      const store = transaction.objectStore('drafts')
      return [record.text || record.reply ? store.put(record) : store.delete([record.user, place])]
    })
  }

  return { ready, get, has, written, set, reply, setReply, carried, clear, open, close }
})
