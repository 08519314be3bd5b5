// Which messages one is told of, and in which words.
import { describe, expect, it } from 'vitest'
import { isQuiet, usePrefs, type Quiet } from '@/stores/prefs'
import { bytesOf } from '@/features/notify/device'
import { bodyOf, isQuietAt, isWanted, titleOf } from '@/features/notify/rules'
import type { Level, MessageRow } from '@/wire/frames'
import { createPinia, setActivePinia } from 'pinia'

const ME = 7
const row = (more: Partial<MessageRow> = {}) =>
  ({ type: 'message', room: 1, rev: 3, seq: 2, author: 8, text: 'hi', created: 5, ...more }) as MessageRow
const room = (level: Level, more = {}) => ({ kind: 'public' as const, level, ...more })

describe('who is told', () => {
  it('by the level of the room, in conversations of every message', () => {
    expect(isWanted(row(), room('all'), ME, 0)).toBe(true)
    expect(isWanted(row(), room('mentions'), ME, 0)).toBe(false)
    expect(isWanted(row({ mentions: [9, ME] }), room('mentions'), ME, 0)).toBe(true)
    expect(isWanted(row({ everyone: 'all' }), room('mentions'), ME, 0)).toBe(true)
    expect(isWanted(row(), { kind: 'direct', level: 'mentions' }, ME, 0)).toBe(true)
    expect(isWanted(row({ mentions: [ME] }), room('nothing'), ME, 0)).toBe(false)
  })

  it('not of her own, nor of what was deleted, nor of a muted room', () => {
    expect(isWanted(row({ author: ME }), room('all'), ME, 0)).toBe(false)
    expect(isWanted(row({ deleted: 6 }), room('all'), ME, 0)).toBe(false)
    expect(isWanted(row(), room('all', { muted: 10 }), ME, 9)).toBe(false)
    expect(isWanted(row(), room('all', { muted: 10 }), ME, 10)).toBe(true)
  })
})

describe('quiet hours', () => {
  const at = (time: string) => new Date(`2026-03-02T${time}Z`)
  it('hold by the clock of their zone, also over midnight', () => {
    const night: Quiet = { from: '22:00', to: '07:00', zone: 'Asia/Shanghai' }
    expect(isQuietAt(night, at('14:00'))).toBe(true)
    expect(isQuietAt(night, at('13:59'))).toBe(false)
    expect(isQuietAt(night, at('22:59'))).toBe(true)
    expect(isQuietAt(night, at('23:00'))).toBe(false)
    const noon: Quiet = { from: '12:00', to: '13:00', zone: 'UTC' }
    expect([at('11:59'), at('12:00'), at('13:00')].map((one) => isQuietAt(noon, one))).toEqual([false, true, false])
  })

  it('are none when they are empty, unset or of no zone', () => {
    expect(isQuietAt(null, at('01:00'))).toBe(false)
    expect(isQuietAt({ from: '08:00', to: '08:00', zone: 'UTC' }, at('08:00'))).toBe(false)
    expect(isQuietAt({ from: '00:00', to: '23:59', zone: 'Moon/Crater' }, at('08:00'))).toBe(false)
  })

  it('are taken from the server only as they should be', () => {
    expect(isQuiet({ from: '22:00', to: '07:00', zone: 'UTC' })).toBe(true)
    for (const odd of [{}, 'late', 5, { from: '25:00', to: '07:00', zone: 'UTC' }, { from: '22:00', to: '07:00' }])
      expect(isQuiet(odd)).toBe(false)
    setActivePinia(createPinia())
    const prefs = usePrefs()
    prefs.follow({ quiet: { from: '22:00', to: '07:00', zone: 'UTC' }, 'notice.text': 'hidden' })
    expect([prefs.quiet?.from, prefs.noticeText]).toEqual(['22:00', 'hidden'])
    prefs.follow({ quiet: { from: 'x' }, 'notice.text': 'loud' })
    expect([prefs.quiet?.from, prefs.noticeText]).toEqual(['22:00', 'hidden'])
    prefs.follow({ quiet: null })
    expect(prefs.quiet).toBeNull()
  })
})

describe('what is said', () => {
  it('in one line of at most 120 signs, cut between them', () => {
    expect(bodyOf('  two\n\nlines ')).toBe('two lines')
    const family = '👨‍👩‍👧'
    expect(bodyOf(family.repeat(120))).toBe(family.repeat(120))
    expect(bodyOf(family.repeat(121))).toBe(`${family.repeat(119)}…`)
  })

  it('by whom, and where', () => {
    expect(titleOf('林晓月', { kind: 'public', title: 'design' })).toBe('林晓月 · # design')
    expect(titleOf('林晓月', { kind: 'direct', title: '林晓月', people: [{} as never] })).toBe('林晓月')
    expect(titleOf('林', { kind: 'direct', title: '林、Mei', people: [{} as never, {} as never] })).toBe('林 · 林、Mei')
  })
})

it('reads keys as the browser wants them', () => {
  expect([...bytesOf('_-8')]).toEqual([255, 239])
})
