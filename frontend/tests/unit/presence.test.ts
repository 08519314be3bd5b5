// Who is here, how loud rooms are, and what follows from device to device.
import { createPinia, setActivePinia } from 'pinia'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { effectScope, ref, type EffectScope } from 'vue'
import { openDatabase } from '@/lib/db'
import { setServerNow } from '@/lib/clock'
import { useDrafts } from '@/stores/drafts'
import { usePlaces } from '@/stores/places'
import { usePresence, usePresenceStore, useRoomPresence } from '@/stores/presence'
import { useRooms } from '@/stores/rooms'
import { useSession } from '@/stores/session'
import { FOR_GOOD, type RoomState } from '@/wire/frames'
import { FakeServer, ME, message, OTHER, roomState, serveHttp, welcomeFrame } from '../fake-server'

vi.mock('@/lib/i18n', () => ({ pickLocale: () => 'en', setLocale: () => Promise.resolve() }))

let server: FakeServer
let calls: string[]
let answers: Record<string, object>
let page: EffectScope

/** What has been promised is kept, without time passing. */
const settle = () => vi.advanceTimersByTimeAsync(0)

async function signIn(...rooms: RoomState[]): Promise<void> {
  await useSession().start()
  answerPings()
  server.line.welcome(rooms)
  await settle()
}

/** Or the line would be given up while time passes. */
function answerPings(): void {
  const { line } = server
  const send = line.send.bind(line)
  line.send = (text) => {
    send(text)
    const frame = JSON.parse(text) as { type: string; id: number }
    if (frame.type === 'ping') queueMicrotask(() => line.ok(frame))
  }
}

beforeEach(async () => {
  const db = await openDatabase()
  await db!.clear('outbox')
  await db!.clear('drafts')
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval', 'performance', 'Date'] })
  localStorage.clear()
  setActivePinia(createPinia())
  page = effectScope()
  server = new FakeServer()
  vi.stubGlobal('WebSocket', function () {
    return server.open()
  })
  const { user, session, server: about } = welcomeFrame([])
  answers = { 'GET /server': about, 'GET /session': { user, session } }
  calls = serveHttp(answers)
})

afterEach(() => {
  page.stop()
  if (useSession().phase === 'signed-in') useSession().end('signed_out')
  vi.useRealTimers()
})

describe('watching', () => {
  it('asks for all that is looked at in one request, and takes its answer for the whole', async () => {
    await signIn(roomState(1))
    const room = ref<number | null>(1)
    const state = page.run(() => {
      usePresence([5, OTHER])
      useRoomPresence(room)
      return usePresence(() => [OTHER, 4, ME])
    })!
    await vi.advanceTimersByTimeAsync(300)
    expect(server.line.asked('watch')).toHaveLength(1)
    expect(server.line.last('watch')).toMatchObject({ room: 1, users: [OTHER, 4, 5] })
    const answer = {
      room: 1,
      count: 2,
      members: [
        [ME, 'online'],
        [7, 'busy'],
      ],
      online: [[OTHER, 'away']],
    }
    server.line.ok(server.line.last('watch'), answer)
    await settle()
    expect([OTHER, 4, 7, ME].map(state)).toEqual(['away', 'offline', 'busy', 'online'])
    expect(usePresenceStore().count).toBe(2)

    room.value = null
    await vi.advanceTimersByTimeAsync(300)
    expect(server.line.last('watch').room).toBeUndefined()
    server.line.ok(server.line.last('watch'), { online: [] })
    await settle()
    expect([OTHER, 7].map(state)).toEqual(['offline', 'offline'])
  })

  it('follows what the server says, of the watched room only', async () => {
    await signIn(roomState(1))
    page.run(() => useRoomPresence(1))
    await vi.advanceTimersByTimeAsync(300)
    server.line.ok(server.line.last('watch'), { room: 1, count: 1, members: [[ME, 'online']], online: [] })
    await settle()
    server.line.say({ type: 'presence', room: 1, users: [[OTHER, 'online']], count: 2 })
    server.line.say({ type: 'presence', room: 2, users: [[8, 'online']], count: 9 })
    expect([...usePresenceStore().members]).toEqual([
      [ME, 'online'],
      [OTHER, 'online'],
    ])
    server.line.say({ type: 'presence', room: 1, users: [[OTHER, 'offline']], count: 1 })
    expect(usePresenceStore().count).toBe(1)
    expect(usePresenceStore().state(OTHER)).toBe('offline')
  })

  it('is asked for again on a new line', async () => {
    await signIn(roomState(1))
    page.run(() => usePresence([OTHER]))
    await vi.advanceTimersByTimeAsync(300)
    server.line.break()
    await vi.advanceTimersByTimeAsync(1_000)
    server.line.welcome([roomState(1)])
    await vi.advanceTimersByTimeAsync(2_100)
    expect(server.line.last('watch')).toMatchObject({ users: [OTHER] })
  })
})

describe('activity', () => {
  it('is told when nobody has touched the page for a while, and when somebody does again', async () => {
    await signIn()
    await vi.advanceTimersByTimeAsync(4 * 60_000)
    window.dispatchEvent(new Event('keydown'))
    await vi.advanceTimersByTimeAsync(4 * 60_000)
    expect(server.line.asked('active')).toEqual([])
    await vi.advanceTimersByTimeAsync(60_001)
    expect(server.line.asked('active')).toEqual([{ type: 'active', idle: true }])
    window.dispatchEvent(new Event('pointerdown'))
    window.dispatchEvent(new Event('pointerdown'))
    expect(server.line.asked('active').at(-1)).toEqual({ type: 'active', idle: false })
    expect(server.line.asked('active')).toHaveLength(2)
  })
})

describe('status', () => {
  it('set on another device holds here', async () => {
    await signIn()
    server.line.say({ type: 'status', status: 'invisible' })
    expect(useSession().me?.status).toBe('invisible')
    expect(usePresenceStore().state(ME)).toBe('offline')
  })
})

describe('places', () => {
  it('count only what is loud', async () => {
    await signIn(
      roomState(1, { seq: 3 }),
      roomState(2, { seq: 5, level: 'mentions' }),
      roomState(3, { seq: 7, muted: FOR_GOOD }),
    )
    const places = usePlaces()
    expect([places.total, places.hasQuiet]).toEqual([3, true])
    server.line.say({ type: 'place', room: 2, read: 5, level: 'mentions', muted: null, draft: null })
    expect([places.total, places.hasQuiet]).toEqual([3, true])
    server.line.say({ type: 'place', room: 1, read: 1, level: 'nothing', muted: null, draft: null })
    expect([places.total, places.hasQuiet]).toEqual([0, true])
    server.line.say({ type: 'read', room: 1, seq: 3 })
    expect([places.total, places.hasQuiet]).toEqual([0, false])
  })

  it('are loud again when the time of silence is over', async () => {
    const until = welcomeFrame([]).now + 90_000
    await signIn(roomState(1, { seq: 1, muted: until }))
    const isMuted = () => usePlaces().isMuted(useRooms().get(1)!)
    expect([isMuted(), usePlaces().total]).toEqual([true, 0])
    setServerNow(until + 1)
    expect(isMuted()).toBe(false)
  })

  it('never lower a read mark', async () => {
    await signIn(roomState(1, { seq: 9, read: 9 }))
    server.line.say({ type: 'place', room: 1, read: 2, level: 'all', muted: null, draft: 5 })
    expect(useRooms().get(1)).toMatchObject({ read: 9, draft: 5 })
  })

  it('set by HTTP hold at once', async () => {
    await signIn(roomState(1, { seq: 2 }), roomState(2, { seq: 3 }))
    answers['PUT /rooms/1/level'] = { room: 1, read: 0, level: 'nothing', muted: null, draft: null }
    await usePlaces().setLevel(1, 'nothing', null)
    expect(useRooms().get(1)?.level).toBe('nothing')
    answers['POST /me/read-all'] = { rooms: 2 }
    await usePlaces().readAll()
    expect(useRooms().totalUnread).toBe(0)
    expect(calls.filter((one) => /^P(UT|OST)/.test(one))).toHaveLength(2)
  })
})

describe('drafts', () => {
  it('are announced once, and taken back when they are sent', async () => {
    await signIn(roomState(1), roomState(2, { draft: 5 }))
    await vi.advanceTimersByTimeAsync(2_000)
    expect(server.line.asked('draft')).toEqual([])
    useDrafts().set(1, 'h')
    await vi.advanceTimersByTimeAsync(500)
    useDrafts().set(1, 'hello')
    await vi.advanceTimersByTimeAsync(2_000)
    expect(server.line.asked('draft')).toMatchObject([{ room: 1, draft: true }])
    server.line.ok(server.line.last('draft'), { room: 1, read: 0, level: 'all', muted: null, draft: 7 })
    await settle()
    useDrafts().clear(1)
    await vi.advanceTimersByTimeAsync(2_000)
    expect(server.line.asked('draft').at(-1)).toMatchObject({ room: 1, draft: false })
    server.line.ok(server.line.last('draft'), { room: 1, read: 0, level: 'all', muted: null, draft: null })
    await settle()
    const places = usePlaces()
    expect([1, 2].map((id) => places.hasDraft(useRooms().get(id)!))).toEqual([false, true])
  })

  it('are ended by a post, and told again where something still waits', async () => {
    await signIn(roomState(1, { draft: 5 }), roomState(2))
    const places = usePlaces()
    server.line.say(message(1, 1))
    expect(places.hasDraft(useRooms().get(1)!)).toBe(true)
    server.line.say(message(2, 2, { author: ME }))
    expect(places.hasDraft(useRooms().get(1)!)).toBe(false)
    useDrafts().set(2, 'half of it')
    await vi.advanceTimersByTimeAsync(2_000)
    server.line.ok(server.line.last('draft'), { room: 2, read: 0, level: 'all', muted: null, draft: 7 })
    await settle()
    server.line.say(message(1, 1, { room: 2, author: ME }))
    await vi.advanceTimersByTimeAsync(2_000)
    expect(server.line.asked('draft')).toMatchObject([
      { room: 2, draft: true },
      { room: 2, draft: true },
    ])
    server.line.ok(server.line.last('draft'), { room: 2, read: 1, level: 'all', muted: null, draft: 8 })
    await settle()
    // Sent from here: its own post has said so.
    useDrafts().clear(2)
    server.line.say(message(2, 2, { room: 2, author: ME }))
    await vi.advanceTimersByTimeAsync(2_000)
    expect(server.line.asked('draft')).toHaveLength(2)
  })
})
