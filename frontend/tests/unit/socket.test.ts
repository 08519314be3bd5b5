// The connection: hello, answers, silence, breaking and coming back.
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { ServerEvent } from '@/wire/frames'
import { Socket, type SocketState } from '@/wire/socket'
import { card, FakeServer, ME, message, OTHER, roomState } from '../fake-server'

let server: FakeServer
let states: SocketState[]
let events: ServerEvent[]
let ended: string[]
let lost: number
let named: number[][]
let rooms: Record<string, number>
let chance: number
let socket: Socket

const phase = () => states.at(-1)?.phase
const visible = (value: 'visible' | 'hidden') => vi.spyOn(document, 'visibilityState', 'get').mockReturnValue(value)
const online = (value: boolean) => vi.spyOn(navigator, 'onLine', 'get').mockReturnValue(value)

beforeEach(() => {
  vi.useFakeTimers({ now: 1_700_000_000_000 })
  server = new FakeServer()
  states = []
  events = []
  ended = []
  named = []
  lost = 0
  rooms = {}
  chance = 1
  online(true)
  visible('visible')
  socket = new Socket(
    {
      open: server.open,
      hello: () => ({ epoch: 'first', rooms }),
      welcome: (_frame, rooms) => named.push([...rooms]),
      event: (event) => events.push(event),
      lost: () => lost++,
      ended: (why) => ended.push(why),
      state: (state) => states.push(state),
    },
    () => chance,
  )
})

afterEach(() => {
  socket.stop()
  vi.useRealTimers()
})

describe('hello', () => {
  it('goes first, with epoch and revs', () => {
    rooms = { 1: 5 }
    socket.start()
    expect(phase()).toBe('connecting')
    server.line.accept()
    expect(server.line.sent).toEqual([{ type: 'hello', epoch: 'first', rooms: { 1: 5 } }])
  })

  it('is live at once when no room was named', () => {
    socket.start()
    server.line.welcome([roomState(1)])
    expect(phase()).toBe('live')
  })

  it('is syncing until each named room had its block or reset', () => {
    rooms = { 1: 5, 2: 6, 3: 7 }
    socket.start()
    server.line.welcome([roomState(1), roomState(2)])
    expect(named).toEqual([[1, 2, 3]])
    expect(phase()).toBe('syncing')
    server.line.say({ type: 'syncing', room: 1 })
    server.line.say({ type: 'synced', room: 1, rev: 5 })
    expect(phase()).toBe('syncing')
    server.line.say({ type: 'reset', room: 2, rev: 6 })
    expect(phase()).toBe('live')
    expect(events.map((event) => event.type)).toEqual(['syncing', 'synced', 'reset'])
  })

  it('does not wait for a room one leaves meanwhile, but for one that others leave', () => {
    rooms = { 1: 5 }
    socket.start()
    server.line.welcome([roomState(1)])
    const left = { type: 'member', room: 1, rev: 6, role: 'member', joined_rev: 1, left: true } as const
    server.line.say({ ...left, user: card(OTHER) })
    expect(phase()).toBe('syncing')
    server.line.say({ ...left, user: card(ME) })
    expect(phase()).toBe('live')
  })

  it('gives up a server that opens and says nothing', () => {
    socket.start()
    server.line.accept()
    vi.advanceTimersByTime(15_000)
    expect(phase()).toBe('waiting')
    expect(server.lines[0]!.onmessage).toBeNull()
  })

  it('that is refused with retry_after comes back no earlier', () => {
    chance = 0
    socket.start()
    server.line.accept()
    server.line.say({ type: 'error', code: 'busy', message: '', retry_after: 3 })
    server.line.break(1011)
    vi.advanceTimersByTime(2_999)
    expect(server.lines).toHaveLength(1)
    vi.advanceTimersByTime(1)
    expect(server.lines).toHaveLength(2)
  })
})

describe('requests', () => {
  beforeEach(() => {
    socket.start()
    server.line.welcome()
  })

  it('are answered by id, in any order', async () => {
    const first = socket.request('read', { room: 1, seq: 1 })
    const second = socket.request('read', { room: 2, seq: 2 })
    const [a, b] = server.line.asked('read')
    expect(a!.id).not.toBe(b!.id)
    server.line.ok(b!, { room: 2, seq: 2 })
    server.line.ok(a!, { room: 1, seq: 1 })
    expect(await first).toMatchObject({ room: 1 })
    expect(await second).toMatchObject({ room: 2 })
  })

  it('that are refused say why', async () => {
    const answer = socket.request('post', { room: 1, text: '', nonce: 'n' })
    server.line.refuse(server.line.last('post'), 'rate_limited', { retry_after: 1.5, field: 'text' })
    await expect(answer).rejects.toMatchObject({ code: 'rate_limited', retryAfter: 1.5, field: 'text' })
  })

  it('with an unknown code count as the server’s fault', async () => {
    const answer = socket.request('ping', {})
    server.line.refuse(server.line.last('ping'), 'brand_new')
    await expect(answer).rejects.toMatchObject({ code: 'internal' })
  })

  it('under way when the line breaks are not answered', async () => {
    const answer = socket.request('ping', {})
    server.line.break()
    await expect(answer).rejects.toMatchObject({ code: 'offline' })
    expect(lost).toBe(1)
  })

  it('that nobody answers end', async () => {
    const answer = expect(socket.request('sync', { room: 1, rev: 1 })).rejects.toMatchObject({ code: 'timeout' })
    for (let n = 0; n < 4; n++) {
      vi.advanceTimersByTime(7_500)
      server.line.say(message(n, n))
    }
    await answer
    expect(phase()).toBe('live')
  })

  it('without a connection are refused at once', async () => {
    server.line.break()
    await expect(socket.request('ping', {})).rejects.toMatchObject({ code: 'offline' })
  })
})

describe('silence', () => {
  beforeEach(() => {
    socket.start()
    server.line.welcome()
  })

  it('of 25 s is asked about, and of 10 s more is a broken line', () => {
    vi.advanceTimersByTime(24_999)
    expect(server.line.asked('ping')).toHaveLength(0)
    vi.advanceTimersByTime(1)
    expect(server.line.asked('ping')).toHaveLength(1)
    vi.advanceTimersByTime(9_999)
    expect(phase()).toBe('live')
    vi.advanceTimersByTime(1)
    expect(phase()).toBe('waiting')
  })

  it('ends with any frame', () => {
    vi.advanceTimersByTime(30_000)
    server.line.say(message(1, 1))
    vi.advanceTimersByTime(24_999)
    expect(phase()).toBe('live')
    expect(server.line.asked('ping')).toHaveLength(1)
    vi.advanceTimersByTime(1)
    expect(server.line.asked('ping')).toHaveLength(2)
  })
})

describe('doubt', () => {
  beforeEach(() => {
    rooms = {}
    socket.start()
    server.line.welcome()
    vi.advanceTimersByTime(1_000)
  })

  const sight = () => document.dispatchEvent(new Event('visibilitychange'))
  const goOffline = () => {
    online(false)
    dispatchEvent(new Event('offline'))
  }
  const goOnline = () => {
    online(true)
    dispatchEvent(new Event('online'))
  }

  it.each([
    ['the network is back', goOnline],
    ['the page comes back in sight', sight],
    ['the page is shown again', () => dispatchEvent(new Event('pageshow'))],
  ])('is settled by a ping at once when %s, and 4 s of silence are a broken line', (_when, happen) => {
    happen()
    expect(server.line.asked('ping')).toHaveLength(1)
    expect(phase()).toBe('live')
    vi.advanceTimersByTime(3_999)
    expect(phase()).toBe('live')
    vi.advanceTimersByTime(1)
    expect(phase()).toBe('waiting')
    vi.advanceTimersByTime(500)
    expect(server.lines).toHaveLength(2)
  })

  it('ends with the answer, and the line goes on', () => {
    sight()
    server.line.ok(server.line.last('ping'))
    vi.advanceTimersByTime(24_999)
    expect(server.line.asked('ping')).toHaveLength(1)
    vi.advanceTimersByTime(1)
    expect(server.line.asked('ping')).toHaveLength(2)
    expect(server.lines).toHaveLength(1)
  })

  it('is not put off by being raised again', () => {
    for (let n = 0; n < 4; n++) {
      sight()
      vi.advanceTimersByTime(1_000)
    }
    expect(server.line.asked('ping')).toHaveLength(1)
    expect(phase()).toBe('waiting')
  })

  it('waits on, but does not end, when something older is read', () => {
    sight()
    vi.advanceTimersByTime(3_000)
    server.line.say(message(1, 1))
    vi.advanceTimersByTime(3_999)
    expect(phase()).toBe('live')
    vi.advanceTimersByTime(1)
    expect(phase()).toBe('waiting')
  })

  it('is said at once when the browser is offline', () => {
    goOffline()
    expect(phase()).toBe('offline')
    expect(server.line.closedWith).toBeNull()
    vi.advanceTimersByTime(4_000)
    expect(server.lines[0]!.onmessage).toBeNull()
    expect(lost).toBe(1)
    expect(phase()).toBe('offline')
  })

  it('is unfounded when the server answers an offline browser, as one on the same machine does', async () => {
    goOffline()
    server.line.say(message(1, 1))
    expect(phase()).toBe('offline')
    const answer = socket.request('read', { room: 1, seq: 1 })
    server.line.ok(server.line.last('ping'))
    expect(phase()).toBe('live')
    server.line.ok(server.line.last('read'), { room: 1, seq: 1 })
    expect(await answer).toMatchObject({ seq: 1 })
    expect(lost).toBe(0)
  })

  it('goes on being syncing where it was', () => {
    server.line.break()
    rooms = { 1: 5 }
    vi.advanceTimersByTime(500)
    server.line.welcome([roomState(1)])
    expect(phase()).toBe('syncing')
    goOffline()
    server.line.ok(server.line.last('ping'))
    expect(phase()).toBe('syncing')
  })

  it('of an attempt without a network makes room for one with it', () => {
    goOffline()
    vi.advanceTimersByTime(4_500)
    expect(server.lines).toHaveLength(2)
    expect(phase()).toBe('offline')
    socket.tryNow()
    expect(server.lines).toHaveLength(2)
    goOnline()
    expect(server.lines).toHaveLength(3)
    expect(server.lines[1]!.onclose).toBeNull()
    expect(phase()).toBe('connecting')
  })

  it('of a hidden page is settled too', () => {
    visible('hidden')
    server.line.break()
    vi.advanceTimersByTime(0)
    goOnline()
    expect(server.lines).toHaveLength(2)
  })
})

describe('coming back', () => {
  it('takes longer each time, by chance', () => {
    socket.start()
    for (const wait of [500, 1_000, 2_000, 4_000]) {
      server.line.break()
      const before = server.lines.length
      vi.advanceTimersByTime(wait - 1)
      expect(server.lines).toHaveLength(before)
      vi.advanceTimersByTime(1)
      expect(server.lines).toHaveLength(before + 1)
    }
  })

  it('says when the next try comes', () => {
    socket.start()
    server.line.break()
    expect(states.at(-1)).toEqual({ phase: 'waiting', attempt: 1, nextTryAt: Date.now() + 500 })
  })

  it('starts small again only after a connection that held', () => {
    socket.start()
    server.line.break()
    vi.advanceTimersByTime(500)
    server.line.welcome()
    vi.advanceTimersByTime(9_999)
    server.line.break()
    expect(states.at(-1)!.nextTryAt! - Date.now()).toBe(1_000)
    vi.advanceTimersByTime(1_000)
    server.line.welcome()
    vi.advanceTimersByTime(10_000)
    server.line.break()
    expect(states.at(-1)!.nextTryAt! - Date.now()).toBe(500)
  })

  it.each([1000, 1001, 1006, 1011, 1012, 4008])('follows on %i', (code) => {
    socket.start()
    server.line.welcome()
    server.line.break(code)
    expect(states.at(-1)!.nextTryAt! - Date.now()).toBe(500)
  })

  it.each([1002, 1003, 1007, 1009, 4029])('follows slowly on %i', (code) => {
    socket.start()
    server.line.welcome()
    server.line.break(code)
    expect(states.at(-1)!.nextTryAt! - Date.now()).toBe(30_000)
  })

  it.each([
    [4001, 'signed_out'],
    [4003, 'disabled'],
  ])('does not follow on %i', (code, why) => {
    socket.start()
    server.line.welcome()
    server.line.break(code)
    expect(ended).toEqual([why])
    expect(phase()).toBe('idle')
    vi.advanceTimersByTime(120_000)
    expect(server.lines).toHaveLength(1)
  })

  it('is at once on "try now", once', () => {
    socket.start()
    server.line.break()
    socket.tryNow()
    socket.tryNow()
    expect(server.lines).toHaveLength(2)
    vi.advanceTimersByTime(1_000)
    expect(server.lines).toHaveLength(2)
  })

  it('is at once when the network is back, or the page in sight', () => {
    online(false)
    socket.start()
    server.line.break()
    expect(phase()).toBe('offline')
    online(true)
    dispatchEvent(new Event('online'))
    expect(server.lines).toHaveLength(2)
    server.line.break()
    document.dispatchEvent(new Event('visibilitychange'))
    expect(server.lines).toHaveLength(3)
  })

  it('is not hurried by a page that goes out of sight', () => {
    socket.start()
    server.line.break()
    visible('hidden')
    document.dispatchEvent(new Event('visibilitychange'))
    expect(server.lines).toHaveLength(1)
  })

  it('ends with stop', () => {
    socket.start()
    server.line.break()
    socket.stop()
    vi.advanceTimersByTime(60_000)
    dispatchEvent(new Event('online'))
    expect(server.lines).toHaveLength(1)
    expect(phase()).toBe('idle')
  })
})
