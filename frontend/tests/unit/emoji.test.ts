// Emoji: what is offered, and how one is found.
import { mount, flushPromises } from '@vue/test-utils'
import { beforeEach, describe, expect, it } from 'vitest'
import { addPart, i18n, setLocale } from '@/lib/i18n'
import { emojiOf, findEmoji, inTone, loadEmoji } from '@/features/emoji/data'
import EmojiPanel from '@/features/emoji/EmojiPanel.vue'

const found = async (query: string, language: 'en' | 'zh' = 'en') =>
  findEmoji(await loadEmoji(language), query, 12).map(({ emoji }) => emoji)

describe('the list', () => {
  it('has nine groups of emoji with names in both languages', async () => {
    for (const language of ['en', 'zh'] as const) {
      const groups = await loadEmoji(language)
      expect(groups).toHaveLength(9)
      const all = groups.flatMap(({ emoji }) => emoji)
      expect(all.length).toBeGreaterThan(1_700)
      expect(all.filter(({ name, emoji }) => !name || !emoji)).toEqual([])
      expect(new Set(all.map(({ emoji }) => emoji)).size).toBe(all.length)
    }
  })
})

describe('findEmoji', () => {
  it.each([
    ['tada', '🎉'],
    ['thumbsup', '👍'],
    ['party pop', '🎉'],
    ['heart', '❤️'],
    ['大笑', '😄'],
    ['da_xiao', '😄'],
    ['daxiao', '😄'],
    ['庆祝', '🎉'],
    ['+1', '👍'],
  ])('%s', async (query, emoji) => {
    expect(await found(query)).toContain(emoji)
    expect(await found(query, 'zh')).toContain(emoji)
  })

  it('puts the code that was meant first', async () => {
    expect((await found('smile'))[0]).toBe('😄')
    expect((await found('hear'))[0]).toBe('❤️')
    expect(emojiOf(await loadEmoji('en'), 'tada')?.emoji).toBe('🎉')
  })

  it('finds nothing for nothing', async () => {
    expect(await found('  ')).toEqual([])
    expect(await found('qqqq')).toEqual([])
  })
})

describe('inTone', () => {
  it('colours hands and people', () => {
    expect(inTone({ emoji: '👍', hasTones: true }, 3)).toBe('👍🏽')
    expect(inTone({ emoji: '✌️', hasTones: true }, 1)).toBe('✌🏻')
    expect(inTone({ emoji: '👩‍🚀', hasTones: true }, 5)).toBe('👩🏿‍🚀')
    expect(inTone({ emoji: '🎉', hasTones: false }, 3)).toBe('🎉')
  })
})

describe('EmojiPanel', () => {
  beforeEach(async () => {
    localStorage.clear()
    await setLocale('en')
    await addPart('emoji')
  })

  async function open() {
    const panel = mount(EmojiPanel, { global: { plugins: [i18n] }, attachTo: document.body })
    await loadEmoji('en')
    await flushPromises()
    return panel
  }

  it('searches, picks the first by Enter and remembers it', async () => {
    const panel = await open()
    await panel.get('input').setValue('tada')
    await panel.get('input').trigger('keydown', { key: 'Enter' })
    expect(panel.emitted('pick')).toEqual([['🎉']])
    panel.unmount()
    const next = await open()
    expect(next.get('[role="option"]').text()).toBe('🎉')
    next.unmount()
  })

  it('goes from the field into the grid and back by arrows, and picks there', async () => {
    const panel = await open()
    await panel.get('input').setValue('cat')
    await panel.get('input').trigger('keydown', { key: 'ArrowDown' })
    const first = document.activeElement as HTMLElement
    expect(first.getAttribute('role')).toBe('option')
    first.dispatchEvent(new KeyboardEvent('keydown', { key: 'ArrowRight', bubbles: true }))
    const second = document.activeElement as HTMLElement
    expect(second).not.toBe(first)
    second.dispatchEvent(new KeyboardEvent('keydown', { key: 'Enter', bubbles: true }))
    expect(panel.emitted('pick')).toEqual([[second.dataset.emoji]])
    second.dispatchEvent(new KeyboardEvent('keydown', { key: 'ArrowUp', bubbles: true }))
    expect((document.activeElement as HTMLElement).tagName).toBe('INPUT')
    panel.unmount()
  })

  it('empties the search by Esc, then closes; a composition keeps its keys', async () => {
    const panel = await open()
    const field = panel.get('input')
    await field.setValue('xiao')
    await field.trigger('keydown', { key: 'Enter', keyCode: 229 })
    await field.trigger('keydown', { key: 'Escape', isComposing: true })
    expect(panel.emitted()).not.toHaveProperty('pick')
    await field.trigger('keydown', { key: 'Escape' })
    expect(field.element.value).toBe('')
    expect(panel.emitted('close')).toBeUndefined()
    await field.trigger('keydown', { key: 'Escape' })
    expect(panel.emitted('close')).toHaveLength(1)
    panel.unmount()
  })

  it('gives hands the chosen tone of skin', async () => {
    const panel = await open()
    await panel.findAll('select option')[5]!.setValue()
    expect(localStorage.getItem('webchat.emojiTone')).toBe('5')
    await panel.get('input').setValue('thumbsup')
    expect(panel.get('[role="option"]').text()).toBe('👍🏿')
    await panel.findAll('select option')[0]!.setValue()
    panel.unmount()
  })
})
