import { describe, expect, it } from 'vitest'
import { boxOf, durationInWords, sizeInWords } from '@/lib/files'
import { kindOf } from '@/lib/media'
import { coloursOf } from '@/features/chat/files/placeholder'
import { moved, NEAREST, WHOLE, within, zoomed } from '@/features/chat/files/zoom'

describe('words', () => {
  it('says sizes as people do', () => {
    expect([0, 999, 1_234, 48_213, 3_400_000, 2_000_000_000].map((size) => sizeInWords(size, 'en'))).toEqual([
      '0 B',
      '999 B',
      '1.2 kB',
      '48 kB',
      '3.4 MB',
      '2 GB',
    ])
  })
  it('says durations as players do', () => {
    expect([0, 7_400, 59_600, 750_000, 3_723_000].map(durationInWords)).toEqual([
      '0:00',
      '0:07',
      '1:00',
      '12:30',
      '1:02:03',
    ])
  })
})

describe('boxes', () => {
  const most = { width: 352, height: 320 }
  it('keep the shape and never enlarge', () => {
    expect(boxOf({ width: 1_600, height: 400 }, most)).toEqual({ width: 352, height: 88 })
    expect(boxOf({ width: 400, height: 1_600 }, most)).toEqual({ width: 80, height: 320 })
    expect(boxOf({ width: 60, height: 40 }, most)).toEqual({ width: 60, height: 40 })
  })
  it('can always be hit, also for what has no size', () => {
    expect(boxOf({ width: 10_000, height: 1 }, most).height).toBe(24)
    expect(boxOf({}, most)).toEqual({ width: 352, height: 264 })
  })
})

describe('kinds', () => {
  it('shows only what every browser shows', () => {
    expect(
      ['image/png', 'image/svg+xml', 'image/heic', 'video/mp4', 'audio/mpeg', '', 'text/html'].map(kindOf),
    ).toEqual(['image', 'file', 'file', 'video', 'audio', 'file', 'file'])
  })
})

describe('placeholder', () => {
  it('is twelve colours or nothing', () => {
    expect(coloursOf('abc'.repeat(12))).toEqual(Array(12).fill('#abc'))
    for (const bad of ['', 'abc', 'url(x)'.repeat(6), 'ABC'.repeat(12), 'abc'.repeat(13)])
      expect(coloursOf(bad)).toEqual([])
  })
})

describe('zoom', () => {
  const frame = { width: 100, height: 50 }
  it('keeps what is under the pointer where it is', () => {
    const near = zoomed(WHOLE, frame, 2, 20, 10)
    expect(near).toEqual({ scale: 2, x: -20, y: -10 })
    expect(zoomed(near, frame, 0.5, 20, 10)).toEqual(WHOLE)
  })
  it('never shows what is beyond the edge', () => {
    expect(moved({ scale: 2, x: 0, y: 0 }, frame, 1_000, -1_000)).toEqual({ scale: 2, x: 50, y: -25 })
    expect(moved(WHOLE, frame, 10, 10)).toEqual(WHOLE)
    expect(within({ scale: 99, x: 0, y: 0 }, frame).scale).toBe(NEAREST)
    expect(zoomed(WHOLE, frame, 0.1)).toEqual(WHOLE)
  })
})
