// What is asked of the server about a room's webhooks.
import type { Millis, RoomId, UserCard } from '@/wire/frames'
import { call } from '@/wire/http'

export const EVENTS = [
  'message.posted',
  'message.edited',
  'message.deleted',
  'message.reactions',
  'member.joined',
  'member.left',
] as const
export type HookEvent = (typeof EVENTS)[number]

export interface Hook {
  id: number
  kind: 'in' | 'out'
  label: string
  bot: UserCard
  created_by: UserCard | null
  created: Millis
  used: Millis | null
  /** Deliveries in a row that were given up. */
  failures: number
  failure: string | null
  /** Since when it rests. */
  disabled: Millis | null
  url: string | null
  events: HookEvent[]
  word: string
  bots: boolean
}

/** What of an outgoing webhook is chosen. */
export interface Outgoing {
  url: string
  events: HookEvent[]
  word: string
  bots: boolean
}

/** *path* or *secret* is told this once. */
export interface NewHook {
  hook: Hook
  path: string | null
  secret: string | null
}

export const hooksOf = (room: RoomId) => call<{ hooks: Hook[]; outgoing: boolean }>('GET', `/rooms/${room}/hooks`)

export const makeIncoming = (room: RoomId, label: string) =>
  call<NewHook>('POST', `/rooms/${room}/hooks/incoming`, { body: { label } })

export const makeOutgoing = (room: RoomId, label: string, outgoing: Outgoing) =>
  call<NewHook>('POST', `/rooms/${room}/hooks/outgoing`, { body: { label, ...outgoing } })

export const changeHook = (
  room: RoomId,
  id: number,
  changes: Partial<Outgoing> & { label?: string; resting?: boolean },
) => call<Hook>('PATCH', `/rooms/${room}/hooks/${id}`, { body: changes })

export const renewSecret = (room: RoomId, id: number) => call<NewHook>('POST', `/rooms/${room}/hooks/${id}/secret`)

export const tryOut = (room: RoomId, id: number) => call<void>('POST', `/rooms/${room}/hooks/${id}/test`)

export const removeHook = (room: RoomId, id: number) => call<void>('DELETE', `/rooms/${room}/hooks/${id}`)
