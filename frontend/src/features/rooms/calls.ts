// What is asked of the server about a room and its members, from the dialogs and menus that need it.
import type { RoomSettings } from '@/stores/rooms'
import type { Ban, LinkView, MemberRole, Millis, RoomId, UserCard, UserId } from '@/wire/frames'
import { call, Refused } from '@/wire/http'

export const changeSettings = (room: RoomId, settings: Partial<RoomSettings>) =>
  call<void>('PATCH', `/rooms/${room}`, { body: settings })

// Members.

export const invite = (room: RoomId, users: readonly UserId[]) =>
  call<void>('POST', `/rooms/${room}/members`, { body: { users } })

export const removeMember = (room: RoomId, user: UserId) => call<void>('DELETE', `/rooms/${room}/members/${user}`)

export const setRole = (room: RoomId, user: UserId, role: MemberRole) =>
  call<void>('PUT', `/rooms/${room}/members/${user}/role`, { body: { role } })

/** *until* null: she may write again. */
export const silence = (room: RoomId, user: UserId, until: Millis | null) =>
  call<void>('PUT', `/rooms/${room}/members/${user}/silenced`, { body: { until } })

/** People one might mean by *search*; none where the server has no directory of people. */
export async function findPeople(search: string): Promise<UserCard[]> {
  try {
    return (await call<{ people: UserCard[] }>('GET', '/people', { query: { search } })).people
  } catch (error) {
    if (error instanceof Refused && error.code === 'not_found') return []
    throw error
  }
}

// Bans.

export const bansOf = (room: RoomId, after: string | null) =>
  call<{ bans: Ban[]; next: string | null }>('GET', `/rooms/${room}/bans`, { query: { after } })

/** *until* null: for good. */
export const ban = (room: RoomId, user: UserId, reason: string, until: Millis | null) =>
  call<void>('PUT', `/rooms/${room}/bans/${user}`, { body: { reason, until } })

export const liftBan = (room: RoomId, user: UserId) => call<void>('DELETE', `/rooms/${room}/bans/${user}`)

// Links.

export async function linksInto(room: RoomId): Promise<LinkView[]> {
  return (await call<{ links: LinkView[] }>('GET', `/rooms/${room}/links`)).links
}

export const createLink = (room: RoomId, terms: { days: number; uses: number }) =>
  call<{ code: string; link: LinkView }>('POST', `/rooms/${room}/links`, { body: terms })

export const revokeLink = (room: RoomId, link: number) => call<void>('DELETE', `/rooms/${room}/links/${link}`)
