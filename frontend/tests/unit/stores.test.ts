// The stores together, against a server that says what the protocol allows.
import { createPinia, setActivePinia } from 'pinia'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { openDatabase } from '@/lib/db'
import { useConnection } from '@/stores/connection'
import { news } from '@/stores/feed'
import { useMessages } from '@/stores/messages'
import { usePeople } from '@/stores/people'
import { useRooms } from '@/stores/rooms'
import { useSession } from '@/stores/session'
import type { MessageRow, Page, RoomState } from '@/wire/frames'
import { card, FakeServer, ME, message, OTHER, roomState, serveHttp, until, welcomeFrame } from '../fake-server'

vi.mock('@/lib/i18n', () => ({ pickLocale: () => 'en', setLocale: () => Promise.resolve() }))

let server: FakeServer
let calls: string[]
/** How many messages each room has, by HTTP. */
let posted: Record<number, number>
let answers: Parameters<typeof serveHttp>[0]

function history(url: URL): Page {
  const room = Number(url.pathname.split('/')[4])
  const newest = posted[room] ?? 0
  const asked = (name: string) => url.searchParams.has(name) && Number(url.searchParams.get(name))
  const [before, after, around] = [asked('before'), asked('after'), asked('around')]
  const last = before ? before - 1 : after ? after + 50 : around ? around + 25 : newest
  const to = Math.min(newest, last)
  const from = Math.max(1, after ? after + 1 : to - 49)
  const messages = []
  for (let seq = from; seq <= to; seq++) messages.push(message(seq, seq, { room }))
  return {
    room,
    epoch: 'first',
    seq: newest,
    rev: newest,
    messages,
    users: [card(OTHER)],
    at_start: from === 1,
    at_end: to === newest,
  }
}

async function signIn(...rooms: RoomState[]): Promise<void> {
  for (const state of rooms) posted[state.room] ??= state.seq
  await useSession().start()
  server.line.welcome(rooms)
}

const view = (id = 1) => useMessages().view(id)
const seqs = (id = 1) => view(id).items.flatMap((item) => (item.kind === 'row' ? [item.row.seq] : []))
const rows = (id = 1) => view(id).items.flatMap((item) => (item.kind === 'row' ? [item.row] : []))

beforeEach(async () => {
  await (await openDatabase())!.clear('outbox')
  localStorage.clear()
  setActivePinia(createPinia())
  server = new FakeServer()
  vi.stubGlobal('WebSocket', function () {
    return server.open()
  })
  posted = {}
  const { user, session, server: about } = welcomeFrame([])
  answers = {
    'GET /server': about,
    'GET /session': { user, session },
    'GET /rooms/1/messages': history,
    'GET /rooms/2/messages': history,
    'GET /rooms/1': roomState(1, { title: 'Renamed', seq: 80, rev: 900 }),
    'GET /users': { users: [card(OTHER)] },
  }
  calls = serveHttp(answers)
})

afterEach(() => {
  vi.useRealTimers()
  if (useSession().phase === 'signed-in') useSession().end('signed_out')
})

describe('session', () => {
  it('signed in connects; signed out does not', async () => {
    await signIn()
    expect(useSession().phase).toBe('signed-in')
    expect(useConnection().phase).toBe('live')
  })

  it('that is missing leads to sign-in', async () => {
    answers['GET /session'] = { code: 'unauthenticated', status: 401 }
    await useSession().start()
    expect(useSession().phase).toBe('signed-out')
    expect(useSession().ended).toBeNull()
    expect(server.lines).toEqual([])
  })

  it('of a new server leads to set-up', async () => {
    answers['GET /server'] = { ...answers['GET /server'], needs_setup: true }
    await useSession().start()
    expect(useSession().phase).toBe('setup')
  })

  it('without a server can be tried again', async () => {
    delete answers['GET /server']
    await useSession().start()
    expect(useSession().phase).toBe('unreachable')
    answers['GET /server'] = welcomeFrame([]).server
    await useSession().start()
    expect(useSession().phase).toBe('signed-in')
  })

  it('ended elsewhere says so, with everything gone', async () => {
    await signIn(roomState(1))
    answers['GET /session'] = { code: 'unauthenticated', status: 401 }
    server.line.break(4001)
    await until(() => useSession().ended === 'signed_out')
    expect(useSession().phase).toBe('signed-out')
    expect(useRooms().byId.size).toBe(0)
  })

  it('renewed by a new password comes back', async () => {
    await signIn(roomState(1))
    server.line.break(4001)
    await until(() => server.lines.length === 2)
    expect(useSession().phase).toBe('signed-in')
  })

  it('of a disabled account ends at once', async () => {
    await signIn()
    server.line.break(4003)
    await until(() => useSession().ended === 'disabled')
  })
})

describe('rooms', () => {
  it('count what is unread, archived ones apart', async () => {
    await signIn(
      roomState(1, { seq: 5, read: 3 }),
      roomState(2, { seq: 9, read: 9 }),
      roomState(3, { seq: 4, read: 1, archived: 1 }),
    )
    const rooms = useRooms()
    expect([rooms.unread(1), rooms.unread(2), rooms.unread(99)]).toEqual([2, 0, 0])
    expect(rooms.totalUnread).toBe(2)
    expect(rooms.unreadRooms()).toBe(1)
    expect(rooms.unreadRooms(1)).toBe(0)
    expect(rooms.archived.map((room) => room.room)).toEqual([3])
  })

  it('of a text that grows are told once it is complete, whatever was said since', async () => {
    await signIn(roomState(1, { seq: 5, rev: 5, read: 5 }))
    const heard: string[] = []
    const hear = (row: MessageRow) => void heard.push(row.text)
    news.add(hear)
    server.line.say(message(6, 6, { text: 'Te', streaming: true }))
    server.line.say(message(6, 7, { text: 'Tea', streaming: true }))
    server.line.say(message(7, 8))
    server.line.say(message(6, 9, { text: 'Tea.' }))
    server.line.say(message(6, 10, { text: 'Tea.', reactions: [] }))
    news.delete(hear)
    expect(heard).toEqual(['text 7', 'Tea.'])
  })

  it('count what comes, and one’s own as read', async () => {
    await signIn(roomState(1, { seq: 5, rev: 5, read: 5 }))
    server.line.say(message(6, 6))
    expect(useRooms().unread(1)).toBe(1)
    server.line.say(message(7, 7, { author: ME }))
    expect(useRooms().unread(1)).toBe(0)
  })

  it('read within the last second are told when the page leaves, by HTTP', async () => {
    const bodies: unknown[] = []
    answers['PUT /rooms/1/read'] = (_, body) => {
      bodies.push(body)
      return {}
    }
    await signIn(roomState(1, { seq: 9, rev: 9, read: 2 }))
    useMessages().markVisible(1, 7)
    dispatchEvent(new Event('pagehide'))
    await until(() => bodies.length === 1)
    expect(bodies).toEqual([{ seq: 7 }])
  })

  it('read within the last second are told when the page is hidden, by the line', async () => {
    await signIn(roomState(1, { seq: 9, rev: 9, read: 2 }))
    useMessages().markVisible(1, 7)
    const state = vi.spyOn(document, 'visibilityState', 'get').mockReturnValue('hidden')
    document.dispatchEvent(new Event('visibilitychange'))
    state.mockRestore()
    expect(server.line.last('read')).toMatchObject({ room: 1, seq: 7 })
  })

  it('follow the read mark of another device, and never back', async () => {
    await signIn(roomState(1, { seq: 5, read: 1 }))
    server.line.say({ type: 'read', room: 1, seq: 4 })
    server.line.say({ type: 'read', room: 1, seq: 2 })
    expect(useRooms().unread(1)).toBe(1)
  })

  it('are renamed by their row', async () => {
    await signIn(roomState(1, { rev: 5 }))
    const row = { type: 'room', room: 1, kind: 'public', topic: 't', created: 1, archived: null } as const
    server.line.say({ ...row, rev: 6, title: 'New' })
    expect(useRooms().get(1)).toMatchObject({ title: 'New', topic: 't' })
  })

  describe('given another title', () => {
    const seen = { title: 'Room 1', topic: '' }
    const bodies: unknown[] = []
    beforeEach(async () => {
      bodies.length = 0
      await signIn(roomState(1, { rev: 9, changed: 7 }))
      answers['PATCH /rooms/1'] = (_url: URL, body: object) => {
        bodies.push(body)
        return { room: 1, rev: 7 }
      }
    })

    it('name the rev of the row that welcome told', async () => {
      await useRooms().edit(1, seen, { topic: 'Tea' })
      expect(bodies).toEqual([{ topic: 'Tea', if_rev: 7 }])
    })

    it('name the rev that an event told', async () => {
      const { kind, created, archived } = roomState(1)
      server.line.say({ type: 'room', room: 1, rev: 10, kind, created, archived, ...seen })
      await useRooms().edit(1, seen, { topic: 'Tea' })
      expect(bodies).toEqual([{ topic: 'Tea', if_rev: 10 }])
    })

    it('are not, when they have another one already', async () => {
      const edited = useRooms().edit(1, { title: 'Old', topic: '' }, { title: 'New' })
      await expect(edited).rejects.toMatchObject({ code: 'conflict' })
      expect(bodies).toEqual([])
    })
  })

  it('come with `joined`, which is what joining waits for', async () => {
    await signIn()
    let here = false
    const joining = useRooms()
      .join(1)
      .then(() => (here = true))
    server.line.ok(server.line.last('join'), { room: 1, rev: 3 })
    await Promise.resolve()
    expect(here).toBe(false)
    server.line.say({ type: 'joined', room: roomState(1, { rev: 3 }) })
    await joining
    expect(useRooms().get(1)).toBeDefined()
  })

  it('are gone with one’s own membership', async () => {
    await signIn(roomState(1, { rev: 5 }))
    const left = { type: 'member', room: 1, rev: 6, role: 'member', joined_rev: 1, left: true } as const
    server.line.say({ ...left, user: card(ME) })
    expect(useRooms().get(1)).toBeUndefined()
    expect(useRooms().gone).toMatchObject({ room: 1, why: 'removed' })
  })

  it('are gone with their own row, which says so', async () => {
    await signIn(roomState(1, { rev: 5 }))
    const { kind, title, topic, created, archived, posting, inviting, slow } = roomState(1)
    const row = { type: 'room', room: 1, kind, title, topic, created, archived, posting, inviting, slow } as const
    server.line.say({ ...row, rev: 6, slow: 30, posting: 'moderators' })
    expect(useRooms().get(1)).toMatchObject({ slow: 30, posting: 'moderators' })
    expect(useRooms().mayPost(1)).toBe(false)
    server.line.say({ ...row, rev: 7, deleted: 9 })
    expect(useRooms().get(1)).toBeUndefined()
    expect(useRooms().gone).toMatchObject({ room: 1, why: 'deleted' })
  })

  it('say why one is out of them', async () => {
    const left = (room: number) =>
      ({ type: 'member', room, rev: 6, role: 'member', joined_rev: 1, left: true, user: card(ME) }) as const
    await signIn(roomState(1, { rev: 5 }), roomState(2, { rev: 5 }), roomState(3, { rev: 5 }))
    for (const [event, why, reason] of [
      [{ type: 'removed', room: 1, banned: true, reason: 'spam' }, 'banned_why', 'spam'],
      [{ type: 'removed', room: 2, banned: true }, 'banned', ''],
      [{ type: 'removed', room: 3 }, 'removed', ''],
    ] as const) {
      server.line.say(event)
      expect(useRooms().get(event.room)).toBeDefined()
      server.line.say(left(event.room))
      expect(useRooms().gone).toMatchObject({ room: event.room, why, reason })
    }
  })

  it('tell who is silenced there', async () => {
    await signIn(roomState(1))
    server.line.say({ type: 'silenced', room: 1, until: 5 })
    expect(useRooms().get(1)?.silenced).toBe(5)
    server.line.say({ type: 'silenced', room: 1, until: null })
    expect(useRooms().get(1)?.silenced).toBeUndefined()
  })

  it('of a conversation are called by the people in it', async () => {
    const talk = { kind: 'direct', title: '', rev: 5 } as const
    await signIn(roomState(1, { title: 'Tea' }), roomState(2, { ...talk, people: [card(3), card(4)] }))
    expect(useRooms().get(2)?.title).toBe('User 3, User 4')
    const row = { type: 'member', room: 2, role: 'member', joined_rev: 1 } as const
    server.line.say({ ...row, rev: 6, left: true, user: card(4) })
    expect(useRooms().get(2)?.title).toBe('User 3')
    server.line.say({ ...row, rev: 7, user: { ...card(3), display_name: 'Ola' } })
    expect(useRooms().get(2)).toMatchObject({ title: 'Ola', people: [{ id: 3 }] })
  })

  it('are listed apart from conversations, the last stirred one first', async () => {
    const talk = { kind: 'direct', title: '' } as const
    await signIn(
      roomState(1, { title: 'Tea' }),
      roomState(2, { ...talk, people: [card(3)] }),
      roomState(3, { ...talk, people: [card(4)] }),
      roomState(4, { title: 'Old', archived: 1 }),
    )
    const ids = (list: { room: number }[]) => list.map((room) => room.room)
    expect([ids(useRooms().channels), ids(useRooms().directs)]).toEqual([[1], [2, 3]])
    server.line.say(message(1, 1, { room: 3, author: 4 }))
    expect(ids(useRooms().active)).toEqual([1, 3, 2])
  })

  it('give powers by role', async () => {
    const { mayInvite, mayArchive, mayEdit, outranks } = useRooms()
    await signIn(
      roomState(1, { role: 'owner' }),
      roomState(2, { role: 'moderator', inviting: 'moderators' }),
      roomState(3, { inviting: 'moderators' }),
      roomState(4, { kind: 'direct', people: [card(3)] }),
    )
    const each = (may: (id: number) => boolean) => [1, 2, 3, 4].map(may)
    expect(each(mayEdit)).toEqual([true, true, false, false])
    expect(each(mayArchive)).toEqual([true, false, false, false])
    expect(each(mayInvite)).toEqual([true, true, false, false])
    expect(each((id) => outranks(id, 'member'))).toEqual([true, true, false, false])
    expect(each((id) => outranks(id, 'moderator'))).toEqual([true, false, false, false])
  })

  it('missing from the next welcome are gone', async () => {
    await signIn(roomState(1), roomState(2))
    server.line.break()
    useConnection().tryNow()
    server.line.welcome([roomState(2)])
    expect([...useRooms().byId.keys()]).toEqual([2])
    expect(useRooms().gone).toMatchObject({ room: 1, why: 'removed' })
  })
})

describe('a room', () => {
  it('opens at the newest page', async () => {
    await signIn(roomState(1, { seq: 80, rev: 80, read: 80 }))
    await useMessages().enter(1)
    expect([view().lo, view().hi, view().atLatest, view().atStart]).toEqual([31, 80, true, false])
    expect(view().unreadAfter).toBeNull()
  })

  it('opens at the unread line, which stays where it was', async () => {
    await signIn(roomState(1, { seq: 80, rev: 80, read: 76 }))
    await useMessages().enter(1)
    useMessages().markVisible(1, 80)
    expect(useRooms().unread(1)).toBe(0)
    const at = view().items.findIndex((item) => item.kind === 'unread')
    expect(view().items[at]).toMatchObject({ count: 4 })
    expect(view().items[at + 1]).toMatchObject({ row: { seq: 77 } })
    useMessages().leave(1)
    await useMessages().enter(1)
    expect(view().items.some((item) => item.kind === 'unread')).toBe(false)
  })

  it('opens around the first unread when that is far up', async () => {
    await signIn(roomState(1, { seq: 500, rev: 500, read: 200 }))
    await useMessages().enter(1)
    expect(calls).toContain('GET /rooms/1/messages?around=201&limit=50')
    expect(seqs()).toContain(201)
    expect(view().atLatest).toBe(false)
    expect(view().newBelow).toBe(500 - view().hi)
  })

  it('opened by a link waits for the first welcome', async () => {
    posted[1] = 3
    await useSession().start()
    await useMessages().enter(1)
    expect(view().loaded).toBe(false)
    server.line.welcome([roomState(1, { seq: 3, rev: 3, read: 3 })])
    await until(() => view().loaded)
    expect(seqs()).toEqual([1, 2, 3])
  })

  it('reads history upward, one page at a time', async () => {
    await signIn(roomState(1, { seq: 120, rev: 120, read: 120 }))
    await useMessages().enter(1)
    await Promise.all([useMessages().loadOlder(1), useMessages().loadOlder(1)])
    expect(view().lo).toBe(21)
    await useMessages().loadOlder(1)
    expect([view().lo, view().atStart]).toEqual([1, true])
    const before = calls.length
    await useMessages().loadOlder(1)
    expect(calls).toHaveLength(before)
    expect(new Set(seqs()).size).toBe(120)
  })

  it('says why a page did not come, and tries again', async () => {
    await signIn(roomState(1, { seq: 80, rev: 80, read: 80 }))
    const good = answers['GET /rooms/1/messages']!
    answers['GET /rooms/1/messages'] = { code: 'busy', status: 503 }
    await useMessages().enter(1)
    expect(view()).toMatchObject({ loaded: false, loading: null, error: 'busy' })
    answers['GET /rooms/1/messages'] = good
    await useMessages().openLatest(1)
    expect(view()).toMatchObject({ loaded: true, error: null })
  })

  it('does not follow a slow answer to an older wish', async () => {
    await signIn(roomState(1, { seq: 500, rev: 500, read: 500 }))
    await useMessages().enter(1)
    const good = answers['GET /rooms/1/messages'] as unknown as (url: URL) => Page
    let release = () => undefined as void
    answers['GET /rooms/1/messages'] = (url: URL) =>
      url.searchParams.has('around') ? new Promise<Page>((resolve) => (release = () => resolve(good(url)))) : good(url)
    const slow = useMessages().openAround(1, 100)
    await until(() => calls.some((one) => one.includes('around=100')))
    await useMessages().openLatest(1)
    release()
    await slow
    expect([view().hi, view().loading]).toEqual([500, null])
  })

  it('fills a hole by sync', async () => {
    await signIn(roomState(1, { seq: 3, rev: 3, read: 3 }))
    await useMessages().enter(1)
    server.line.say(message(5, 5))
    expect(server.line.last('sync')).toMatchObject({ room: 1, rev: 3 })
    expect(seqs()).toEqual([1, 2, 3])
    server.line.say({ type: 'syncing', room: 1 })
    server.line.say(message(4, 4))
    server.line.say({ type: 'synced', room: 1, rev: 4 })
    expect(seqs()).toEqual([1, 2, 3, 4, 5])
    expect(useRooms().get(1)!.seq).toBe(5)
  })

  it('asks again when the sync was refused for now', async () => {
    await signIn(roomState(1, { seq: 3, rev: 3, read: 3 }))
    server.line.say(message(5, 5))
    server.line.refuse(server.line.last('sync'), 'rate_limited', { retry_after: 0.01 })
    await until(() => server.line.asked('sync').length === 2)
    expect(server.line.last('sync')).toMatchObject({ room: 1, rev: 3 })
  })

  it('is named in the next hello only when its rows are held', async () => {
    await signIn(roomState(1, { seq: 3, rev: 3, read: 3 }), roomState(2, { seq: 9, rev: 9 }))
    await useMessages().enter(1)
    server.line.say(message(4, 4))
    server.line.break()
    useConnection().tryNow()
    server.line.accept()
    expect(server.line.sent[0]).toEqual({ type: 'hello', epoch: 'first', rooms: { 1: 4 } })
    server.line.say(welcomeFrame([roomState(1, { seq: 6, rev: 6, read: 4 }), roomState(2, { seq: 12, rev: 12 })]))
    expect(useConnection().phase).toBe('syncing')
    server.line.say({ type: 'syncing', room: 1 })
    server.line.say(message(5, 5))
    server.line.say(message(6, 6))
    server.line.say({ type: 'synced', room: 1, rev: 6 })
    expect(useConnection().phase).toBe('live')
    expect(seqs()).toEqual([1, 2, 3, 4, 5, 6])
    server.line.say(message(13, 13, { room: 2 }))
    expect(useRooms().get(2)!.seq).toBe(13)
    expect(server.line.asked('sync')).toEqual([])
  })

  it('loads anew after reset, row and all', async () => {
    await signIn(roomState(1, { seq: 3, rev: 3, read: 3 }))
    await useMessages().enter(1)
    posted[1] = 80
    server.line.say({ type: 'reset', room: 1, rev: 900 })
    await until(() => view().loaded && useRooms().get(1)!.title === 'Renamed')
    expect(view().hi).toBe(80)
    expect(useRooms().unread(1)).toBe(77)
    server.line.say(message(81, 901))
    expect(view().hi).toBe(81)
  })

  it('loads anew after reset where somebody reads', async () => {
    posted[1] = 300
    await signIn(roomState(1, { seq: 300, rev: 300, read: 300 }))
    await useMessages().enter(1)
    useMessages().setReader(1, 120)
    server.line.say({ type: 'reset', room: 1, rev: 900 })
    await until(() => view().loaded)
    expect(view().lo).toBeLessThanOrEqual(120)
    expect(view().hi).toBeGreaterThanOrEqual(120)
    expect(view().hi).toBeLessThan(300)
    useMessages().setReader(1, null)
    server.line.say({ type: 'reset', room: 1, rev: 1800 })
    await until(() => view().loaded && view().hi === 300)
  })

  it('does not take a page of another epoch', async () => {
    await signIn(roomState(1, { seq: 3, rev: 3, read: 3 }))
    answers['GET /rooms/1/messages'] = { ...history(new URL('http://x/api/v1/rooms/1/messages')), epoch: 'second' }
    await useMessages().enter(1)
    expect(view()).toMatchObject({ loaded: false, loading: null })
  })

  it('keeps the objects of rows that did not change', async () => {
    await signIn(roomState(1, { seq: 3, rev: 3, read: 3 }))
    await useMessages().enter(1)
    const before = view().items
    server.line.say(message(4, 4))
    expect(view().items.slice(0, before.length)).toEqual(before)
    expect(view().items[1]).toBe(before[1])
  })
})

describe('writing', () => {
  beforeEach(async () => {
    await signIn(roomState(1, { seq: 3, rev: 3, read: 3 }))
    await useMessages().enter(1)
  })

  it('shows at once, sends, and keeps the key', async () => {
    useMessages().send(1, 'hello')
    const pending = rows().at(-1)!
    expect(pending).toMatchObject({ seq: null, text: 'hello', status: 'queued', author: ME })
    await until(() => server.line.asked('post').length === 1)
    expect(rows().at(-1)!.status).toBe('sending')
    expect(useConnection().waitingCount).toBe(1)
    const post = server.line.last('post')
    expect(post).toMatchObject({ room: 1, text: 'hello', nonce: pending.nonce })
    server.line.ok(post, { room: 1, seq: 4, rev: 4, created: 9 })
    server.line.say(message(4, 4, { author: ME, text: 'hello', nonce: pending.nonce! }))
    await until(() => useConnection().waitingCount === 0)
    expect(rows().at(-1)).toMatchObject({ key: pending.key, seq: 4, status: 'sent' })
    expect(rows()).toHaveLength(4)
    expect(useRooms().unread(1)).toBe(0)
  })

  it('waits out a broken line and is sent again with its nonce', async () => {
    useMessages().send(1, 'hello')
    await until(() => server.line.asked('post').length === 1)
    const { nonce } = server.line.last('post')
    server.line.break()
    await until(() => rows().at(-1)!.status === 'queued')
    useConnection().tryNow()
    server.line.accept()
    expect(server.line.asked('post')).toEqual([])
    server.line.say(welcomeFrame([roomState(1, { seq: 4, rev: 4, read: 4 })]))
    server.line.say({ type: 'syncing', room: 1 })
    server.line.say(message(4, 4, { author: ME, text: 'hello', nonce: nonce as string }))
    server.line.say({ type: 'synced', room: 1, rev: 4 })
    await until(() => server.line.asked('post').length === 1)
    expect(server.line.last('post').nonce).toBe(nonce)
    server.line.ok(server.line.last('post'), { room: 1, seq: 4, rev: 4, created: 9, duplicate: true })
    await until(() => useConnection().waitingCount === 0)
    expect(seqs()).toEqual([1, 2, 3, 4])
  })

  it('fails in words, and gives the text back', async () => {
    useMessages().send(1, 'hello')
    await until(() => server.line.asked('post').length === 1)
    server.line.refuse(server.line.last('post'), 'forbidden')
    await until(() => rows().at(-1)!.status === 'failed')
    expect(rows().at(-1)!.error).toBe('forbidden')
    expect(useMessages().editPending(rows().at(-1)!.nonce!)).toBe('hello')
    expect(rows()).toHaveLength(3)
  })

  it('changes and removes what was sent', async () => {
    const editing = useMessages().edit(1, 3, 'better', 3)
    expect(server.line.last('edit')).toMatchObject({ room: 1, seq: 3, text: 'better', if_rev: 3 })
    server.line.refuse(server.line.last('edit'), 'conflict')
    await expect(editing).rejects.toMatchObject({ code: 'conflict' })
    const removing = useMessages().remove(1, 3)
    server.line.ok(server.line.last('delete'), { room: 1, rev: 4 })
    await removing
    server.line.say(message(3, 4, { text: '', deleted: 9 }))
    expect(rows().at(-1)).toMatchObject({ seq: 3, deleted: 9 })
  })

  it('finds the last of one’s own that can be edited', () => {
    server.line.say(message(4, 4, { author: ME }))
    server.line.say(message(5, 5, { author: ME }))
    server.line.say(message(5, 6, { author: ME, text: '', deleted: 1 }))
    expect(useMessages().lastOwn(1)!.seq).toBe(4)
  })

  it('jumps to the end from far up', async () => {
    posted[1] = 500
    await useMessages().openAround(1, 50)
    server.line.say(message(4, 4, { seq: 500 }))
    expect(view().atLatest).toBe(false)
    useMessages().send(1, 'hello')
    await until(() => view().atLatest)
  })
})

describe('signs', () => {
  it('of writing last 6 s, or until the message', async () => {
    await signIn(roomState(1, { seq: 3, rev: 3, read: 3 }))
    vi.useFakeTimers()
    const { typing } = useMessages()
    server.line.say({ type: 'typing', room: 1, user: OTHER })
    server.line.say({ type: 'typing', room: 1, user: ME })
    expect(typing(1)).toEqual([OTHER])
    vi.advanceTimersByTime(5_999)
    server.line.say({ type: 'typing', room: 1, user: OTHER })
    vi.advanceTimersByTime(5_999)
    expect(typing(1)).toEqual([OTHER])
    vi.advanceTimersByTime(1)
    expect(typing(1)).toEqual([])
    server.line.say({ type: 'typing', room: 1, user: OTHER })
    server.line.say(message(4, 4))
    expect(typing(1)).toEqual([])
  })

  it('of one’s own go out every 3 s at most', async () => {
    await signIn(roomState(1))
    vi.useFakeTimers()
    const { sendTyping } = useMessages()
    sendTyping(1)
    sendTyping(1)
    vi.advanceTimersByTime(2_999)
    sendTyping(1)
    expect(server.line.asked('typing')).toEqual([{ type: 'typing', room: 1 }])
    vi.advanceTimersByTime(1)
    sendTyping(1)
    expect(server.line.asked('typing')).toHaveLength(2)
  })

  it('of reading go out once a second, the highest', async () => {
    await signIn(roomState(1, { seq: 9, rev: 9, read: 2 }))
    vi.useFakeTimers()
    for (const seq of [3, 7, 5]) useMessages().markVisible(1, seq)
    expect(useRooms().unread(1)).toBe(2)
    expect(server.line.asked('read')).toEqual([])
    vi.advanceTimersByTime(1_000)
    expect(server.line.asked('read')).toMatchObject([{ room: 1, seq: 7 }])
    vi.advanceTimersByTime(10_000)
    expect(server.line.asked('read')).toHaveLength(1)
  })

  it('of reading that got lost are said after the next welcome', async () => {
    await signIn(roomState(1, { seq: 9, rev: 9, read: 2 }))
    useMessages().markVisible(1, 7)
    server.line.break()
    vi.useFakeTimers()
    await vi.advanceTimersByTimeAsync(0)
    useConnection().tryNow()
    server.line.welcome([roomState(1, { seq: 9, rev: 9, read: 2 })])
    expect(useRooms().unread(1)).toBe(2)
    expect(server.line.asked('read')).toMatchObject([{ room: 1, seq: 7 }])
  })
})

describe('people', () => {
  it('unknown are asked for together, once', async () => {
    await signIn()
    const people = usePeople()
    answers['GET /users'] = { users: [card(7), card(8)] }
    expect([people.name(7), people.name(8), people.name(7)]).toEqual(['…', '…', '…'])
    await until(() => people.card(8) !== undefined)
    expect(people.name(7)).toBe('User 7')
    expect(calls.filter((one) => one.startsWith('GET /users'))).toEqual(['GET /users?id=7&id=8'])
  })

  it('of a room are listed in pages and kept up', async () => {
    await signIn(roomState(1, { rev: 5 }))
    const people = usePeople()
    const entry = (id: number) => ({ user: card(id), role: 'member' as const })
    answers['GET /rooms/1/members'] = (url: URL) =>
      url.searchParams.get('after')
        ? { members: [entry(8)], total: 2, next: null }
        : { members: [entry(7)], total: 2, next: 'c' }
    await people.loadMembers(1)
    expect(people.members(1)).toMatchObject({ total: 2, hasMore: true })
    await people.loadMoreMembers(1)
    expect(people.members(1).entries.map((one) => one.user.id)).toEqual([7, 8])
    const row = { type: 'member', room: 1, role: 'moderator', joined_rev: 1 } as const
    server.line.say({ ...row, rev: 6, user: card(9) })
    server.line.say({ ...row, rev: 7, user: card(7), left: true })
    server.line.say({ ...row, rev: 8, user: card(8) })
    expect(people.members(1).entries).toEqual([
      { user: card(8), role: 'moderator' },
      { user: card(9), role: 'moderator' },
    ])
    expect(people.members(1).total).toBe(2)
  })
})

describe('the strip', () => {
  it('is silent for a blip, then says so, then says offline', async () => {
    await signIn()
    vi.useFakeTimers()
    vi.spyOn(Math, 'random').mockReturnValue(0.999)
    const connection = useConnection()
    server.line.break()
    expect(connection.strip).toBe('none')
    vi.advanceTimersByTime(1_999)
    expect(connection.strip).toBe('none')
    vi.advanceTimersByTime(1_000)
    expect(connection.strip).toBe('reconnecting')
    vi.advanceTimersByTime(14_000)
    expect(connection.strip).toBe('offline')
    connection.tryNow()
    server.line.welcome()
    expect(connection.strip).toBe('none')
  })

  it('says so at once when the browser is offline, and what is written goes out when the line proves good', async () => {
    await signIn(roomState(1))
    await useMessages().enter(1)
    const connection = useConnection()
    const isOnline = vi.spyOn(navigator, 'onLine', 'get').mockReturnValue(false)
    dispatchEvent(new Event('offline'))
    expect(connection.strip).toBe('offline')
    useMessages().send(1, 'into the dark')
    const kept = async () => (await openDatabase())!.count('outbox')
    await until(async () => (await kept()) === 1)
    // Looked at while the line was in doubt, and left there.
    for (let n = 0; n < 5; n++) await kept()
    expect(rows().map((row) => row.status)).toEqual(['queued'])
    expect(server.line.asked('post')).toHaveLength(0)
    isOnline.mockReturnValue(true)
    server.line.ok(server.line.last('ping'))
    expect(connection.strip).toBe('none')
    await until(() => server.line.asked('post').length === 1)
    expect(server.lines).toHaveLength(1)
  })

  it('counts down to the next try', async () => {
    await signIn()
    vi.useFakeTimers()
    vi.spyOn(Math, 'random').mockReturnValue(1)
    server.line.break(4029)
    expect(useConnection().retryIn).toBe(30)
    vi.advanceTimersByTime(1_000)
    expect(useConnection().retryIn).toBe(29)
  })

  it('sees a new version by the build', async () => {
    await signIn()
    server.line.break()
    useConnection().tryNow()
    const { server: about } = welcomeFrame([])
    server.line.welcome([], { server: { ...about, build: 'b2' } })
    expect(useConnection().newVersion).toBe(true)
  })
})
