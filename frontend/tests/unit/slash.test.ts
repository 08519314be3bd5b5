// What becomes of a line that begins with a slash, and what only oneself is told.
import { createPinia, setActivePinia } from 'pinia'
import { beforeEach, describe, expect, it, vi } from 'vitest'
import { give } from '@/features/slash/give'
import { lineOf, saidBy } from '@/features/slash/line'
import { useAsides } from '@/stores/asides'
import { useConnection } from '@/stores/connection'
import { useUi } from '@/stores/ui'
import type { Notice, Ran } from '@/wire/frames'
import { Refused } from '@/wire/refused'

const BOT = { id: 9, name: 'rain', display_name: 'Rain', kind: 'bot', avatar: null } as const

/** A connection that is live, or is not, and what it answers. */
function line(answer: () => Promise<Ran>, isLive = true) {
  const connection = useConnection()
  vi.spyOn(connection, 'isLive', 'get').mockReturnValue(isLive)
  return vi.spyOn(connection, 'request').mockImplementation(answer as never)
}

const toasts = () => useUi().toasts.map((one) => one.key)

beforeEach(() => {
  vi.restoreAllMocks()
  setActivePinia(createPinia())
})

describe('lineOf', () => {
  it.each([
    ['/help', 'help', ''],
    ['／ME 挥挥手', 'me', '挥挥手'],
    [' /topic  a\nb ', 'topic', 'a\nb'],
    ['/天气 北京', '天气', '北京'],
  ])('%s is a command', (text, name, rest) => expect(lineOf(text)).toEqual({ name, rest }))

  it.each(['/etc/hosts', '/', '/ me', '//me', 'a /me', `/${'a'.repeat(33)}`, '/é'])('%s is none', (text) =>
    expect(lineOf(text)).toBeNull(),
  )

  it('says one of two slashes', () => {
    expect(saidBy('//me is')).toBe('/me is')
    expect(saidBy('／／me')).toBe('／me')
    expect(saidBy('/me')).toBeNull()
  })
})

describe('give', () => {
  it('lets what is said go the way of messages, also without a connection', async () => {
    const request = line(() => Promise.reject(new Error('asked')), false)
    expect(await give(1, '/me waves')).toEqual({ text: 'waves', action: true })
    expect(await give(1, '/shrug who knows')).toEqual({ text: 'who knows ¯\\\\\\_(ツ)\\_/¯' })
    expect(await give(1, '//me is')).toEqual({ text: '/me is' })
    expect(await give(1, '/etc/hosts')).toEqual({ text: '/etc/hosts' })
    expect(request).not.toHaveBeenCalled()
    expect(toasts()).toEqual([])
  })

  it('keeps what cannot be carried out', async () => {
    const request = line(() => Promise.reject(new Refused({ code: 'forbidden' })), false)
    expect(await give(1, '/me')).toBe('kept')
    expect(await give(1, '/who')).toBe('kept')
    expect(request).not.toHaveBeenCalled()
    line(() => Promise.reject(new Refused({ code: 'forbidden' })))
    expect(await give(1, '/topic Tea')).toBe('kept')
    expect(toasts()).toEqual(['error.empty_text', 'slash.offline', 'error.forbidden'])
  })

  it('shows what it is told beside the field where it was given', async () => {
    const request = line(() => Promise.resolve({ room: 1, notice: { code: 'who', text: 'Here now (1): Mei' } }))
    expect(await give(1, '/who', { thread: 5 })).toBe('done')
    expect(request.mock.calls[0]).toMatchObject(['command', { room: 1, text: '/who', thread: 5 }])
    expect(useAsides().of('1/5')).toMatchObject([{ text: 'Here now (1): Mei', command: 'who' }])
    expect(useAsides().of(1)).toEqual([])
  })

  it('offers what may have been meant until another line is given', async () => {
    line(() => Promise.reject(new Refused({ code: 'no_such_command', suggestions: ['help'] })))
    expect(await give(1, '/hlep')).toBe('kept')
    expect(useAsides().of(1)).toMatchObject([{ unknown: { line: '/hlep', suggestions: ['help'] } }])
    expect(toasts()).toEqual([])
    await give(1, '/me waves')
    expect(useAsides().of(1)).toEqual([])
  })
})

describe('asides', () => {
  const notice = (more: Partial<Notice> = {}): Notice => ({
    ...{ type: 'notice', room: 1, code: 'reply', text: 'Rain', command: 'weather', user: BOT },
    ...more,
  })

  it('puts an answer in the place of the wait for it', () => {
    const asides = useAsides()
    asides.add(1, { text: 'Rain has been asked.', command: 'weather', isWaiting: true })
    asides.add(1, { text: 'Dice has been asked.', command: 'roll', isWaiting: true })
    asides.receive(notice())
    expect(asides.of(1).map((one) => one.text)).toEqual(['Dice has been asked.', 'Rain'])
    expect(asides.of(1)[1]!.by).toEqual(BOT)
    asides.receive(notice({ code: 'no_answer', command: 'roll', text: 'nothing' }))
    expect(asides.of(1).map((one) => one.by)).toEqual([BOT, undefined])
  })

  it('holds so many and no more, and lets go of what is dismissed', () => {
    const asides = useAsides()
    for (let n = 0; n < 25; n++) asides.receive(notice({ text: `${n}` }))
    expect(asides.of(1).map((one) => one.text)).toEqual(Array.from({ length: 20 }, (_, n) => `${n + 5}`))
    for (const one of asides.of(1).slice(1)) asides.dismiss(1, one.id)
    expect(asides.of(1)).toHaveLength(1)
    asides.clear()
    expect(asides.of(1)).toEqual([])
  })
})
