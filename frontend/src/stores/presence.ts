// Who is here: whom this page watches, how they are, and whether somebody sits at this device.
import { useEventListener } from '@vueuse/core'
import { defineStore } from 'pinia'
import {
  computed,
  effectScope,
  onScopeDispose,
  ref,
  shallowReactive,
  toValue,
  watch,
  type EffectScope,
  type MaybeRefOrGetter,
} from 'vue'
import type { RoomId, Seen, State, Status, UserId } from '@/wire/frames'
import { useConnection } from './connection'
import { useSession } from './session'

const MOST_WATCHED = 500
/** Wishes of one moment travel together. */
const GATHER = 250
/** After a broken line thousands come back at once: each asks at a moment of its own. */
const SPREAD = 2_000
/** Signs may get lost: what is shown is asked for again. */
const AGAIN = 5 * 60_000
const IDLE_AFTER = 5 * 60_000
const HIDDEN_AFTER = 60_000
const RETRY = 5_000

export const usePresenceStore = defineStore('presence', () => {
  const connection = useConnection()
  const session = useSession()

  const states = shallowReactive(new Map<UserId, State>())
  /** Of the watched room: who is here. */
  const members = shallowReactive(new Map<UserId, State>())
  /** Of which room `members` and `count` tell; null until the server has answered. */
  const knownRoom = ref<RoomId | null>(null)
  const count = ref(0)
  const wishes = shallowReactive(new Map<symbol, MaybeRefOrGetter<readonly UserId[]>>())
  const roomWishes = shallowReactive(new Map<symbol, MaybeRefOrGetter<RoomId | null>>())

  const users = computed(() => {
    const wanted = new Set<UserId>()
    for (const wish of wishes.values()) for (const id of toValue(wish)) if (id !== session.me?.id) wanted.add(id)
    return [...wanted].slice(0, MOST_WATCHED).sort((a, b) => a - b)
  })
  const room = computed(
    () => [...roomWishes.values()].map((wish) => toValue(wish)).findLast((id) => id !== null) ?? null,
  )
  const key = computed(() => `${room.value}:${users.value.join()}`)

  let scope: EffectScope | null = null
  let asking: ReturnType<typeof setTimeout> | undefined
  let turn = 0
  let isIdle = false
  let resting: ReturnType<typeof setTimeout> | undefined

  function state(id: UserId): State {
    if (id === session.me?.id) return ownState(session.me.status)
    // The robot is always here, without a device.
    if (id === session.server?.robot?.id) return 'online'
    return states.get(id) ?? members.get(id) ?? 'offline'
  }

  function ask(after: number): void {
    clearTimeout(asking)
    asking = setTimeout(() => void request(), after)
  }

  async function request(): Promise<void> {
    if (!connection.isLive || document.hidden) return
    const mine = ++turn
    const wanted = room.value
    try {
      const answer = await connection.request('watch', {
        ...(wanted !== null && { room: wanted }),
        users: users.value,
      })
      if (mine !== turn) return
      fill(states, answer.online)
      fill(members, answer.members ?? [])
      knownRoom.value = wanted
      count.value = answer.count ?? 0
    } catch {
      // Left the room, or too fast; without a line the next welcome asks again.
      if (mine === turn && connection.isLive) ask(RETRY)
    }
  }

  function receive(seen: Seen): void {
    if (seen.room !== undefined && seen.room !== knownRoom.value) return
    const told = seen.room === undefined ? states : members
    for (const [id, now] of seen.users) {
      if (now === 'offline') told.delete(id)
      else told.set(id, now)
    }
    if (seen.count !== undefined) count.value = seen.count
  }

  /** The new connection watches nothing, and the server takes it that somebody sits here. */
  function welcome(): void {
    if (key.value !== 'null:') ask(Math.random() * SPREAD * (turn > 0 ? 1 : 0))
    if (isIdle) connection.tell('active', { idle: true })
  }

  async function setStatus(status: Status): Promise<void> {
    await connection.request('status', { status })
    session.receiveStatus(status)
  }

  // Whether somebody sits here.

  function stir(): void {
    clearTimeout(resting)
    resting = setTimeout(() => rest(true), document.hidden ? HIDDEN_AFTER : IDLE_AFTER)
    if (!document.hidden) rest(false)
  }

  function rest(idle: boolean): void {
    if (idle === isIdle) return
    isIdle = idle
    connection.tell('active', { idle })
  }

  function open(): void {
    close()
    scope = effectScope(true)
    scope.run(() => {
      watch(key, () => ask(GATHER))
      for (const event of ['pointerdown', 'pointermove', 'keydown', 'wheel', 'touchstart', 'focus'])
        useEventListener(window, event, stirSeldom, { passive: true, capture: true })
      useEventListener(document, 'visibilitychange', () => {
        stir()
        if (!document.hidden) ask(GATHER)
      })
      const again = setInterval(() => ask(0), AGAIN)
      onScopeDispose(() => clearInterval(again))
    })
    stir()
  }

  let stirred = -Infinity
  /** A moving pointer says the same a hundred times a second. */
  function stirSeldom(): void {
    const now = performance.now()
    if (!isIdle && now - stirred < 1_000) return
    stirred = now
    stir()
  }

  function close(): void {
    scope?.stop()
    scope = null
    clearTimeout(asking)
    clearTimeout(resting)
    for (const map of [states, members]) map.clear()
    knownRoom.value = null
    count.value = turn = 0
    isIdle = false
  }

  return { states, members, knownRoom, count, wishes, roomWishes, state, receive, welcome, setStatus, open, close }
})

export function ownState(status: Status): State {
  if (status === 'auto') return 'online'
  return status === 'invisible' ? 'offline' : status
}

function fill(map: Map<UserId, State>, now: readonly [UserId, State][]): void {
  const next = new Map(now)
  for (const id of [...map.keys()]) if (!next.has(id)) map.delete(id)
  for (const [id, state] of next) if (map.get(id) !== state) map.set(id, state)
}

/** While the caller lives these people are watched; answers how somebody is. */
export function usePresence(ids: MaybeRefOrGetter<readonly UserId[]>): (id: UserId) => State {
  const presence = usePresenceStore()
  const wish = Symbol('presence')
  presence.wishes.set(wish, ids)
  onScopeDispose(() => presence.wishes.delete(wish))
  return presence.state
}

/** While the caller lives the members of this room are watched; of several callers the last one wins. */
export function useRoomPresence(room: MaybeRefOrGetter<RoomId | null>): void {
  const presence = usePresenceStore()
  const wish = Symbol('presence of a room')
  presence.roomWishes.set(wish, room)
  onScopeDispose(() => presence.roomWishes.delete(wish))
}
