// What is being written in each room and not yet sent: kept over reloads, shared between tabs.
import { defineStore } from 'pinia'
import { shallowReactive } from 'vue'
import { openDatabase, type DraftRecord } from '@/lib/db'
import type { RoomId, UserId } from '@/wire/frames'

const SETTLE = 400

export const useDrafts = defineStore('drafts', () => {
  const texts = shallowReactive(new Map<RoomId, string>())
  const timers = new Map<RoomId, ReturnType<typeof setTimeout>>()
  let user: UserId | null = null
  let channel: BroadcastChannel | null = null
  let finishReady: () => void
  const ready = new Promise<void>((resolve) => (finishReady = resolve))

  async function open(owner: UserId): Promise<void> {
    close()
    user = owner
    if (typeof BroadcastChannel !== 'undefined') {
      channel = new BroadcastChannel(`webchat-drafts-${owner}`)
      channel.onmessage = ({ data }: MessageEvent<DraftRecord>) => hold(data.room, data.text)
    }
    addEventListener('pagehide', saveAll)
    const db = await openDatabase()
    const kept = (await db?.getAllFromIndex('drafts', 'user', owner).catch(() => [])) ?? []
    // What was typed while they were being read is newer.
    for (const { room, text } of kept) if (user === owner && !texts.has(room)) hold(room, text)
    finishReady()
  }

  /** At sign-out: drafts stay in the database, under their user's id. */
  function close(): void {
    saveAll()
    removeEventListener('pagehide', saveAll)
    channel?.close()
    channel = null
    user = null
    texts.clear()
  }

  function hold(room: RoomId, text: string): void {
    if (text) texts.set(room, text)
    else texts.delete(room)
  }

  function get(room: RoomId): string {
    return texts.get(room) ?? ''
  }

  function has(room: RoomId): boolean {
    return get(room).trim() !== ''
  }

  /** The rooms in which something waits to be sent. */
  function written(): Set<RoomId> {
    return new Set([...texts.keys()].filter(has))
  }

  function set(room: RoomId, text: string): void {
    if (text === get(room)) return
    hold(room, text)
    clearTimeout(timers.get(room))
    timers.set(
      room,
      setTimeout(() => void save(room), SETTLE),
    )
  }

  function clear(room: RoomId): void {
    hold(room, '')
    void save(room)
  }

  function saveAll(): void {
    for (const room of [...timers.keys()]) void save(room)
  }

  async function save(room: RoomId): Promise<void> {
    clearTimeout(timers.get(room))
    timers.delete(room)
    if (user === null) return
    const record: DraftRecord = { user, room, text: get(room) }
    channel?.postMessage(record)
    const db = await openDatabase()
    // A browser that keeps nothing has no drafts after a reload; writing goes on.
    if (record.text) await db?.put('drafts', record).catch(() => undefined)
    else await db?.delete('drafts', [record.user, room]).catch(() => undefined)
  }

  return { ready, get, has, written, set, clear, open, close }
})
