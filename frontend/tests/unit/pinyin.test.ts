// Names found by the first letters of how they are spoken.
import { describe, expect, it } from 'vitest'
import { initials } from '@/lib/pinyin'

describe('initials', () => {
  it.each([
    ['张三', 'zs'],
    ['林晓月', 'lxy'],
    ['欧阳', 'oy'],
    ['阿杰 Jay', 'aj jay'],
    ['曾单', 'zd'],
    ['Ben 3 号', 'ben 3 h'],
  ])('of %s', (name, letters) => {
    expect(initials(name)).toBe(letters)
  })

  it('has a sign for every letter with which a syllable begins', () => {
    expect(initials('爱八擦大恩发个好鸡开来妈你哦怕七人三他我小一在')).toBe('abcdefghjklmnopqrstwxyz')
  })

  it('is empty where nothing is Chinese', () => {
    expect(initials('Ben')).toBe('')
    expect(initials('さくら')).toBe('')
    expect(initials('')).toBe('')
  })
})
