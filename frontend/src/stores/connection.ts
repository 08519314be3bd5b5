// The connection to the server, as the page shows it: its phase, the strip, when the next try comes.
import { useIntervalFn } from '@vueuse/core'
import { defineStore } from 'pinia'
import { computed, ref, shallowRef } from 'vue'
import { reload } from '@/lib/fetched'
import type { Requests, RequestType } from '@/wire/frames'
import { Refused } from '@/wire/refused'
import { PROTOCOL, Socket, type Phase, type SocketPort, type SocketState } from '@/wire/socket'

/** A shorter loss is not worth a word. */
const BLIP = 2_000
/** After this long it is called being offline. */
const LONG = 15_000

export type Strip = 'none' | 'reconnecting' | 'offline' | 'syncing'

export const useConnection = defineStore('connection', () => {
  const state = shallowRef<SocketState>({ phase: 'idle', attempt: 0, nextTryAt: null })
  const waitingCount = ref(0)
  const newVersion = ref(false)
  const now = ref(Date.now())
  const downSince = ref<number | null>(null)
  let socket: Socket | null = null
  let build: string | null = null

  const clock = useIntervalFn(() => (now.value = Date.now()), 500, { immediate: false })

  const phase = computed<Phase>(() => state.value.phase)
  const attempt = computed(() => state.value.attempt)
  const isLive = computed(() => phase.value === 'live' || phase.value === 'syncing')
  const retryIn = computed(() => {
    const at = state.value.nextTryAt
    return at === null ? null : Math.max(0, Math.ceil((at - now.value) / 1_000))
  })
  const strip = computed<Strip>(() => {
    if (phase.value === 'syncing') return 'syncing'
    if (phase.value === 'offline') return 'offline'
    if (downSince.value === null) return 'none'
    const down = now.value - downSince.value
    if (down < BLIP) return 'none'
    return down > LONG ? 'offline' : 'reconnecting'
  })

  function follow(next: SocketState): void {
    state.value = next
    now.value = Date.now()
    if (next.phase === 'live' || next.phase === 'syncing' || next.phase === 'idle') {
      downSince.value = null
      clock.pause()
    } else {
      downSince.value ??= now.value
      clock.resume()
    }
  }

  function start(port: Omit<SocketPort, 'open' | 'state'>): void {
    socket ??= new Socket({ ...port, open: openLine, state: follow })
    socket.start()
  }

  function stop(): void {
    socket?.stop()
    socket = null
  }

  function openLine(): WebSocket {
    const { protocol, host } = location
    return new WebSocket(`${protocol === 'https:' ? 'wss' : 'ws'}://${host}/ws`, PROTOCOL)
  }

  function request<T extends RequestType>(type: T, body: Requests[T][0]): Promise<Requests[T][1]> {
    return socket ? socket.request(type, body) : Promise.reject(new Refused({ code: 'offline' }))
  }

  function tell<T extends 'typing' | 'active'>(type: T, body: Requests[T][0]): void {
    socket?.tell(type, body)
  }

  /** The build this page was served with is the first one it hears of. */
  function noteBuild(current: string): void {
    build ??= current
    newVersion.value = build !== current
  }

  return {
    phase,
    attempt,
    retryIn,
    waitingCount,
    newVersion,
    strip,
    isLive,
    tryNow: () => socket?.tryNow(),
    reload: () => reload(),
    start,
    restart: () => socket?.start(),
    stop,
    request,
    tell,
    noteBuild,
  }
})
