// The WebSocket door: says hello, matches answers with requests, keeps the line alive, and comes back when it breaks.
import { Backoff } from '../lib/backoff'
import type {
  ErrorFrame,
  OkFrame,
  Requests,
  RequestType,
  Rev,
  RoomId,
  ServerEvent,
  ServerFrame,
  UserId,
  Welcome,
} from './frames'
import { Refused } from './refused'

export type Phase = 'idle' | 'connecting' | 'syncing' | 'live' | 'waiting' | 'offline'
export type End = 'signed_out' | 'disabled'

export interface SocketState {
  phase: Phase
  attempt: number
  /** When the next try starts, by Date.now(); null unless waiting. */
  nextTryAt: number | null
}

export interface Hello {
  epoch?: string
  rooms: Record<string, Rev>
}

/** What the socket needs of the world, and whom it tells. */
export interface SocketPort {
  open(): WebSocket
  hello(): Hello
  welcome(welcome: Welcome, named: ReadonlySet<RoomId>): void
  event(event: ServerEvent): void
  /** The connection is gone: answers under way will not come. */
  lost(): void
  ended(why: End): void
  state(state: SocketState): void
}

export const PROTOCOL = 'webchat.v1'

const QUIET = 25_000
const PING_PATIENCE = 10_000
/** A line there is reason to doubt must answer sooner. */
const PROBE_PATIENCE = 4_000
const WELCOME_PATIENCE = 15_000
const ANSWER_PATIENCE = 30_000
/** A connection that held this long counts as good, and the next loss starts with small windows again. */
const GOOD_AFTER = 10_000

/** Close codes after which the same again is no use soon: too fast, or this client's own mistake. */
const SLOWLY = new Set([1002, 1003, 1007, 1009, 4029])

type Timer = ReturnType<typeof setTimeout>

interface Waiter {
  resolve(answer: never): void
  reject(error: Refused): void
  timer: Timer
}

export class Socket {
  private readonly port: SocketPort
  private readonly backoff: Backoff
  private line: WebSocket | null = null
  private phase: Phase = 'idle'
  private nextTryAt: number | null = null
  private me: UserId | null = null
  private welcomed = false
  /** The browser said that the network is gone, and nothing has come over the line since. */
  private isDoubtful = false
  /** The ping whose answer proves the line, while one is under way. */
  private probeId: number | null = null
  private nextId = 1
  private readonly waiters = new Map<number, Waiter>()
  /** Rooms of our hello that have not had their block or reset yet. */
  private readonly unsettled = new Set<RoomId>()
  private retryAfter: number | null = null
  private retryTimer: Timer | undefined
  private deadline: Timer | undefined
  private quietTimer: Timer | undefined
  private goodTimer: Timer | undefined

  constructor(port: SocketPort, random?: () => number) {
    this.port = port
    this.backoff = new Backoff(random)
  }

  start(): void {
    if (this.phase !== 'idle') return
    addEventListener('online', this.beOnline)
    addEventListener('offline', this.beOffline)
    addEventListener('pageshow', this.wake)
    document.addEventListener('visibilitychange', this.wake)
    this.connect()
  }

  stop(): void {
    removeEventListener('online', this.beOnline)
    removeEventListener('offline', this.beOffline)
    removeEventListener('pageshow', this.wake)
    document.removeEventListener('visibilitychange', this.wake)
    clearTimeout(this.retryTimer)
    this.drop(1000)
    this.backoff.reset()
    this.retryAfter = null
    this.enter('idle')
  }

  tryNow(): void {
    if (this.phase !== 'idle' && !this.line) this.connect()
  }

  /** Throws Refused; `offline` when the line is down or breaks before the answer: it may have been done or not. */
  request<T extends RequestType>(type: T, body: Requests[T][0]): Promise<Requests[T][1]> {
    if (!this.welcomed) return Promise.reject(new Refused({ code: 'offline' }))
    const id = this.nextId++
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        this.waiters.delete(id)
        reject(new Refused({ code: 'timeout' }))
      }, ANSWER_PATIENCE)
      this.waiters.set(id, { resolve, reject, timer })
      this.send({ type, id, ...body })
    })
  }

  /** For what may be dropped: no answer is asked for. */
  tell<T extends 'typing' | 'active'>(type: T, body: Requests[T][0]): void {
    if (this.welcomed) this.send({ type, ...body })
  }

  private send(frame: object): void {
    this.line?.send(JSON.stringify(frame))
  }

  private connect(): void {
    clearTimeout(this.retryTimer)
    this.retryAfter = null
    this.enter(navigator.onLine ? 'connecting' : 'offline')
    const line = this.port.open()
    this.line = line
    line.onopen = () => this.sayHello()
    line.onmessage = (message) => this.hear(String(message.data))
    line.onclose = (event) => this.closed(event.code)
    this.deadline = setTimeout(() => this.giveUp(), WELCOME_PATIENCE)
  }

  private sayHello(): void {
    const hello = this.port.hello()
    this.unsettled.clear()
    for (const room of Object.keys(hello.rooms)) this.unsettled.add(Number(room))
    this.send({ type: 'hello', ...hello })
  }

  private hear(text: string): void {
    const frame = JSON.parse(text) as ServerFrame
    if (this.welcomed) this.proveLine(frame)
    switch (frame.type) {
      case 'ok':
        return this.answered(frame)
      case 'error':
        return this.refusedFrame(frame)
      case 'welcome':
        return this.beWelcome(frame)
      default:
        return this.happened(frame)
    }
  }

  private proveLine(frame: ServerFrame): void {
    clearTimeout(this.quietTimer)
    clearTimeout(this.deadline)
    if (this.probeId !== null && !(frame.type === 'ok' && frame.id === this.probeId)) {
      // Perhaps it came before the line broke, and was only read now: no proof, but a reason to wait on.
      this.deadline = setTimeout(() => this.giveUp(), PROBE_PATIENCE)
      return
    }
    this.probeId = null
    this.quietTimer = setTimeout(this.ping, QUIET)
    if (!this.isDoubtful) return
    this.isDoubtful = false
    this.enter(this.unsettled.size > 0 ? 'syncing' : 'live')
  }

  private beWelcome(welcome: Welcome): void {
    clearTimeout(this.deadline)
    this.welcomed = true
    this.me = welcome.user.id
    this.quietTimer = setTimeout(this.ping, QUIET)
    this.goodTimer = setTimeout(() => this.backoff.reset(), GOOD_AFTER)
    const named = new Set(this.unsettled)
    const mine = new Set(welcome.rooms.map((state) => state.room))
    for (const room of named) if (!mine.has(room)) this.unsettled.delete(room)
    this.enter(this.unsettled.size > 0 ? 'syncing' : 'live')
    this.port.welcome(welcome, named)
  }

  private happened(event: ServerEvent): void {
    this.port.event(event)
    if (event.type === 'synced' || event.type === 'reset') this.unsettled.delete(event.room)
    // Just left: nothing more will come of that room.
    if (event.type === 'member' && event.left && event.user.id === this.me) this.unsettled.delete(event.room)
    if (this.phase === 'syncing' && this.unsettled.size === 0) this.enter('live')
  }

  private answered(frame: OkFrame): void {
    const waiter = this.waiterOf(frame.id)
    waiter?.resolve(frame as never)
  }

  private refusedFrame(frame: ErrorFrame): void {
    const refused = new Refused({ ...frame, retryAfter: frame.retry_after })
    if (frame.id !== undefined) {
      this.waiterOf(frame.id)?.reject(refused)
    } else if (!this.welcomed) {
      // The hello was refused; the close that follows does not say for how long.
      this.retryAfter = refused.retryAfter
    }
  }

  private waiterOf(id: number): Waiter | undefined {
    const waiter = this.waiters.get(id)
    this.waiters.delete(id)
    clearTimeout(waiter?.timer)
    return waiter
  }

  private closed(code: number): void {
    this.drop()
    if (code === 4001 || code === 4003) {
      this.stop()
      this.port.ended(code === 4003 ? 'disabled' : 'signed_out')
      return
    }
    const wait = this.backoff.next(Date.now(), this.retryAfter, SLOWLY.has(code))
    this.retryTimer = setTimeout(() => this.connect(), wait)
    this.enter(navigator.onLine ? 'waiting' : 'offline', Date.now() + wait)
  }

  /** A line that says nothing is broken, whatever the browser thinks of it. */
  private giveUp(): void {
    this.closed(1006)
  }

  private drop(code?: number): void {
    for (const timer of [this.deadline, this.quietTimer, this.goodTimer]) clearTimeout(timer)
    const line = this.line
    this.line = null
    this.welcomed = this.isDoubtful = false
    this.probeId = null
    this.unsettled.clear()
    if (line) {
      line.onopen = line.onmessage = line.onclose = null
      line.close(code)
    }
    const waiters = [...this.waiters.values()]
    this.waiters.clear()
    for (const waiter of waiters) {
      clearTimeout(waiter.timer)
      waiter.reject(new Refused({ code: 'offline' }))
    }
    if (line) this.port.lost()
  }

  private readonly ping = (): void => {
    this.ask(PING_PATIENCE)
  }

  private ask(patience: number): number {
    const id = this.nextId++
    clearTimeout(this.quietTimer)
    clearTimeout(this.deadline)
    this.send({ type: 'ping', id })
    this.deadline = setTimeout(() => this.giveUp(), patience)
    return id
  }

  /**
   * A line may be broken without a word: the network has changed, or the machine has slept.  TCP would find out in
   * minutes, so ask, and do not wait long.  One question at a time, or many would put the deadline off.
   */
  private probe(): void {
    this.probeId ??= this.ask(PROBE_PATIENCE)
  }

  /** Back in sight: timers may have slept, and the line with them. */
  private readonly wake = (): void => {
    if (document.visibilityState === 'hidden') return
    if (this.welcomed) this.probe()
    else this.tryNow()
  }

  private readonly beOnline = (): void => {
    if (this.welcomed) return this.probe()
    // An attempt begun without a network, or over the one before, would hang.
    this.drop()
    this.tryNow()
  }

  /** The line may still be good: the server may run on this very machine.  Only an answer can tell. */
  private readonly beOffline = (): void => {
    this.enter('offline', this.nextTryAt)
    if (!this.welcomed) return
    this.isDoubtful = true
    this.probe()
  }

  private enter(phase: Phase, nextTryAt: number | null = null): void {
    this.phase = phase
    this.nextTryAt = nextTryAt
    this.port.state({ phase, attempt: this.backoff.attempt, nextTryAt })
  }
}
