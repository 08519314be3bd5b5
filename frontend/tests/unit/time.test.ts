// Times over midnight, new year and the change of clocks (zone: Europe/Berlin).
import { describe, expect, it } from 'vitest'
import { clockTime, dateTime, dayLabel, fullTime, relative, sameDay, shortTime } from '@/lib/time'

const at = (text: string) => new Date(text).getTime()
const NOW = at('2026-11-23T10:00:00')

describe('days', () => {
  it('runs in the zone these tests count on', () => {
    expect(new Date('2026-07-01T00:00:00').getTimezoneOffset()).toBe(-120)
  })

  it.each([
    ['2026-11-23T00:00:00', 'en', 'Today'],
    ['2026-11-22T23:59:59', 'en', 'Yesterday'],
    ['2026-11-21T12:00:00', 'en', 'Saturday'],
    ['2026-11-17T00:00:00', 'en', 'Tuesday'],
    ['2026-11-16T23:59:59', 'en', 'Monday, November 16'],
    ['2025-12-31T12:00:00', 'en', 'Wednesday, December 31, 2025'],
    ['2026-11-23T00:00:00', 'zh-CN', '今天'],
    ['2026-11-22T00:00:00', 'zh-CN', '昨天'],
    ['2026-11-21T00:00:00', 'zh-CN', '星期六'],
    ['2026-11-16T12:00:00', 'zh-CN', '11月16日星期一'],
    ['2025-12-31T12:00:00', 'zh-CN', '2025年12月31日星期三'],
  ])('%s in %s is %s', (when, locale, label) => {
    expect(dayLabel(at(when), NOW, locale)).toBe(label)
  })

  it('count a day of 23 and one of 25 hours as one', () => {
    expect(dayLabel(at('2026-03-28T00:30:00'), at('2026-03-29T23:30:00'), 'en')).toBe('Yesterday')
    expect(dayLabel(at('2026-10-25T00:30:00'), at('2026-10-25T23:45:00'), 'en')).toBe('Today')
    expect(dayLabel(at('2026-10-24T23:59:00'), at('2026-10-25T00:01:00'), 'en')).toBe('Yesterday')
  })

  it('change at the new year', () => {
    expect(dayLabel(at('2025-12-31T23:59:00'), at('2026-01-01T00:01:00'), 'en')).toBe('Yesterday')
    expect(dayLabel(at('2025-12-25T12:00:00'), at('2026-01-05T12:00:00'), 'en')).toContain('2025')
  })

  it('are the reader’s, not the server’s', () => {
    expect(sameDay(at('2026-11-22T23:30:00Z'), at('2026-11-23T10:00:00'))).toBe(true)
    expect(sameDay(at('2026-11-22T22:30:00Z'), at('2026-11-23T10:00:00'))).toBe(false)
  })

  it('ahead of the clock get their date', () => {
    expect(dayLabel(at('2026-11-24T10:00:00'), NOW, 'en')).toBe('Tuesday, November 24')
  })
})

describe('times', () => {
  it.each([
    ['2026-11-23T00:00:00', 'en', '00:00'],
    ['2026-11-22T23:59:59', 'en', 'Nov 22'],
    ['2025-11-22T12:00:00', 'en', 'Nov 22, 2025'],
    ['2026-11-22T12:00:00', 'zh-CN', '11月22日'],
  ])('%s in %s is short as %s', (time, locale, words) => {
    expect(shortTime(at(time), NOW, locale)).toBe(words)
  })

  it('have 24 hours, midnight being 00', () => {
    expect(clockTime(at('2026-11-23T00:05:00'), 'en')).toBe('00:05')
    expect(clockTime(at('2026-11-23T14:02:00'), 'zh-CN')).toBe('14:02')
  })

  it.each([
    ['en', 'November 27, 2026 at 08:05'],
    ['zh-CN', '2026年11月27日 08:05'],
  ])('name the day and the minute in %s', (locale, words) => {
    expect(dateTime(at('2026-11-27T08:05:59'), locale)).toBe(words)
  })

  it('name seconds and zone in full', () => {
    expect(fullTime(at('2026-11-23T14:02:03'), 'en')).toMatch(/Monday, November 23, 2026.*14:02:03.*GMT\+1/)
  })

  it.each([
    [-30_000, 'this minute'],
    [-60_000, '1 minute ago'],
    [-2 * 3_600_000, '2 hours ago'],
    [-86_400_000, 'yesterday'],
    [6 * 86_400_000, 'in 6 days'],
    [-400 * 86_400_000, 'last year'],
  ])('%i ms away is %s', (distance, words) => {
    expect(relative(NOW + distance, NOW, 'en')).toBe(words)
  })
})
