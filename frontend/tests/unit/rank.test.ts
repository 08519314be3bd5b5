// What the switcher finds, in which order, and how little it looks at for that.
import { describe, expect, it } from 'vitest'
import { find, fold, parse, rank } from '@/features/shell/rank'

const entry = (...names: string[]) => ({ names: names.map(fold), label: names[0] ?? '' })
const labels = (entries: { label: string }[]) => entries.map((one) => one.label)

describe('rank', () => {
  it('puts a beginning before a word, a word before a part, a part before scattered letters', () => {
    const names = ['wander', 'sub-andes', 'andes', 'a nude', 'wand and']
    const order = names.toSorted((a, b) => rank(b, 'and') - rank(a, 'and'))
    expect(order).toEqual(['andes', 'sub-andes', 'wand and', 'wander', 'a nude'])
    expect(rank('harbour', 'x')).toBe(-1)
  })
})

describe('find', () => {
  it('gives the best first, and equals in the order they came in', () => {
    const all = [entry('Wander'), entry('Second design'), entry('Design'), entry('Old design'), entry('d.e.s.k')]
    expect(labels(find(all, 'des'))).toEqual(['Design', 'Second design', 'Old design', 'd.e.s.k'])
  })

  it('knows several names of one entry, compatibility forms and Chinese', () => {
    const all = [entry('林晓月', 'lin'), entry('ＤＥＳＩＧＮ 设计')]
    expect(labels(find(all, fold('Lin')))).toEqual(['林晓月'])
    expect(labels(find(all, fold('晓月')))).toEqual(['林晓月'])
    expect(labels(find(all, fold('design')))).toEqual(['ＤＥＳＩＧＮ 设计'])
    expect(labels(find(all, fold('设')))).toEqual(['ＤＥＳＩＧＮ 设计'])
  })

  it('looks at each of two thousand entries once, and gives no more than are shown', () => {
    let looks = 0
    const all = Array.from({ length: 2_000 }, (_, at) => ({
      label: `Room ${at}`,
      get names() {
        looks += 1
        return [`room ${at}`]
      },
    }))
    expect(find(all, 'room 1', 50)).toHaveLength(50)
    expect(looks).toBe(2_000)
  })
})

describe('parse', () => {
  it('takes the first sign for what is looked for, full-width signs too', () => {
    expect(parse('#Design')).toEqual({ kind: 'room', wanted: 'design' })
    expect(parse(' ＠ 林')).toEqual({ kind: 'person', wanted: '林' })
    expect(parse('> theme')).toEqual({ kind: 'action', wanted: 'theme' })
    expect(parse('＃')).toEqual({ kind: 'room', wanted: '' })
    expect(parse('a#b')).toEqual({ kind: null, wanted: 'a#b' })
  })
})
