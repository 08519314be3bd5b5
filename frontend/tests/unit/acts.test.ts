// What is done with messages: quotes, drafts that answer, threads, and which actions there are.
import { createPinia, setActivePinia } from 'pinia'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { createApp, effectScope, h, type EffectScope } from 'vue'
import { createMemoryHistory, createRouter } from 'vue-router'
import { excerptOf } from '@/features/chat/row/excerpt'
import { provideRowActions, type RowActions } from '@/features/chat/row/actions'
import { useThread, type Thread } from '@/features/chat/thread/thread'
import { openDatabase } from '@/lib/db'
import { draftPlace, useDrafts } from '@/stores/drafts'
import { fromMessage, useMessages } from '@/stores/messages'
import { useQuotes } from '@/stores/quotes'
import { useSession } from '@/stores/session'
import type { MessageRow, RoomState, ThreadPage } from '@/wire/frames'
import { card, FakeServer, ME, message, OTHER, roomState, serveHttp, until, welcomeFrame } from '../fake-server'

vi.mock('@/lib/i18n', () => ({ pickLocale: () => 'en', setLocale: () => Promise.resolve() }))

let server: FakeServer
let calls: string[]
let answers: Record<string, object>
let scope: EffectScope

async function signIn(...rooms: RoomState[]): Promise<void> {
  await useSession().start()
  server.line.welcome(rooms)
}

beforeEach(async () => {
  const db = (await openDatabase())!
  await db.clear('outbox')
  await db.clear('drafts')
  localStorage.clear()
  setActivePinia(createPinia())
  scope = effectScope()
  server = new FakeServer()
  vi.stubGlobal('WebSocket', function () {
    return server.open()
  })
  const { user, session, server: about } = welcomeFrame([])
  answers = { 'GET /server': about, 'GET /session': { user, session }, 'GET /users': { users: [card(OTHER)] } }
  calls = serveHttp(answers)
})

afterEach(() => {
  scope.stop()
  if (useSession().phase === 'signed-in') useSession().end('signed_out')
})

describe('quotes', () => {
  const asked = () => calls.filter((one) => one === 'GET /rooms/1/messages/7').length

  it('come with the page, and follow what becomes of them', async () => {
    answers['GET /rooms/1/messages'] = {
      ...{ room: 1, epoch: 'first', seq: 90, rev: 90, users: [], at_start: false, at_end: true },
      messages: [message(90, 90, { reply: 7 })],
      quoted: [message(7, 7)],
    }
    await signIn(roomState(1, { seq: 90, rev: 90 }))
    await useMessages().enter(1)
    expect(useQuotes().find(1, 7)?.text).toBe('text 7')
    server.line.say(message(7, 91, { text: 'edited', edited: 5 }))
    expect(useQuotes().find(1, 7)?.text).toBe('edited')
    server.line.say(message(7, 92, { text: '', deleted: 6 }))
    expect(useQuotes().find(1, 7)?.deleted).toBe(6)
    expect(asked()).toBe(0)
  })

  it('are asked for once; what is not there is known not to be', async () => {
    answers['GET /rooms/1/messages/7'] = { code: 'no_such_message', status: 404 }
    await signIn(roomState(1))
    expect(useQuotes().find(1, 7)).toBeUndefined()
    expect(useQuotes().find(1, 7)).toBeUndefined()
    await until(() => useQuotes().find(1, 7) === null)
    expect(asked()).toBe(1)
  })

  it('are asked for again after a mishap, and after the history was replaced', async () => {
    await signIn(roomState(1, { rev: 5 }))
    useQuotes().find(1, 7)
    await until(() => asked() === 1)
    answers['GET /rooms/1/messages/7'] = message(7, 7)
    await until(() => useQuotes().find(1, 7)?.seq === 7)
    answers['GET /rooms/1'] = roomState(1, { rev: 2 })
    answers['GET /rooms/1/messages/7'] = message(7, 2, { text: 'restored' })
    server.line.say({ type: 'reset', room: 1, rev: 2 })
    await until(() => useQuotes().find(1, 7)?.text === 'restored')
  })

  it('are not kept without end', async () => {
    await signIn(roomState(1))
    useQuotes().put(Array.from({ length: 600 }, (_, at) => message(at + 1, at + 1)))
    expect(useQuotes().find(1, 600)?.seq).toBe(600)
    expect(useQuotes().find(1, 101)?.seq).toBe(101)
    expect(useQuotes().find(1, 100)).toBeUndefined()
  })
})

describe('drafts', () => {
  const opened: ReturnType<typeof useDrafts>[] = []
  afterEach(() => opened.splice(0).forEach((drafts) => drafts.close()))

  async function page(): Promise<ReturnType<typeof useDrafts>> {
    setActivePinia(createPinia())
    const drafts = useDrafts()
    opened.push(drafts)
    await drafts.open(ME)
    return drafts
  }
  const kept = async () => (await openDatabase())!.getAll('drafts')

  it('keep what they answer, over a reload, until they are sent', async () => {
    const before = await page()
    before.set(1, 'yes')
    before.setReply(1, 7)
    expect(before.carried(1)).toEqual({ reply: 7 })
    before.close()
    await until(async () => (await kept()).length === 1)
    const after = await page()
    expect([after.get(1), after.reply(1)]).toEqual(['yes', 7])
    after.clear(1)
    expect([after.get(1), after.reply(1), after.carried(1)]).toEqual(['', null, undefined])
    await until(async () => (await kept()).length === 0)
  })

  it('keep it without a text as well, and let it go', async () => {
    const drafts = await page()
    drafts.setReply(1, 7)
    expect(drafts.written().size).toBe(0)
    drafts.setReply(1, null)
    expect(drafts.carried(1)).toBeUndefined()
  })

  it('of a thread are apart from those of its room, which counts as written in', async () => {
    const before = await page()
    before.set(draftPlace(1, 7), 'in it')
    before.set(draftPlace(1, 8), 'in another')
    before.set(2, 'elsewhere')
    before.setReply(draftPlace(1, 7), 9)
    before.close()
    await until(async () => (await kept()).length === 3)
    const after = await page()
    expect([after.get(1), after.get(draftPlace(1, 7)), after.get(draftPlace(1, 8))]).toEqual([
      '',
      'in it',
      'in another',
    ])
    expect([...after.written()].sort()).toEqual([1, 2])
    expect(after.carried(1, 7)).toEqual({ reply: 9, thread: 7 })
    expect(after.carried(1, 8)).toEqual({ thread: 8 })
  })
})

describe('a thread', () => {
  let all: MessageRow[]
  let thread: Thread

  /** Replies 11, 12 … of message 3, fifty a page. */
  function pageOf(url: URL): ThreadPage {
    const before = Number(url.searchParams.get('before') ?? 1e9)
    const found = all.filter((one) => one.seq < before)
    const shown = found.slice(-50)
    return {
      ...{ room: 1, epoch: 'first', rev: 200, first: message(3, 3, { replies: all.length }), users: [card(OTHER)] },
      ...{ messages: shown, at_start: shown.length === found.length, at_end: true, quoted: [] },
    }
  }

  const reply = (seq: number, rev: number, more: Partial<MessageRow> = {}) => message(seq, rev, { thread: 3, ...more })
  const seqs = () => thread.rows.value.map((row) => row.seq)
  const from = (first: number, last: number) => Array.from({ length: last - first + 1 }, (_, at) => first + at)

  async function enter(count: number): Promise<void> {
    all = from(11, 10 + count).map((seq) => reply(seq, seq))
    answers['GET /rooms/1/threads/3'] = pageOf
    await signIn(roomState(1, { seq: 200, rev: 200 }))
    thread = scope.run(() => useThread(1, 3))!
    await thread.load()
  }

  it('comes from its end, and page by page from above', async () => {
    await enter(60)
    expect(seqs()).toEqual(from(21, 70))
    expect(thread.atStart.value).toBe(false)
    await thread.loadOlder()
    expect(seqs()).toEqual(from(11, 70))
    expect(thread.atStart.value).toBe(true)
    await thread.loadOlder()
    expect(calls.filter((one) => one.includes('/threads/3')).length).toBe(2)
  })

  it('goes on live, with what belongs to it and nothing else', async () => {
    await enter(60)
    server.line.say(reply(201, 201))
    server.line.say(message(3, 202, { replies: 61 }))
    server.line.say(message(202, 203))
    server.line.say(message(203, 204, { thread: 4 }))
    server.line.say(reply(30, 205, { text: 'edited', edited: 1 }))
    expect(seqs()).toEqual([...from(21, 70), 201])
    expect(thread.first.value?.more.replies).toBe(61)
    expect(thread.rows.value.find((row) => row.seq === 30)?.text).toBe('edited')
    // Older than what is held: it comes with its page, in this state or a later one.
    server.line.say(reply(15, 206, { text: 'edited', edited: 1 }))
    expect(seqs()).toEqual([...from(21, 70), 201])
  })

  it('takes nothing older than it has', async () => {
    await enter(2)
    server.line.say(reply(12, 201, { text: 'edited', edited: 1 }))
    await thread.load()
    all = []
    expect(thread.rows.value.map((row) => row.text)).toEqual(['text 11', 'text 12'])
    server.line.say(reply(12, 202, { text: 'edited again', edited: 2 }))
    const coming = thread.load()
    server.line.say(reply(201, 203))
    all = [reply(11, 11), reply(12, 12)]
    await coming
    expect(seqs()).toContain(201)
  })

  it('shows what is on its way there', async () => {
    await enter(1)
    useMessages().send(1, 'to the room')
    useMessages().send(1, 'to the thread', { thread: 3 })
    await until(() => thread.rows.value.length === 2)
    expect(thread.rows.value.at(-1)).toMatchObject({ seq: null, text: 'to the thread' })
    const { key } = thread.rows.value.at(-1)!
    await until(() => server.line.asked('post').length === 1)
    server.line.ok(server.line.last('post'), { room: 1, seq: 201, rev: 201, created: 5 })
    server.line.say(message(201, 201, { author: ME, text: 'to the room' }))
    await until(() => server.line.asked('post').length === 2)
    const post = server.line.last('post')
    expect(post).toMatchObject({ text: 'to the thread', thread: 3 })
    server.line.ok(post, { room: 1, seq: 202, rev: 202, created: 6 })
    server.line.say(reply(202, 202, { author: ME, text: 'to the thread', nonce: String(post.nonce) }))
    await until(() => thread.rows.value.at(-1)?.seq === 202)
    expect(thread.rows.value.length).toBe(2)
    expect(key).toBe(post.nonce)
  })

  it('is loaded anew when the history was replaced', async () => {
    await enter(3)
    answers['GET /rooms/1'] = roomState(1, { rev: 20 })
    all = [reply(11, 11)]
    server.line.say({ type: 'reset', room: 1, rev: 20 })
    await until(() => thread.loaded.value && thread.rows.value.length === 1)
  })

  it('that is not there says so', async () => {
    await enter(1)
    answers['GET /rooms/1/threads/3'] = { code: 'no_such_message', status: 404 }
    await thread.load()
    expect([thread.loaded.value, thread.error.value]).toEqual([false, 'no_such_message'])
  })
})

describe('actions', () => {
  const jumps: number[] = []
  let app: ReturnType<typeof createApp> | undefined
  const router = () =>
    createRouter({
      history: createMemoryHistory(),
      routes: [{ path: '/:rest(.*)*', component: { render: () => h('p') } }],
    })
  let way: ReturnType<typeof router>

  async function inRoom(changes: Partial<RoomState> = {}, thread?: number): Promise<RowActions> {
    await signIn(roomState(1, changes))
    let actions!: RowActions
    way = router()
    app = createApp({
      setup() {
        actions = provideRowActions(1, {
          ...(thread && { thread }),
          write: () => undefined,
          jump: (seq) => jumps.push(seq),
        })
        return () => h('div')
      },
    })
    app.use(way).mount(document.createElement('div'))
    return actions
  }
  afterEach(() => app?.unmount())

  const row = (changes: Partial<MessageRow> = {}) => fromMessage(message(7, 7, changes))
  const names = (actions: RowActions, changes: Partial<MessageRow> = {}) =>
    actions.available(row(changes)).map((action) => action.name)

  it('depend on whose message it is, and what became of it', async () => {
    const actions = await inRoom()
    expect(names(actions)).toEqual([
      ...['react', 'reply', 'thread', 'copy_text', 'copy_link', 'forward', 'mark_unread', 'report'],
    ])
    expect(names(actions, { author: ME })).toEqual([
      ...['react', 'reply', 'thread', 'edit', 'copy_text', 'copy_link', 'forward', 'mark_unread', 'delete'],
    ])
    // What somebody else has said is not edited, and a text that is not there not copied.
    const forwarded = { author: ME, text: '', forwarded: { author: OTHER, created: 1 } }
    expect(names(actions, forwarded)).toEqual([
      ...['react', 'reply', 'thread', 'copy_link', 'forward', 'mark_unread', 'delete'],
    ])
    expect(names(actions, { deleted: 9 })).toEqual([])
    expect(actions.available({ ...row(), seq: null }).map((action) => action.name)).toEqual(['copy_text'])
  })

  it('depend on the room: where nothing is written, nothing is answered', async () => {
    const archived = await inRoom({ archived: 5 })
    expect(names(archived, { author: ME })).toEqual([...['thread', 'copy_text', 'copy_link', 'forward', 'mark_unread']])
    app?.unmount()
    const quiet = await inRoom({ posting: 'moderators' })
    expect(names(quiet)).not.toContain('reply')
  })

  it('answer in the thread what belongs to one', async () => {
    const actions = await inRoom()
    actions.act('reply', row())
    expect(useDrafts().reply(1)).toBe(7)
    actions.act('reply', row({ thread: 3 }))
    expect(useDrafts().reply(1)).toBe(7)
    expect(useDrafts().reply(draftPlace(1, 3))).toBe(7)
    await until(() => way.currentRoute.value.path === '/rooms/1/threads/3')
    actions.act('thread', row())
    await until(() => way.currentRoute.value.path === '/rooms/1/threads/7')
  })

  it('have keys, while they are there', async () => {
    const actions = await inRoom()
    const called = (key: string, changes: Partial<MessageRow>) => actions.keyed(key, row(changes))?.name
    const own = { author: ME }
    expect(['r', 't', 'e', 'c', 'Delete', 'x'].map((key) => called(key, own))).toEqual([
      ...['reply', 'thread', 'edit', 'copy_text', 'delete', undefined],
    ])
    expect(called('e', {})).toBeUndefined()
  })

  it('in a thread lead to no other', async () => {
    const actions = await inRoom({}, 3)
    expect(names(actions, { thread: 3 })).not.toContain('thread')
    actions.act('reply', row({ thread: 3 }))
    expect(useDrafts().carried(1, 3)).toEqual({ reply: 7, thread: 3 })
  })
})

describe('an excerpt', () => {
  it('is one line, not too long, and cuts no sign in two', () => {
    expect(excerptOf({ text: ' a\n\n b ', more: {} })).toBe('a b')
    const long = excerptOf({ text: '😀'.repeat(300), more: {} })
    expect(Array.from(long).length).toBe(201)
    expect(long.endsWith('😀…')).toBe(true)
  })

  it('is the name of a file where there is no text', () => {
    const file = { id: 'a', name: 'plan.pdf', mime: 'application/pdf', kind: 'file' as const, size: 1 }
    expect(excerptOf({ text: '', more: { files: [file] } })).toBe('plan.pdf')
    expect(excerptOf({ text: '', more: {} })).toBe('')
  })
})
