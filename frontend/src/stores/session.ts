// Who is signed in on this browser, what the server is, and everything about one's own account.
import { useLocalStorage } from '@vueuse/core'
import { defineStore } from 'pinia'
import { computed, ref, shallowRef } from 'vue'
import {
  DEFAULT_LIMITS,
  type InviteView,
  type Me,
  type Server,
  type SessionView,
  type Status,
  type UserId,
  type Welcome,
} from '@/wire/frames'
import { fetched } from '@/lib/fetched'
import { call, onUnauthenticated, Refused, sendPicture } from '@/wire/http'
import type { End } from '@/wire/socket'
import type { MadeToken, TokenTerms } from './bots'
import { useConnection } from './connection'
import type * as Feed from './feed'
import type { Kept } from './offline'
import { usePrefs } from './prefs'

export type SessionPhase = 'starting' | 'unreachable' | 'setup' | 'signed-out' | 'signed-in'

export interface SetUp {
  code: string
  name: string
  display_name: string
  password: string
  server_title?: string
  room_title: string
}

export interface Registration {
  name: string
  display_name: string
  password: string
  email?: string
  invitation?: string
}

export interface ProfileChanges {
  display_name?: string
  email?: string | null
  about?: string
}

/** A server that closes again at once means it. */
const COME_BACK_EVERY = 30_000

export const useSession = defineStore('session', () => {
  const phase = ref<SessionPhase>('starting')
  const ended = ref<End | null>(null)
  const me = shallowRef<Me | null>(null)
  const device = shallowRef<SessionView | null>(null)
  const server = shallowRef<Server | null>(null)

  const limits = computed(() => server.value?.limits ?? DEFAULT_LIMITS)
  const title = computed(() => server.value?.title ?? 'webchat')
  const mayAdminister = computed(() => me.value?.role === 'owner' || me.value?.role === 'admin')

  const isGuest = computed(() => me.value?.role === 'guest')

  /** Whom this browser may show before the server has been heard: who was signed in last, and has not signed out. */
  const last = useLocalStorage<UserId | null>('webchat.user', null, {
    serializer: { read: (text) => Number(text) || null, write: String },
    writeDefaults: false,
    flush: 'sync',
  })
  /** Who is signed in is known from the last time only. */
  let isRemembered = false

  onUnauthenticated(() => {
    if (phase.value === 'signed-in' && !isRemembered) end('signed_out')
  })

  /** What this device last saw is there at once, and the server is asked meanwhile. */
  async function start(): Promise<void> {
    await usePrefs().ready()
    if (await remember().catch(() => false)) void ask()
    else await ask()
  }

  async function remember(): Promise<boolean> {
    if (last.value === null) return false
    const { recall } = await import('./offline')
    const kept = await recall(last.value)
    if (!kept) return false
    isRemembered = true
    server.value = kept.server
    device.value = kept.session
    await enter(kept.me, kept)
    return true
  }

  async function ask(): Promise<void> {
    try {
      server.value = await call<Server>('GET', '/server')
      if (!server.value.needs_setup) return await resume()
      leave()
      phase.value = 'setup'
    } catch {
      if (fed === null) phase.value = 'unreachable'
    }
  }

  async function resume(): Promise<void> {
    try {
      const { user, session } = await call<{ user: Me; session: SessionView }>('GET', '/session')
      if (me.value && me.value.id !== user.id) return await startAnew()
      device.value = session
      be(user)
      await enter(user)
    } catch (error) {
      if (!(error instanceof Refused) || error.code !== 'unauthenticated') throw error
      leave()
    }
  }

  async function enter(user: Me, kept: Kept | null = null): Promise<void> {
    me.value = user
    ended.value = null
    phase.value = 'signed-in'
    await startFeed(user.id, kept)
  }

  /** The server has said so. */
  function be(user: Me): void {
    isRemembered = false
    me.value = user
    last.value = user.id
  }

  /** Another tab signed in as somebody else: nothing on this page is hers. */
  async function startAnew(): Promise<void> {
    last.value = null
    await forget().catch(() => undefined)
    location.reload()
  }

  const isKnownHere = (user: UserId): boolean => last.value === user

  async function forget(): Promise<void> {
    await (await import('./offline')).forget()
  }

  /** Whose feed runs, or is about to. */
  let fed: UserId | null = null

  /* Whoever is not signed in need not load what comes over the line, and the stores it fills. */
  let feed: Pick<typeof Feed, 'startFeed' | 'stopFeed'> | null = null

  async function startFeed(user: UserId, kept: Kept | null): Promise<void> {
    if (fed === user) return
    fed = user
    try {
      feed ??= await fetched(() => import('./feed'))
    } catch (error) {
      fed = null
      throw error
    }
    if (me.value?.id === user) feed.startFeed(user, kept)
  }

  function leave(): void {
    feed?.stopFeed()
    fed = null
    isRemembered = false
    // Unless another tab has signed in as somebody else.  Without the mark nothing of what is still kept is shown.
    if (last.value !== null && (!me.value || last.value === me.value.id)) {
      last.value = null
      void forget().catch(() => undefined)
    }
    me.value = null
    device.value = null
    phase.value = 'signed-out'
  }

  async function enterBy(path: string, body: object): Promise<void> {
    const { user } = await call<{ user: Me }>('POST', path, { body })
    if (server.value) server.value = { ...server.value, needs_setup: false }
    be(user)
    await enter(user)
  }

  const setUp = (form: SetUp) => enterBy('/setup', form)
  const register = (form: Registration) => enterBy('/register', form)
  const signIn = (login: string, password: string) => enterBy('/session', { login, password })

  const enterAsGuest = (displayName: string) => enterBy('/session/guest', { display_name: displayName })

  /** A guest gets an account, and stays where she is; her connection comes back as a member's. */
  async function registerAsGuest(form: Registration): Promise<void> {
    me.value = (await call<{ user: Me }>('POST', '/me/register', { body: form })).user
  }

  const resetPassword = (code: string, password: string) => call<void>('POST', '/reset', { body: { code, password } })

  async function signOut(): Promise<void> {
    const user = me.value?.id
    await call('DELETE', '/session')
    leave()
    // She is signed out, whatever this browser still holds.
    if (user !== undefined) {
      await import('@/lib/worker').then(({ forgetDevice }) => forgetDevice(user)).catch(() => undefined)
    }
  }

  /** Signed out elsewhere, or disabled: the page says so until it is acknowledged. */
  function end(why: End): void {
    ended.value = why
    leave()
  }

  function acknowledgeEnd(): void {
    ended.value = null
  }

  function welcome(frame: Welcome): void {
    if (me.value && me.value.id !== frame.user.id) return void startAnew()
    be(frame.user)
    device.value = frame.session
    server.value = frame.server
  }

  /** What one wants others to see, as another device has chosen it. */
  function receiveStatus(status: Status): void {
    if (me.value) me.value = { ...me.value, status }
  }

  let cameBack = -Infinity
  let isDeleting = false

  /**
   * The connection was closed for good.  A new password gives this browser a new session and ends the one its
   * connection began with: so ask before sending anybody to sign in, and come back if all is well.
   */
  async function closed(why: End): Promise<void> {
    const isKnown = why === 'signed_out' && (await isSignedIn())
    // Whoever deletes her account knows why the line is closed.
    if (phase.value !== 'signed-in' || isDeleting) return
    // She was told long ago, or has let it run out.
    if (isRemembered && !isKnown && why === 'signed_out') return leave()
    const now = performance.now()
    if (!isKnown || now - cameBack < COME_BACK_EVERY) return end(why)
    cameBack = now
    useConnection().restart()
  }

  function isSignedIn(): Promise<boolean> {
    return call('GET', '/session').then(
      () => true,
      () => false,
    )
  }

  async function changePassword(current: string, next: string): Promise<void> {
    await call('POST', '/password', { body: { current, new: next } })
  }

  async function updateProfile(changes: ProfileChanges): Promise<void> {
    receiveMe((await call<{ user: Me }>('PATCH', '/me', { body: changes })).user)
  }

  async function setAvatar(picture: Blob): Promise<void> {
    receiveMe((await sendPicture<{ user: Me }>('/me/avatar', picture)).user)
  }

  async function removeAvatar(): Promise<void> {
    receiveMe((await call<{ user: Me }>('DELETE', '/me/avatar')).user)
  }

  /** What the account is now, changed here or on another device. */
  function receiveMe(user: Me): void {
    if (me.value?.id !== user.id) return
    me.value = user
  }

  async function deleteAccount(password: string): Promise<void> {
    isDeleting = true
    try {
      await call('POST', '/me/delete', { body: { password } })
      leave()
    } finally {
      isDeleting = false
    }
  }

  async function devices(): Promise<SessionView[]> {
    return (await call<{ sessions: SessionView[] }>('GET', '/sessions')).sessions
  }

  const endDevice = (id: number) => call<void>('DELETE', `/sessions/${id}`)
  const endOtherDevices = () => call<void>('DELETE', '/sessions')

  async function tokens(): Promise<SessionView[]> {
    return (await call<{ tokens: SessionView[] }>('GET', '/tokens')).tokens
  }

  const createToken = (terms: TokenTerms) => call<MadeToken>('POST', '/tokens', { body: terms })
  const revokeToken = (id: number) => call<void>('DELETE', `/tokens/${id}`)

  async function invites(): Promise<InviteView[]> {
    return (await call<{ invites: InviteView[] }>('GET', '/invites')).invites
  }

  const createInvite = (terms: { days?: number; uses?: number }) =>
    call<{ code: string; invite: InviteView }>('POST', '/invites', { body: terms })
  const revokeInvite = (id: number) => call<void>('DELETE', `/invites/${id}`)

  return {
    phase,
    me,
    device,
    server,
    ended,
    limits,
    mayAdminister,
    title,
    start,
    setUp,
    register,
    signIn,
    enterAsGuest,
    registerAsGuest,
    resetPassword,
    isGuest,
    signOut,
    end,
    acknowledgeEnd,
    welcome,
    receiveStatus,
    closed,
    isKnownHere,
    changePassword,
    updateProfile,
    setAvatar,
    removeAvatar,
    receiveMe,
    deleteAccount,
    devices,
    endDevice,
    endOtherDevices,
    tokens,
    createToken,
    revokeToken,
    invites,
    createInvite,
    revokeInvite,
  }
})
