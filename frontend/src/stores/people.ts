// Who is who: cards of people, asked for in batches, and the member lists of rooms.
import { defineStore } from 'pinia'
import { shallowReactive } from 'vue'
import { i18n } from '@/lib/i18n'
import type { ErrorCode, MemberEntry, MemberRow, Profile, RoomId, UserCard, UserId } from '@/wire/frames'
import { call, codeOf } from '@/wire/http'

export interface Members {
  entries: MemberEntry[]
  total: number
  hasMore: boolean
  loading: boolean
  error: ErrorCode | null
}

interface MembersAnswer {
  members: MemberEntry[]
  total: number
  next: string | null
}

const PAGE = 100
const MOST_IDS = 200
/** Look-ups of one frame's worth of rows travel together. */
const GATHER = 20
/** A look-up that failed may be tried again after this long. */
const FORGET = 15_000

const NONE: Members = { entries: [], total: 0, hasMore: false, loading: false, error: null }

export const usePeople = defineStore('people', () => {
  const cards = shallowReactive(new Map<UserId, UserCard>())
  const lists = shallowReactive(new Map<RoomId, Members>())
  const cursors = new Map<RoomId, { search: string; next: string | null; turn: number }>()
  const memberRevs = new Map<RoomId, Map<UserId, number>>()
  const wanted = new Set<UserId>()
  const asked = new Set<UserId>()
  let gathering: ReturnType<typeof setTimeout> | undefined

  function put(...known: UserCard[]): void {
    for (const card of known) {
      const { id, name, display_name, kind, avatar } = card
      const was = cards.get(card.id)
      if (was?.display_name === card.display_name && was.name === card.name && was.avatar === card.avatar) continue
      cards.set(card.id, { id, name, display_name, kind, avatar })
    }
  }

  function card(id: UserId): UserCard | undefined {
    const found = cards.get(id)
    if (!found) want(id)
    return found
  }

  function name(id: UserId): string {
    const found = card(id)
    return found ? nameOf(found) : '…'
  }

  /** What somebody is called; who has given up her account has no name. */
  function nameOf(card: Pick<UserCard, 'display_name'>): string {
    return card.display_name || i18n.global.t('people.deleted')
  }

  function want(id: UserId): void {
    if (asked.has(id)) return
    wanted.add(id)
    gathering ??= setTimeout(() => void lookUp(), GATHER)
  }

  async function lookUp(): Promise<void> {
    gathering = undefined
    const ids = [...wanted].slice(0, MOST_IDS)
    for (const id of ids) {
      wanted.delete(id)
      asked.add(id)
    }
    if (wanted.size > 0) gathering = setTimeout(() => void lookUp(), GATHER)
    try {
      const query = ids.map((id) => `id=${id}`).join('&')
      put(...(await call<{ users: UserCard[] }>('GET', `/users?${query}`)).users)
    } catch {
      // The rows show "…"; whoever is drawn again later asks again.
      setTimeout(() => ids.forEach((id) => asked.delete(id)), FORGET)
    }
  }

  async function load(id: UserId): Promise<UserCard> {
    const card = await call<UserCard>('GET', `/users/${id}`)
    put(card)
    return cards.get(id) ?? card
  }

  // Everybody.

  async function find(search: string, after: string | null): Promise<{ people: UserCard[]; next: string | null }> {
    const page = await call<{ people: UserCard[]; next: string | null }>('GET', '/people', { query: { search, after } })
    put(...page.people)
    return page
  }

  async function active(): Promise<UserCard[]> {
    const { people } = await call<{ people: UserCard[] }>('GET', '/people/active')
    put(...people)
    return people
  }

  /** Whom those who run the server show to everybody. */
  async function featured(): Promise<UserCard[]> {
    const { people } = await call<{ people: UserCard[] }>('GET', '/people/featured')
    put(...people)
    return people
  }

  async function profile(id: UserId): Promise<Profile> {
    const found = await call<Profile>('GET', `/people/${id}`)
    put(found.user)
    return found
  }

  // Members.

  function members(room: RoomId): Members {
    return lists.get(room) ?? NONE
  }

  async function loadMembers(room: RoomId, search = ''): Promise<void> {
    const turn = (cursors.get(room)?.turn ?? 0) + 1
    cursors.set(room, { search: search.trim(), next: null, turn })
    await page(room, [])
  }

  async function loadMoreMembers(room: RoomId): Promise<void> {
    const list = members(room)
    if (list.hasMore && !list.loading) await page(room, list.entries)
  }

  async function page(room: RoomId, before: MemberEntry[]): Promise<void> {
    const { search, next, turn } = cursors.get(room)!
    lists.set(room, { ...members(room), loading: true, error: null })
    try {
      const answer = await call<MembersAnswer>('GET', `/rooms/${room}/members`, {
        query: { search, after: next, limit: PAGE },
      })
      // Somebody typed on: only the last question counts.
      if (cursors.get(room)?.turn !== turn) return
      put(...answer.members.map((entry) => entry.user))
      cursors.set(room, { search, next: answer.next, turn })
      lists.set(room, {
        entries: [...before, ...answer.members],
        total: answer.total,
        hasMore: answer.next !== null,
        loading: false,
        error: null,
      })
    } catch (error) {
      if (cursors.get(room)?.turn !== turn) return
      lists.set(room, { ...members(room), loading: false, error: codeOf(error) })
    }
  }

  function receiveMember(row: MemberRow): void {
    put(row.user)
    const revs = memberRevs.get(row.room) ?? new Map<UserId, number>()
    memberRevs.set(row.room, revs)
    if (row.rev <= (revs.get(row.user.id) ?? 0)) return
    revs.set(row.user.id, row.rev)
    const list = lists.get(row.room)
    if (!list) return
    const others = list.entries.filter((entry) => entry.user.id !== row.user.id)
    const was = others.length < list.entries.length
    if (row.left) {
      if (was) lists.set(row.room, { ...list, entries: others, total: list.total - 1 })
    } else if (was) {
      const entries = list.entries.map((entry) =>
        entry.user.id === row.user.id ? { user: row.user, role: row.role } : entry,
      )
      lists.set(row.room, { ...list, entries })
    } else if (!list.hasMore && !cursors.get(row.room)?.search) {
      const entries = [...list.entries, { user: row.user, role: row.role }]
      lists.set(row.room, { ...list, entries, total: list.total + 1 })
    }
  }

  /** After `reset`, or when the room was not followed: the list is of another time. */
  function forgetMembers(room: RoomId): void {
    memberRevs.delete(room)
    const search = cursors.get(room)?.search
    if (lists.delete(room)) void loadMembers(room, search)
  }

  function dropMembers(room: RoomId): void {
    memberRevs.delete(room)
    cursors.delete(room)
    lists.delete(room)
  }

  function clear(): void {
    for (const map of [cards, lists, cursors, memberRevs]) map.clear()
    wanted.clear()
    asked.clear()
  }

  return {
    cards,
    put,
    card,
    name,
    nameOf,
    load,
    find,
    active,
    featured,
    profile,
    members,
    loadMembers,
    loadMoreMembers,
    receiveMember,
    forgetMembers,
    dropMembers,
    clear,
  }
})
