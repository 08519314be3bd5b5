// What stands on a seal, and how the switcher ranks.
import { describe, expect, it } from 'vitest'
import { initials, roomSign, tintOf } from '@/ui/seal'

describe('initials', () => {
  it.each([
    ['林晓月', '晓月'],
    ['林', '林'],
    ['Kenji Mori', 'KM'],
    ['mei', 'M'],
    ['梅 Mei', '梅'],
    ['🌊 sea', '🌊'],
    ['  ', '?'],
  ])('%s → %s', (name, sign) => {
    expect(initials(name)).toBe(sign)
  })
})

describe('a seal', () => {
  it('has one of twelve tints, the same for the same person', () => {
    const tints = Array.from({ length: 500 }, (_, id) => tintOf(id))
    expect(new Set(tints).size).toBe(12)
    expect(Math.min(...tints)).toBe(0)
    expect(tintOf(7)).toBe(tintOf(7))
  })

  it('of a room shows the first sign of its title', () => {
    expect(roomSign('design 设计')).toBe('D')
    expect(roomSign('阅读')).toBe('阅')
  })
})
