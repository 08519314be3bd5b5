// Day lines, the unread line, and who continues whom.
import { describe, expect, it } from 'vitest'
import { arrange, byDay, reuse, type Groupable, type Item } from '@/lib/grouping'

const NOON = new Date('2026-11-23T12:00:00').getTime()
const MINUTE = 60_000

function row(seq: number | null, minutes: number, author = 1): Groupable {
  return { key: seq === null ? `n${minutes}` : `m-${seq}`, seq, author, created: NOON + minutes * MINUTE }
}

function shape(items: Item<Groupable>[]): string {
  const signs = { day: 'D', unread: 'U', gone: 'G', hidden: 'H' }
  return items.map((item) => (item.kind === 'row' ? (item.continued ? '+' : 'R') : signs[item.kind])).join('')
}

describe('arrange', () => {
  it('is empty for no rows', () => {
    expect(arrange([], null)).toEqual([])
  })

  it('joins one author within five minutes of the row before', () => {
    expect(shape(arrange([row(1, 0), row(2, 5), row(3, 10), row(4, 16)], null))).toBe('DR++R')
  })

  it('parts five minutes and a bit', () => {
    const late = { ...row(2, 5), created: NOON + 5 * MINUTE + 1 }
    expect(shape(arrange([row(1, 0), late], null))).toBe('DRR')
  })

  it('parts authors', () => {
    expect(shape(arrange([row(1, 0), row(2, 1, 2), row(3, 2)], null))).toBe('DRRR')
  })

  it('draws a line for each day and starts anew after it', () => {
    const items = arrange([row(1, 12 * 60 - 1), row(2, 12 * 60 + 1)], null)
    expect(shape(items)).toBe('DRDR')
    expect(items[2]).toMatchObject({ kind: 'day', at: NOON + (12 * 60 + 1) * MINUTE })
  })

  it('draws the unread line before the first new row, and starts anew after it', () => {
    const items = arrange([row(1, 0), row(2, 1), row(3, 2)], { after: 1, count: 2 })
    expect(shape(items)).toBe('DRUR+')
    expect(items[2]).toMatchObject({ kind: 'unread', count: 2 })
  })

  it('puts the day before the unread line', () => {
    expect(shape(arrange([row(1, 0), row(2, 24 * 60)], { after: 1, count: 1 }))).toBe('DRDUR')
  })

  it('draws no unread line when all rows are read, nor before pending ones', () => {
    expect(shape(arrange([row(1, 0), row(null, 1)], { after: 1, count: 1 }))).toBe('DR+')
  })

  it('draws no unread line where the first new row is not there', () => {
    expect(shape(arrange([row(5, 0), row(6, 1)], { after: 1, count: 5 }))).toBe('DR+')
  })

  it('keeps every key different', () => {
    const keys = arrange([row(1, 0), row(2, 24 * 60), row(null, 24 * 60 + 1)], { after: 1, count: 1 }).map((i) => i.key)
    expect(new Set(keys).size).toBe(keys.length)
  })
})

describe('deleted messages', () => {
  const gone = (seq: number, minutes: number) => ({ ...row(seq, minutes), deleted: NOON })

  it('make one line where several follow each other', () => {
    const items = arrange([row(1, 0), gone(2, 1), gone(3, 2), gone(4, 2), row(5, 3), gone(6, 4)], null)
    expect(shape(items)).toBe('DRGR+')
    expect(items[2]).toMatchObject({ key: 'gone-m-2', rows: [{ seq: 2 }, { seq: 3 }, { seq: 4 }] })
  })

  it('are parted by days and by the unread line', () => {
    const items = arrange([gone(1, 0), gone(2, 24 * 60), gone(3, 24 * 60), gone(4, 24 * 60)], { after: 3, count: 1 })
    expect(shape(items)).toBe('DRDGUR')
  })

  it('do not continue each other, and nothing continues them', () => {
    expect(shape(arrange([gone(1, 0), row(2, 1)], null))).toBe('DRR')
  })
})

describe('replies', () => {
  it('stand under their own name', () => {
    expect(shape(arrange([row(1, 0), { ...row(2, 1), more: { reply: 1 } }, row(3, 2)], null))).toBe('DRR+')
  })
})

describe('rows of which there shall only be a line', () => {
  const hers = (one: Groupable) => one.author === 2

  it('are folded, one or several, and nobody continues what is folded', () => {
    const rows = [row(1, 0), row(2, 1, 2), row(3, 2, 2), row(4, 3), row(5, 4, 2)]
    const items = arrange(rows, null, hers)
    expect(shape(items)).toBe('DRHRH')
    expect(items[2]).toMatchObject({ key: 'hidden-m-2', rows: [{ seq: 2 }, { seq: 3 }] })
    const shown = arrange(rows, null, (one) => one.seq === 2)
    expect(shape(shown)).toBe('DRHRRR')
  })

  it('stay apart from what is deleted, and from the other side of a line', () => {
    const rows = [row(1, 0, 2), { ...row(2, 1, 2), deleted: NOON }, row(3, 2, 2), row(4, 3, 2)]
    expect(shape(arrange(rows, { after: 3, count: 1 }, hers))).toBe('DHRHUH')
  })
})

describe('byDay', () => {
  it('keeps the day of rows that come above', () => {
    const before = byDay(arrange([row(5, 3)], null))
    const after = byDay(arrange([row(3, 1), row(4, 2), row(5, 3)], null))
    expect(before.map((day) => day.key)).toEqual(['day-2026-11-23'])
    expect(after.map((day) => [day.key, day.items.length])).toEqual([['day-2026-11-23', 3]])
  })

  it('tells a day that comes twice apart', () => {
    const keys = byDay(arrange([row(1, 0), row(2, 24 * 60), row(3, 1)], null)).map((day) => day.key)
    expect(new Set(keys).size).toBe(3)
  })
})

describe('reuse', () => {
  it('keeps the objects of what did not change', () => {
    const rows = [row(1, 0), row(2, 1)]
    const old = arrange(rows, null)
    const fresh = reuse(old, arrange([...rows, row(3, 2)], null))
    expect(fresh[1]).toBe(old[1])
    expect(fresh[2]).toBe(old[2])
    expect(fresh).toHaveLength(4)
  })

  it('takes the new object of a row that changed or no longer continues', () => {
    const rows = [row(1, 0), row(2, 1)]
    const old = arrange(rows, null)
    const fresh = reuse(old, arrange([rows[0]!, { ...rows[1]! }], null))
    expect(fresh[2]).not.toBe(old[2])
    const parted = reuse(old, arrange(rows, { after: 1, count: 1 }))
    expect(parted.at(-1)).toMatchObject({ continued: false })
  })
})
