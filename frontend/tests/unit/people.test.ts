// People, contacts and preferences, against a server that says what the protocol allows.
import { createPinia, setActivePinia } from 'pinia'
import { nextTick } from 'vue'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { useContacts } from '@/stores/contacts'
import { fromMessage, useMessages } from '@/stores/messages'
import { usePeople } from '@/stores/people'
import { usePrefs } from '@/stores/prefs'
import { useSession } from '@/stores/session'
import { useUi } from '@/stores/ui'
import { pictureOf } from '@/ui/seal'
import type { MessageRow, RoomState } from '@/wire/frames'
import { card, FakeServer, ME, message, OTHER, roomState, serveHttp, until, welcomeFrame } from '../fake-server'

vi.mock('@/lib/i18n', () => ({
  pickLocale: () => 'en',
  setLocale: () => Promise.resolve(),
  i18n: { global: { t: (key: string) => key } },
}))

let server: FakeServer
let calls: string[]
let answers: Record<string, object>
let sent: unknown[]

/** Where this machine is, by its clock. */
const ZONE = Intl.DateTimeFormat().resolvedOptions().timeZone

beforeEach(() => {
  localStorage.clear()
  setActivePinia(createPinia())
  server = new FakeServer()
  vi.stubGlobal('WebSocket', function () {
    return server.open()
  })
  sent = []
  const { user, session, server: about } = welcomeFrame([])
  answers = {
    'GET /server': about,
    'GET /session': { user, session },
    'GET /contacts': { contacts: [{ user: card(4), state: 'asks', created: 1, note: 'hello' }], next: null },
    'GET /blocks': { blocks: [{ user: card(5), created: 1 }], next: null },
    'GET /me/preferences': { preferences: { theme: 'dark', layout: 'nonsense', other: 1, zone: ZONE } },
    'PATCH /me/preferences': (_: URL, body: object | undefined) => {
      sent.push(body)
      return { preferences: {} }
    },
    'POST /contacts': { user: card(OTHER), state: 'asked', created: 1, note: '' },
    'DELETE /contacts/4': {},
    'PUT /contacts/4': { user: card(4), state: 'accepted', created: 1, note: '' },
  }
  calls = serveHttp(answers)
})

afterEach(() => {
  vi.useRealTimers()
  if (useSession().phase === 'signed-in') useSession().end('signed_out')
})

async function signIn(...rooms: RoomState[]): Promise<void> {
  await useSession().start()
  server.line.welcome(rooms)
  await until(() => useContacts().loaded)
}

describe('cards', () => {
  it('follow a new name and a new picture', async () => {
    await signIn()
    const people = usePeople()
    people.put(card(OTHER))
    server.line.say({ type: 'user', user: { ...card(OTHER), avatar: 'a'.repeat(32) } })
    expect(people.card(OTHER)?.avatar).toBe('a'.repeat(32))
    server.line.say({ type: 'user', user: { ...card(OTHER), name: '', display_name: '' } })
    expect(people.name(OTHER)).toBe('people.deleted')
  })

  it('and one’s own account follows what another device changed', async () => {
    await signIn()
    const { user } = welcomeFrame([])
    server.line.say({ type: 'me', user: { ...user, display_name: 'Other', about: 'x' } })
    expect(useSession().me?.about).toBe('x')
    expect(usePeople().name(ME)).toBe('Other')
  })

  it('name the smallest picture that is sharp', () => {
    expect(pictureOf('n', 'xl')).toBe('/api/v1/pictures/n/512')
    expect(pictureOf('n', 'md')).toBe('/api/v1/pictures/n/128')
  })
})

describe('contacts', () => {
  it('are loaded after the welcome, and again after the next', async () => {
    await signIn()
    const contacts = useContacts()
    expect(contacts.requests.map((one) => one.note)).toEqual(['hello'])
    expect(contacts.isBlocked(5)).toBe(true)
    answers['GET /contacts'] = { contacts: [], next: null }
    server.line.welcome([])
    await until(() => contacts.requests.length === 0)
  })

  it('change as they are told, and a request is shown once', async () => {
    await signIn()
    const contacts = useContacts()
    const ui = useUi()
    server.line.say({ type: 'contact', user: card(OTHER), state: 'asks', note: 'hi' })
    server.line.say({ type: 'contact', user: card(OTHER), state: 'asks', note: 'hi' })
    expect(contacts.noteOf(OTHER)).toBe('hi')
    expect(ui.toasts.map((toast) => toast.key)).toEqual(['people.asks_you'])
    server.line.say({ type: 'contact', user: card(OTHER), state: 'accepted' })
    expect(contacts.contacts.map((one) => one.user.id)).toEqual([OTHER])
    server.line.say({ type: 'contact', user: card(OTHER), state: 'accepted', blocked: true })
    expect(contacts.contacts).toEqual([])
    server.line.say({ type: 'contact', user: card(OTHER), state: 'accepted' })
    expect(contacts.contacts).toHaveLength(1)
    server.line.say({ type: 'contact', user: card(OTHER), state: 'none' })
    expect(contacts.stateOf(OTHER)).toBe('none')
  })

  it('are asked, accepted and removed', async () => {
    await signIn()
    const contacts = useContacts()
    await contacts.ask(OTHER, '')
    expect(contacts.stateOf(OTHER)).toBe('asked')
    await contacts.accept(4)
    expect(contacts.stateOf(4)).toBe('accepted')
    await contacts.remove(4)
    expect(contacts.stateOf(4)).toBe('none')
    expect(calls).toContain('DELETE /contacts/4')
  })
})

describe('what somebody wrote whom one has blocked', () => {
  const told = (seq: number, author: number, more: Partial<MessageRow> = {}) => message(seq, seq, { author, ...more })
  const passedOn = told(3, 4, { forwarded: { author: 5, created: 1 } })

  it('is hidden, also where another passed it on, until it is asked for', async () => {
    await signIn()
    const contacts = useContacts()
    expect([told(1, 4), told(2, 5), passedOn].map(contacts.hides)).toEqual([false, true, true])
    expect(contacts.hides(fromMessage(passedOn))).toBe(true)
    contacts.reveal([told(2, 5)])
    expect([told(2, 5), told(4, 5)].map(contacts.hides)).toEqual([false, true])
  })

  it('is one line in the room, and shown when she is not blocked any more', async () => {
    answers['DELETE /blocks/5'] = {}
    answers['GET /rooms/1/messages'] = {
      ...{ room: 1, epoch: 'first', seq: 3, rev: 3, users: [], at_start: true, at_end: true },
      messages: [told(1, 4), told(2, 5), told(3, 5)],
    }
    await signIn(roomState(1, { seq: 3, rev: 3, read: 3 }))
    const [contacts, messages] = [useContacts(), useMessages()]
    await messages.enter(1)
    const kinds = () => messages.view(1).items.map(({ kind }) => kind)
    expect(kinds()).toEqual(['day', 'row', 'hidden'])
    await contacts.unblock(5)
    expect(kinds()).toEqual(['day', 'row', 'row', 'row'])
  })
})

describe('preferences', () => {
  it('come from the server, as far as they are known here', async () => {
    await signIn()
    await until(() => usePrefs().theme === 'dark')
    expect(usePrefs().layout).toBe('auto')
    await nextTick()
    expect(sent).toEqual([])
  })

  it('go to the server when they are changed here, and not when another device changed them', async () => {
    await signIn()
    const prefs = usePrefs()
    await until(() => prefs.theme === 'dark')
    server.line.say({ type: 'preferences', changed: { theme: 'light', 'text.size': null } })
    expect(prefs.theme).toBe('light')
    prefs.textSize = 18
    prefs.layout = 'rows'
    await until(() => sent.length > 0)
    expect(sent).toEqual([{ changes: { layout: 'rows', 'text.size': 18 } }])
  })

  it('changed before the server has said what it has are kept, and told', async () => {
    await useSession().start()
    usePrefs().theme = 'light'
    server.line.welcome([])
    await until(() => sent.length > 0)
    expect(sent).toEqual([{ changes: { theme: 'light' } }])
    expect(usePrefs().theme).toBe('light')
  })

  it('that did not reach the server are told after the next welcome', async () => {
    await signIn()
    const prefs = usePrefs()
    await until(() => prefs.theme === 'dark')
    const takes = answers['PATCH /me/preferences']!
    let tries = 0
    answers['PATCH /me/preferences'] = () => {
      tries += 1
      throw new TypeError('no network')
    }
    prefs.theme = 'light'
    await until(() => tries > 0)
    answers['PATCH /me/preferences'] = takes
    server.line.welcome([])
    await until(() => sent.length > 0)
    expect(sent).toEqual([{ changes: { theme: 'light' } }])
    expect(prefs.theme).toBe('light')
    server.line.say({ type: 'preferences', changed: { theme: 'system' } })
    expect(prefs.theme).toBe('system')
  })

  it('tell the server the time zone, where it knows another one', async () => {
    answers['GET /me/preferences'] = { preferences: { zone: 'Antarctica/Troll' } }
    await signIn()
    await until(() => sent.length > 0)
    expect(sent).toEqual([{ changes: { zone: ZONE } }])
  })

  it('stay here when somebody is signed out', async () => {
    await signIn()
    await until(() => usePrefs().theme === 'dark')
    useSession().end('signed_out')
    usePrefs().theme = 'light'
    await new Promise((done) => setTimeout(done, 0))
    expect(sent).toEqual([])
  })
})
