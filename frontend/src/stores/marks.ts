// What people put on messages: reactions, shown before the server has them, and pins.
import { defineStore } from 'pinia'
import { shallowReactive } from 'vue'
import type { MentionsPage, Page, PinsPage, Reaction, Rev, RoomId, Seq, UserCard, UserId } from '@/wire/frames'
import { call } from '@/wire/http'
import type { ChatRow } from '@/wire/roomlog'
import { useConnection } from './connection'
import { usePeople } from './people'
import { useSession } from './session'

export interface ShownReaction extends Reaction {
  mine: boolean
}

/** What one has just asked for: *rev* is that of the row that has it, once the server says so. */
interface Wish {
  on: boolean
  rev: Rev | null
}

interface Reactors {
  users: UserCard[]
  next: UserId | null
}

const NONE: ShownReaction[] = []

export const useMarks = defineStore('marks', () => {
  const connection = useConnection()
  const people = usePeople()
  const session = useSession()

  /** `room:seq` → emoji → what one wants it to be. */
  const wishes = shallowReactive(new Map<string, ReadonlyMap<string, Wish>>())
  /** `room:seq` → what one has given, where the message does not name everybody. */
  const given = shallowReactive(new Map<string, ReadonlySet<string>>())

  const keyOf = (row: Pick<ChatRow, 'room' | 'seq'>) => `${row.room}:${row.seq}`

  function isReacted(row: ChatRow): boolean {
    return row.more.reactions !== undefined || wishes.has(keyOf(row))
  }

  function reactions(row: ChatRow): ShownReaction[] {
    if (!isReacted(row)) return NONE
    const wanted = wishes.get(keyOf(row))
    const shown = (row.more.reactions ?? []).map((one) => wished(row, one, wanted?.get(one.emoji)))
    for (const [emoji, wish] of wanted ?? []) {
      if (!shown.some((one) => one.emoji === emoji)) shown.push(wished(row, { emoji, count: 0, users: [] }, wish))
    }
    return shown.filter((one) => one.count > 0)
  }

  function wished(row: ChatRow, one: Reaction, wish: Wish | undefined): ShownReaction {
    const me = session.me?.id ?? 0
    const isNamed = one.users.includes(me)
    const mine = isNamed || (one.count > one.users.length && (given.get(keyOf(row))?.has(one.emoji) ?? false))
    // A row as new as the answer has it.
    if (!wish || wish.on === mine || (wish.rev !== null && row.rev >= wish.rev)) return { ...one, mine }
    const users = wish.on ? [...one.users, me] : one.users.filter((user) => user !== me)
    return { emoji: one.emoji, count: one.count + (wish.on ? 1 : -1), users, mine: wish.on }
  }

  function isMine(row: ChatRow, emoji: string): boolean {
    return reactions(row).some((one) => one.emoji === emoji && one.mine)
  }

  /** Gives the emoji, or takes it back; shown at once, and undone where the server refuses. */
  async function react(row: ChatRow, emoji: string, on = !isMine(row, emoji)): Promise<void> {
    if (row.seq === null) return
    const key = keyOf(row)
    const wish: Wish = { on, rev: null }
    wishes.set(key, new Map(wishes.get(key)).set(emoji, wish))
    try {
      const { rev } = await connection.request('react', { room: row.room, seq: row.seq, emoji, on })
      if (wishes.get(key)?.get(emoji) !== wish) return
      remember(key, emoji, on)
      wishes.set(key, new Map(wishes.get(key)).set(emoji, { on, rev }))
    } catch (error) {
      if (wishes.get(key)?.get(emoji) === wish) forget(key, emoji)
      throw error
    }
  }

  /** The message has it by now, or will with its next row. */
  function settle(row: ChatRow): void {
    const key = keyOf(row)
    for (const [emoji, { rev }] of wishes.get(key) ?? []) if (rev !== null && row.rev >= rev) forget(key, emoji)
  }

  function forget(key: string, emoji: string): void {
    const rest = new Map(wishes.get(key))
    rest.delete(emoji)
    if (rest.size > 0) wishes.set(key, rest)
    else wishes.delete(key)
  }

  function remember(key: string, emoji: string, on: boolean): void {
    const rest = new Set(given.get(key))
    if (on) rest.add(emoji)
    else rest.delete(emoji)
    given.set(key, rest)
  }

  function notePage(page: Pick<Page, 'room' | 'reacted'>): void {
    for (const [seq, emoji] of Object.entries(page.reacted ?? {})) given.set(`${page.room}:${seq}`, new Set(emoji))
  }

  async function reactors(room: RoomId, seq: Seq, emoji: string, after: UserId | null): Promise<Reactors> {
    const path = `/rooms/${room}/messages/${seq}/reactions/${encodeURIComponent(emoji)}`
    const found = await call<Reactors>('GET', path, { query: { after } })
    people.put(...found.users)
    return found
  }

  async function pin(room: RoomId, seq: Seq, on: boolean): Promise<void> {
    await connection.request('pin', { room, seq, on })
  }

  async function pins(room: RoomId, after: string | null): Promise<PinsPage> {
    const page = await call<PinsPage>('GET', `/rooms/${room}/pins`, { query: { after } })
    people.put(...page.users)
    return page
  }

  async function mentions(after: string | null): Promise<MentionsPage> {
    const page = await call<MentionsPage>('GET', '/me/mentions', { query: { after } })
    people.put(...page.users)
    return page
  }

  function clear(): void {
    wishes.clear()
    given.clear()
  }

  return { isReacted, reactions, isMine, react, settle, notePage, reactors, pin, pins, mentions, clear }
})
