// What the server's owner and admins see and decide.
import { defineStore } from 'pinia'
import type { Changed, Millis, RoomId, RoomKind, UserCard, UserId, UserKind, UserRole } from '@/wire/frames'
import { call, codeOf } from '@/wire/http'

export type AccountState = 'active' | 'silenced' | 'disabled' | 'deleted'

export interface Account {
  id: UserId
  name: string
  display_name: string
  kind: UserKind
  role: UserRole
  state: AccountState
  created: Millis
  seen: Millis | null
  devices: number
  silenced: Millis | null
  avatar: string | null
  /** Whether everybody is shown her as somebody to know. */
  featured: boolean
}

export interface RoomEntry {
  room: RoomId
  kind: RoomKind
  title: string
  created: Millis
  archived: Millis | null
  members: number
}

export interface AuditEntry {
  id: number
  created: Millis
  actor: UserId | null
  action: string
  room: RoomId | null
  user: UserId | null
  details: Record<string, unknown>
}

export interface Overview {
  version: string
  database: string
  accounts: number
  rooms: number
  online: number
  connections: number
  open_reports: number
  robot: boolean
  /** Which language model the robot asks, and where. */
  robot_host: string | null
  robot_model: string | null
}

export interface RunningSettings {
  title: string
  registration: 'open' | 'invitation' | 'closed'
  guests: boolean
  creating: 'all' | 'admins'
  terms: string
  /** Days after which messages are removed; 0: never. */
  retention: number
  /** Whether the server looks at the pages that messages link to. */
  previews: boolean
  /** Whether rooms may have other servers told of what happens in them. */
  webhooks: boolean
  /** Who makes bots. */
  bots: 'all' | 'admins'
}

/** What came of a file; it may have been here already. */
export interface Imported {
  room: RoomId
  created: boolean
  messages: number
  placeholders: number
}

const NDJSON = 'application/x-ndjson'

export interface AccountQuery {
  search?: string
  role?: UserRole | ''
  state?: AccountState | ''
  after?: number | null
}

export const useAdministration = defineStore('administration', () => ({
  overview: () => call<Overview>('GET', '/admin/overview'),
  accounts: (query: AccountQuery) =>
    call<{ accounts: Account[]; next: number | null }>('GET', '/admin/users', { query: { ...query, limit: 50 } }),
  account: (id: UserId) => call<Account>('GET', `/admin/users/${id}`),
  disable: (id: UserId, disabled: boolean, reason = '') =>
    call<void>('PUT', `/admin/users/${id}/disabled`, { body: { disabled, reason } }),
  disableAll: (ids: UserId[], disabled: boolean, reason = '') =>
    call<{ outcomes: { id: UserId; refused: string | null }[] }>('PUT', '/admin/users/disabled', {
      body: { ids, disabled, reason },
    }),
  silence: (id: UserId, minutes: number | null, reason = '') =>
    call<{ until: Millis | null }>('PUT', `/admin/users/${id}/silenced`, { body: { minutes, reason } }),
  feature: (id: UserId, featured: boolean) => call<void>('PUT', `/admin/users/${id}/featured`, { body: { featured } }),
  setRole: (id: UserId, role: UserRole) => call<void>('PUT', `/admin/users/${id}/role`, { body: { role } }),
  endSessions: (id: UserId) => call<void>('DELETE', `/admin/users/${id}/sessions`),
  resetLink: (id: UserId) => call<{ code: string; expires: Millis }>('POST', `/admin/users/${id}/reset`),
  rooms: (search: string, isPrivate: boolean, after: string | null) =>
    call<{ rooms: RoomEntry[]; next: string | null }>('GET', '/admin/rooms', {
      query: { search, private: String(isPrivate), after, limit: 50 },
    }),
  archive: (room: RoomId, archived: boolean) =>
    call<Changed>('PUT', `/admin/rooms/${room}/archived`, { body: { archived } }),
  deleteRoom: (room: RoomId, confirm: string) =>
    call<Changed>('POST', `/admin/rooms/${room}/delete`, { body: { confirm } }),
  importRoom: async (file: Blob) => {
    const ask = () =>
      call<Imported>('POST', '/admin/imports', { blob: new Blob([file], { type: NDJSON }), patience: 600_000 })
    try {
      return await ask()
    } catch (error) {
      // The server may want to know first who sends so much.
      if (codeOf(error) !== 'busy') throw error
      await new Promise((done) => setTimeout(done, 1_500))
      return ask()
    }
  },
  auditOf: (room: RoomId, before: number | null) =>
    call<{ entries: AuditEntry[]; users: UserCard[]; next: number | null }>('GET', `/rooms/${room}/audit`, {
      query: { before },
    }),
  audit: (query: { before?: number | null; user?: UserId | null; room?: RoomId | null }) =>
    call<{ entries: AuditEntry[]; users: UserCard[]; next: number | null }>('GET', '/admin/audit', {
      query: { ...query, limit: 50 },
    }),
  settings: () => call<RunningSettings>('GET', '/admin/settings'),
  saveSettings: (changes: Partial<RunningSettings>) =>
    call<RunningSettings>('PATCH', '/admin/settings', { body: changes }),
}))
