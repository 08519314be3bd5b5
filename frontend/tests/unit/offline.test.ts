// What this device last saw: there before the server is, replaced by what the server says, and gone with the session.
import { createPinia, setActivePinia } from 'pinia'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { openDatabase } from '@/lib/db'
import { useContacts } from '@/stores/contacts'
import { useMessages } from '@/stores/messages'
import { usePeople } from '@/stores/people'
import { useRooms } from '@/stores/rooms'
import { useSession } from '@/stores/session'
import type { Page, RoomState } from '@/wire/frames'
import { card, FakeServer, ME, message, OTHER, roomState, serveHttp, until, welcomeFrame } from '../fake-server'

vi.mock('@/lib/i18n', () => ({ pickLocale: () => 'en', setLocale: () => Promise.resolve() }))

const LAST = 'webchat.user'

let server: FakeServer
let answers: Record<string, object>

function newest(count: number, room = 1): Page {
  const messages = []
  for (let seq = Math.max(1, count - 49); seq <= count; seq++) messages.push(message(seq, seq, { room }))
  const page = { room, epoch: 'first', seq: count, rev: count, messages, users: [card(OTHER)] }
  return { ...page, at_start: count <= 50, at_end: true }
}

/** A new page of this browser. */
function load(): Promise<void> {
  setActivePinia(createPinia())
  return useSession().start()
}

/** It goes, and what it has to keep is kept. */
function goAway(): void {
  dispatchEvent(new Event('pagehide'))
}

const texts = (id = 1) =>
  useMessages()
    .view(id)
    .items.flatMap((item) => (item.kind === 'row' ? [item.row.text] : []))

const keptLogs = async () => (await (await openDatabase())!.getAllKeys('logs')).map(([, room]) => room)
const keptShells = async () => (await openDatabase())!.count('shells')

/** One page reads the rooms, and goes. */
async function visit(...states: RoomState[]): Promise<void> {
  await load()
  server.line.welcome(states)
  for (const { room } of states) await useMessages().enter(room)
  goAway()
  await until(async () => (await keptLogs()).length === states.length)
  // The browser takes its line along.
  useSession().end('signed_out')
  await until(async () => (await keptShells()) === 0)
}

/** As *visit*, but nobody signs out. */
async function visitAndStay(...states: RoomState[]): Promise<void> {
  await load()
  server.line.welcome(states)
  for (const { room } of states) await useMessages().enter(room)
  goAway()
  await until(async () => (await keptLogs()).length === states.length && (await keptShells()) === 1)
}

function cutOff(): void {
  for (const name of Object.keys(answers)) delete answers[name]
}

beforeEach(async () => {
  const db = (await openDatabase())!
  for (const name of ['outbox', 'shells', 'logs'] as const) await db.clear(name)
  localStorage.clear()
  server = new FakeServer()
  vi.stubGlobal('WebSocket', function () {
    return server.open()
  })
  const { user, session, server: about } = welcomeFrame([])
  answers = {
    'GET /server': about,
    'GET /session': { user, session },
    'GET /rooms/1/messages': newest(3),
    'GET /rooms/2/messages': newest(1, 2),
    'GET /users': { users: [card(OTHER)] },
  }
  serveHttp(answers)
})

afterEach(async () => {
  if (useSession().phase === 'signed-in') useSession().end('signed_out')
  await until(async () => (await keptShells()) === 0)
})

describe('what this device last saw', () => {
  it('is there without a server: the account, the rooms, the messages, the names', async () => {
    await visitAndStay(roomState(1, { seq: 3, rev: 3, read: 2 }), roomState(2, { seq: 1, rev: 1, read: 1 }))
    cutOff()
    await load()
    expect(useSession().phase).toBe('signed-in')
    expect(useSession().me?.id).toBe(ME)
    expect(useRooms().loaded).toBe(true)
    expect(useRooms().asOf).not.toBeNull()
    expect(useRooms().unread(1)).toBe(1)
    expect(texts()).toEqual(['text 1', 'text 2', 'text 3'])
    expect(usePeople().name(OTHER)).toBe('User 3')
  })

  it('takes what is written, and sends it with the next line', async () => {
    await visitAndStay(roomState(1, { seq: 3, rev: 3 }))
    cutOff()
    await load()
    useMessages().send(1, 'from the train')
    expect(texts().at(-1)).toBe('from the train')
    server.line.welcome([roomState(1, { seq: 3, rev: 3 })])
    server.line.say({ type: 'syncing', room: 1 })
    server.line.say({ type: 'synced', room: 1, rev: 3 })
    await until(() => server.line.asked('post').length === 1)
    expect(server.line.last('post')).toMatchObject({ room: 1, text: 'from the train' })
  })

  it('is named in hello, and gives way to what the server says', async () => {
    await visitAndStay(roomState(1, { seq: 3, rev: 3 }))
    await load()
    server.line.accept()
    expect(server.line.last('hello')).toMatchObject({ epoch: 'first', rooms: { 1: 3 } })
    server.line.say(welcomeFrame([roomState(1, { seq: 4, rev: 6, title: 'Renamed' })]))
    expect(useRooms().asOf).toBeNull()
    expect(useRooms().get(1)?.title).toBe('Renamed')
    server.line.say({ type: 'syncing', room: 1 })
    server.line.say(message(2, 5, { text: '', deleted: 9_000 }))
    server.line.say(message(4, 6))
    server.line.say({ type: 'synced', room: 1, rev: 6 })
    expect(texts()).toEqual(['text 1', '', 'text 3', 'text 4'])
    goAway()
    // What was deleted is kept no longer.
    await until(async () => {
      const kept = await (await openDatabase())!.getAll('logs')
      return JSON.stringify(kept).includes('text 4') && !JSON.stringify(kept).includes('text 2')
    })
  })

  it('of a room one is no longer in goes without a word with the next welcome', async () => {
    await visitAndStay(roomState(1, { seq: 3, rev: 3 }), roomState(2, { seq: 1, rev: 1 }))
    await load()
    expect(useRooms().byId.size).toBe(2)
    server.line.welcome([roomState(2, { seq: 1, rev: 1 })])
    expect([...useRooms().byId.keys()]).toEqual([2])
    expect(useRooms().gone).toBeNull()
    expect(texts(1)).toEqual([])
    goAway()
    await until(async () => (await keptLogs()).join() === '2')
  })

  it('of another history is dropped at a reset', async () => {
    await visitAndStay(roomState(1, { seq: 3, rev: 3 }))
    await load()
    server.line.welcome([roomState(1, { seq: 1, rev: 1 })], { epoch: 'second' })
    server.line.say({ type: 'reset', room: 1, rev: 1 })
    expect(texts()).toEqual([])
    goAway()
    await until(async () => (await keptLogs()).length === 0)
  })

  it('keeps covered whom one has blocked', async () => {
    answers['GET /contacts'] = { contacts: [], next: null }
    answers['GET /blocks'] = { blocks: [{ user: card(OTHER), created: 1 }], next: null }
    await load()
    server.line.welcome([roomState(1, { seq: 3, rev: 3 })])
    await until(() => useContacts().isBlocked(OTHER))
    goAway()
    await until(async () => (await keptShells()) === 1)
    cutOff()
    await load()
    expect(useContacts().isBlocked(OTHER)).toBe(true)
  })

  it('is the newest fifty rows of twenty rooms', async () => {
    const states = Array.from({ length: 22 }, (_, at) => roomState(at + 1, { seq: 80, rev: 80, read: 80 }))
    for (const { room } of states) answers[`GET /rooms/${room}/messages`] = newest(80, room)
    await load()
    server.line.welcome(states)
    for (const { room } of states) await useMessages().enter(room)
    goAway()
    await until(async () => (await keptLogs()).length === 20)
    const kept = (await (await openDatabase())!.getAll('logs')) as { room: number; log: { rows: unknown[] } }[]
    expect(kept.map(({ room }) => room).sort((a, b) => a - b)[0]).toBe(3)
    expect(Math.max(...kept.map(({ log }) => log.rows.length))).toBe(50)
  })
})

describe('nothing is shown or left', () => {
  it('after signing out', async () => {
    await visit(roomState(1, { seq: 3, rev: 3 }))
    expect(await keptLogs()).toEqual([])
    cutOff()
    await load()
    expect(useSession().phase).toBe('unreachable')
  })

  it('where the session has run out', async () => {
    const { session } = welcomeFrame([])
    answers['GET /session'] = { user: welcomeFrame([]).user, session: { ...session, expires: 5_000 } }
    await load()
    server.line.welcome([roomState(1)], { session: { ...session, expires: 5_000 } })
    goAway()
    await until(async () => (await keptShells()) === 1)
    cutOff()
    await load()
    expect(useSession().phase).toBe('unreachable')
    localStorage.clear()
    await (await openDatabase())!.clear('shells')
  })

  it('when the server knows the session no more: one goes to sign in', async () => {
    await visitAndStay(roomState(1, { seq: 3, rev: 3 }))
    answers['GET /session'] = { code: 'unauthenticated', status: 401 }
    await load()
    await until(() => useSession().phase === 'signed-out')
    expect(useSession().ended).toBeNull()
    expect(useRooms().byId.size).toBe(0)
    await until(async () => (await keptLogs()).length === 0)
    expect(localStorage.getItem(LAST)).toBeNull()
  })

  it('when the line says so first', async () => {
    await visitAndStay(roomState(1, { seq: 3, rev: 3 }))
    cutOff()
    await load()
    answers['GET /session'] = { code: 'unauthenticated', status: 401 }
    server.line.break(4001)
    await until(() => useSession().phase === 'signed-out')
    expect(useSession().ended).toBeNull()
  })

  it('and what another tab has begun for somebody else stays', async () => {
    await visitAndStay(roomState(1, { seq: 3, rev: 3 }))
    localStorage.setItem(LAST, '99')
    const change = { key: LAST, oldValue: String(ME), newValue: '99', storageArea: localStorage }
    dispatchEvent(new StorageEvent('storage', change))
    useSession().end('signed_out')
    expect(localStorage.getItem(LAST)).toBe('99')
    expect(await keptLogs()).toEqual([1])
    await (await openDatabase())!.clear('shells')
  })

  it('of somebody else who was signed in here before', async () => {
    const db = (await openDatabase())!
    await db.put('logs', { user: 99, room: 1, log: {} })
    await load()
    server.line.welcome([roomState(1)])
    await until(async () => (await db.count('logs')) === 0)
  })
})
