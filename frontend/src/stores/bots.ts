// Bots: those one answers for, everybody's for those who run the server, and the tokens they act with.
import { defineStore } from 'pinia'
import type { Millis, SessionView, Scope, UserCard, UserId, UserRole } from '@/wire/frames'
import { call, sendPicture } from '@/wire/http'

export interface Bot {
  user: UserCard
  about: string
  role: UserRole
  /** Who answers for it; null: the server itself. */
  owner: UserCard | null
  created: Millis
  /** Stopped by its owner, or disabled by those who run the server. */
  state: 'active' | 'stopped' | 'disabled'
  tokens: number
  seen: Millis | null
}

/** *scopes*: null for everything. */
export interface TokenTerms {
  label: string
  scopes: Scope[] | null
  days?: number
}

export interface MadeToken {
  token: string
  session: SessionView
}

export const useBots = defineStore('bots', () => {
  const mine = () => call<{ bots: Bot[]; may_make: boolean }>('GET', '/bots')
  const everybodys = (before: number | null) =>
    call<{ bots: Bot[]; next: number | null }>('GET', '/admin/bots', { query: { before } })
  const make = (bot: { name: string; display_name: string; about: string }) => call<Bot>('POST', '/bots', { body: bot })
  const change = (id: UserId, changes: { display_name?: string; about?: string; stopped?: boolean }) =>
    call<Bot>('PATCH', `/bots/${id}`, { body: changes })
  const remove = (id: UserId) => call<void>('DELETE', `/bots/${id}`)
  const setPicture = (id: UserId, picture: Blob) => sendPicture<Bot>(`/bots/${id}/picture`, picture)
  const removePicture = (id: UserId) => call<Bot>('DELETE', `/bots/${id}/picture`)

  async function tokens(id: UserId): Promise<SessionView[]> {
    return (await call<{ tokens: SessionView[] }>('GET', `/bots/${id}/tokens`)).tokens
  }

  const makeToken = (id: UserId, terms: TokenTerms) => call<MadeToken>('POST', `/bots/${id}/tokens`, { body: terms })
  const rotate = (id: UserId, token: number) => call<MadeToken>('POST', `/bots/${id}/tokens/${token}/rotate`)
  const revoke = (id: UserId, token: number) => call<void>('DELETE', `/bots/${id}/tokens/${token}`)

  return { mine, everybodys, make, change, remove, setPicture, removePicture, tokens, makeToken, rotate, revoke }
})
