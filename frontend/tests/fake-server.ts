// A webchat server for tests, small enough to read: lines that the test opens, speaks on, and breaks.
import type { MessageRow, RoomState, ServerFrame, UserCard, Welcome } from '@/wire/frames'
import { DEFAULT_LIMITS } from '@/wire/frames'
import { vi } from 'vitest'

type Frame = Record<string, unknown> & { type: string; id?: number }

/** One connection, seen from the server. */
export class FakeLine {
  readonly sent: Frame[] = []
  closedWith: number | undefined | null = null
  onopen: (() => void) | null = null
  onmessage: ((message: { data: string }) => void) | null = null
  onclose: ((event: { code: number }) => void) | null = null

  // What the client calls.

  send(text: string): void {
    this.sent.push(JSON.parse(text))
  }

  close(code?: number): void {
    this.closedWith = code
  }

  // What the test calls.

  accept(): void {
    this.onopen?.()
  }

  say(frame: ServerFrame | Frame): void {
    this.onmessage?.({ data: JSON.stringify(frame) })
  }

  break(code = 1006): void {
    this.onclose?.({ code })
  }

  /** Opens, and welcomes with these rooms. */
  welcome(rooms: RoomState[] = [], changes: Partial<Welcome> = {}): void {
    this.accept()
    this.say(welcomeFrame(rooms, changes))
  }

  asked(type: string): Frame[] {
    return this.sent.filter((frame) => frame.type === type)
  }

  last(type: string): Frame {
    const frame = this.asked(type).at(-1)
    if (!frame) throw new Error(`no ${type} was sent`)
    return frame
  }

  ok(request: Frame, answer: object = {}): void {
    this.say({ type: 'ok', id: request.id, ...answer })
  }

  refuse(request: Frame, code: string, more: object = {}): void {
    this.say({ type: 'error', id: request.id, code, message: code, ...more })
  }
}

export class FakeServer {
  readonly lines: FakeLine[] = []

  readonly open = (): WebSocket => {
    const line = new FakeLine()
    this.lines.push(line)
    return line as unknown as WebSocket
  }

  get line(): FakeLine {
    const line = this.lines.at(-1)
    if (!line) throw new Error('nobody has connected')
    return line
  }
}

export const ME = 2
export const OTHER = 3

export function card(id: number): UserCard {
  return { id, name: `user${id}`, display_name: `User ${id}`, kind: 'human', avatar: null }
}

export function roomState(room: number, changes: Partial<RoomState> = {}): RoomState {
  return {
    room,
    kind: 'public',
    title: `Room ${room}`,
    topic: '',
    created: 1_000,
    archived: null,
    changed: 1,
    seq: 0,
    rev: 0,
    read: 0,
    level: 'all',
    role: 'member',
    joined_rev: 1,
    posting: 'all',
    inviting: 'all',
    slow: 0,
    mentioning: 'moderators',
    ...changes,
  }
}

export function message(seq: number, rev: number, changes: Partial<MessageRow> = {}): MessageRow {
  return { type: 'message', room: 1, rev, seq, author: OTHER, text: `text ${seq}`, created: seq * 1_000, ...changes }
}

export function welcomeFrame(rooms: RoomState[], changes: Partial<Welcome> = {}): Welcome {
  return {
    type: 'welcome',
    user: { ...card(ME), role: 'member', email: null, created: 0, about: '', locale: null, status: 'auto' },
    session: {
      id: 1,
      kind: 'browser',
      label: '',
      created: 0,
      seen: 0,
      expires: null,
      agent: '',
      scopes: null,
      address: '',
      current: true,
    },
    epoch: 'first',
    rooms,
    server: {
      title: 'Test',
      version: '1',
      build: 'b1',
      registration: 'open',
      needs_setup: false,
      guests: false,
      terms: false,
      creating: 'all',
      robot: null,
      robot_asks: false,
      limits: DEFAULT_LIMITS,
    },
    now: 1_700_000_000_000,
    ...changes,
  }
}

/** Waits for something that has no promise, by real time and without a fixed pause. */
export function until(condition: () => boolean | Promise<boolean>): Promise<unknown> {
  return vi.waitUntil(condition, { interval: 1, timeout: 2_000 })
}

type Answer = object | ((url: URL, body: Record<string, unknown> | undefined) => object | Promise<object>)

/** Answers HTTP by "METHOD /path"; an object with a `code` and a `status` is a problem.  Answers the calls made. */
export function serveHttp(answers: Record<string, Answer>): string[] {
  const calls: string[] = []
  vi.stubGlobal('fetch', async (target: string, init: RequestInit) => {
    const url = new URL(target, 'http://test')
    const path = url.pathname.replace('/api/v1', '')
    calls.push(`${init.method} ${path}${url.search}`)
    const answer = answers[`${init.method} ${path}`]
    if (!answer) throw new TypeError('no network')
    const body = init.body ? JSON.parse(String(init.body)) : undefined
    const value = typeof answer === 'function' ? await answer(url, body) : answer
    const status = 'code' in value && 'status' in value ? Number(value.status) : 200
    return new Response(JSON.stringify(value), { status })
  })
  return calls
}
