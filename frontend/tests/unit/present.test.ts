// The groups of the members panel: counted from the states, filled page by page, newcomers looked up together.
import { createPinia, setActivePinia } from 'pinia'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { effectScope, type EffectScope } from 'vue'
import { usePresent } from '@/features/rooms/present'
import { useSession } from '@/stores/session'
import type { PresentEntry, State } from '@/wire/frames'
import { card, FakeServer, ME, roomState, serveHttp, welcomeFrame } from '../fake-server'

vi.mock('@/lib/i18n', () => ({ pickLocale: () => 'en', setLocale: () => Promise.resolve() }))

let server: FakeServer
let calls: string[]
let page: EffectScope
/** How the server knows them. */
let here: Map<number, State>

const entry = (id: number): PresentEntry => ({ user: card(id), role: 'member', state: here.get(id) ?? 'offline' })
const settle = (ms = 0) => vi.advanceTimersByTimeAsync(ms)

/** As the server does: a group by name, a page at a time, or whoever is asked for. */
function present(url: URL): object {
  const ids = url.searchParams.getAll('id').map(Number)
  if (ids.length > 0) return { members: ids.map(entry), next: null }
  const isAway = url.searchParams.get('group') === 'away'
  const all = [...here].filter(([, state]) => (state === 'away') === isAway).map(([id]) => id)
  const from = Number(url.searchParams.get('after') ?? 0)
  const members = all.slice(from, from + 100).map(entry)
  return { members, next: all.length > from + 100 ? String(from + 100) : null }
}

async function open(): Promise<ReturnType<typeof usePresent>> {
  await useSession().start()
  server.line.welcome([roomState(1)])
  const found = page.run(() => usePresent(1))!
  await settle(300)
  const members = [...here].slice(0, 2_000)
  server.line.ok(server.line.last('watch'), { room: 1, count: here.size, members, online: [] })
  await settle()
  return found
}

function come(...ids: number[]): void {
  for (const id of ids) here.set(id, 'online')
  server.line.say({ type: 'presence', room: 1, users: ids.map((id) => [id, 'online']), count: here.size })
}

const names = (entries: { user: { id: number } }[]) => entries.map((one) => one.user.id)

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval', 'performance', 'Date'] })
  localStorage.clear()
  setActivePinia(createPinia())
  page = effectScope()
  server = new FakeServer()
  vi.stubGlobal('WebSocket', function () {
    return server.open()
  })
  const { user, session, server: about } = welcomeFrame([])
  here = new Map([
    [ME, 'online'],
    [7, 'busy'],
    [5, 'away'],
  ])
  calls = serveHttp({ 'GET /server': about, 'GET /session': { user, session }, 'GET /rooms/1/present': present })
})

afterEach(() => {
  page.stop()
  if (useSession().phase === 'signed-in') useSession().end('signed_out')
  vi.useRealTimers()
})

describe('those who are here', () => {
  it('stand in two groups: the busy are on line', async () => {
    const { groups, stateOf } = await open()
    expect(names(groups.value.online.entries)).toEqual([ME, 7])
    expect(names(groups.value.away.entries)).toEqual([5])
    expect([ME, 7, 5, 99].map(stateOf)).toEqual(['online', 'busy', 'away', 'offline'])
  })

  it('move between the groups without a question', async () => {
    const { groups } = await open()
    const before = calls.length
    server.line.say({
      type: 'presence',
      room: 1,
      users: [
        [7, 'away'],
        [ME, 'offline'],
      ],
      count: 2,
    })
    await settle(2_000)
    expect(names(groups.value.online.entries)).toEqual([])
    expect(names(groups.value.away.entries)).toEqual([5, 7])
    expect(groups.value.away.count).toBe(2)
    expect(calls).toHaveLength(before)
  })

  it('are looked up together when they come', async () => {
    const { groups } = await open()
    const before = calls.length
    come(20)
    come(21, 22)
    expect(groups.value.online.count).toBe(5)
    await settle(1_100)
    expect(names(groups.value.online.entries)).toEqual([ME, 7, 20, 21, 22])
    expect(calls.slice(before)).toEqual(['GET /rooms/1/present?id=20&id=21&id=22'])
  })

  it('come a hundred at a time', async () => {
    for (let id = 1_000; id < 1_250; id++) here.set(id, 'online')
    const { groups, more } = await open()
    expect(groups.value.online).toMatchObject({ count: 252, hasMore: true })
    expect(groups.value.online.entries).toHaveLength(100)
    await more('online')
    expect(groups.value.online.entries).toHaveLength(200)
    await more('online')
    expect(groups.value.online.entries).toHaveLength(252)
    expect(groups.value.online.hasMore).toBe(false)
  })

  it('are counted beyond what the server lists', async () => {
    for (let id = 1_000; id < 4_000; id++) here.set(id, 'online')
    const { groups } = await open()
    expect(groups.value.online.count + groups.value.away.count).toBe(here.size)
  })
})
