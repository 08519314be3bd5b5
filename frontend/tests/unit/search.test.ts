// What is typed into the search, where it stands in the address, and what of a hit is shown.
import { describe, expect, it } from 'vitest'
import { excerpt } from '@/features/search/excerpt'
import { day, dayStart, fromAddress, isEmpty, parameters, read, toAddress } from '@/features/search/query'
import { called } from '@/features/search/titles'

const rooms = [
  { id: 1, title: 'Tea' },
  { id: 2, title: 'Tea house' },
  { id: 3, title: '设计' },
]
const roomOf = (title: string): number | null => called(title, rooms, (room) => room.title)?.id ?? null

describe('what is typed', () => {
  it('takes filters out of the words, in either language', () => {
    expect(read('稿子 from:@mei  in:#tea has:image draft', roomOf)).toEqual({
      q: '稿子 draft',
      found: { has: ['image'], from: 'mei', in: 1 },
      wrong: [],
    })
    expect(read('来自：mei 在:设计 含:图片 含:链接 早于:2026-5-1 自：2026年4月1日 稿子', roomOf)).toEqual({
      q: '稿子',
      found: { has: ['image', 'link'], from: 'mei', in: 3, before: '2026-05-01', after: '2026-04-01' },
      wrong: [],
    })
    expect(read('in:"tea house" FROM:ben', roomOf).found).toEqual({ has: [], in: 2, from: 'ben' })
  })

  it('leaves alone what is no filter', () => {
    for (const text of ['https://example.org/in:x', 'login:mei', '“to be”', '现在:好', 'in: tea']) {
      expect(read(text, roomOf).q).toBe(text)
    }
  })

  it('says which filters mean nothing', () => {
    expect(read('has:everything in:nowhere before:soon from:@ x', roomOf).wrong).toEqual([
      { name: 'has', value: 'everything' },
      { name: 'in', value: 'nowhere' },
      { name: 'before', value: 'soon' },
      { name: 'from', value: '@' },
    ])
  })

  it('knows days, also in Chinese, and only those there are', () => {
    expect([day('2026-02-28'), day('2026/2/9'), day('2026年12月31日')]).toEqual([
      '2026-02-28',
      '2026-02-09',
      '2026-12-31',
    ])
    expect([day('2026-02-30'), day('2026-13-01'), day('yesterday'), day('')]).toEqual([null, null, null, null])
    expect(new Date(dayStart('2026-05-01')).getHours()).toBe(0)
  })
})

describe('the address', () => {
  it('holds all of a search, and nothing that goes without saying', () => {
    const query = {
      q: '会议',
      kind: 'files',
      from: 'mei',
      in: '7',
      has: 'image,link',
      before: '2026-05-01',
      sort: 'relevance',
    }
    expect(toAddress(fromAddress(query))).toEqual(query)
    expect(toAddress(fromAddress({}))).toEqual({})
    expect(isEmpty(fromAddress({}))).toBe(true)
    expect(isEmpty(fromAddress({ in: '7' }))).toBe(false)
    expect(isEmpty(fromAddress({ in: '7', kind: 'people' }))).toBe(true)
  })

  it('is read with care', () => {
    expect(toAddress(fromAddress({ in: '-1', has: 'x', before: 'x', kind: 'x', sort: 'x', q: ['a', 'b'] }))).toEqual({})
  })

  it('becomes what the server reads', () => {
    const asked = fromAddress({ q: 'a&b', in: '7', has: 'image,link', after: '2026-05-01' })
    expect(parameters(asked, 'next')).toBe(
      `q=a%26b&in=7&has=image&has=link&after=${dayStart('2026-05-01')}&after_cursor=next`,
    )
  })
})

describe('a piece of a text', () => {
  const shown = (text: string, ranges: [number, number][], whole = false): string =>
    excerpt(text, ranges, whole)
      .map((part) => (part.marked ? `[${part.text}]` : part.text))
      .join('')

  it('marks what was found, counting code points as the server does', () => {
    expect(
      shown('👩‍💻🎉 你好世界 hi', [
        [3, 4],
        [5, 7],
      ]),
    ).toBe('👩‍💻[🎉] [你好]世界 hi')
    expect(
      shown('𠮷野家で会議', [
        [0, 1],
        [4, 6],
      ]),
    ).toBe('[𠮷]野家で[会議]')
    expect(shown('nothing', [])).toBe('nothing')
  })

  it('cuts long texts around the first place, and can show all', () => {
    const text = 'x'.repeat(500) + 'tea' + 'y'.repeat(500)
    const piece = shown(text, [[500, 503]])
    expect(piece).toMatch(/^…x{40}\[tea\]y+…$/u)
    expect(piece.length).toBe(240 + 4)
    expect(shown(`${'some words '.repeat(50)}tea`, [[550, 553]])).toMatch(/^…(some|words) .*\[tea\]$/u)
    expect(shown(text, [[500, 503]], true).length).toBe(text.length + 2)
    expect(shown('a'.repeat(300), [[235, 290]])).toMatch(/^…a{40}\[a{55}\]a{10}$/u)
  })
})

describe('a room by its title', () => {
  it('is the one called so, or the only one that fits', () => {
    expect([roomOf('TEA'), roomOf('tea h'), roomOf('house'), roomOf('设'), roomOf('t'), roomOf(' ')]).toEqual([
      1,
      2,
      2,
      3,
      null,
      null,
    ])
  })
})
