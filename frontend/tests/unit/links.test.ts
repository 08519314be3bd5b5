// Web addresses in plain text, and texts that are only emoji.
import { describe, expect, it } from 'vitest'
import { isJumbo, linkParts } from '@/lib/markup/links'

const links = (text: string) => linkParts(text).flatMap((part) => part.href ?? [])

describe('linkParts', () => {
  it('gives the text back when its parts are put together', () => {
    const text = '看 https://a.example/x，再看 (http://b.example/y_(z)). 完'
    expect(
      linkParts(text)
        .map((part) => part.text)
        .join(''),
    ).toBe(text)
  })

  it.each([
    ['see https://example.com/a#b?c=%20:8.', 'https://example.com/a#b?c=%20:8'],
    ['看这里：https://zh.wikipedia.org/wiki/青瓷，很漂亮。', 'https://zh.wikipedia.org/wiki/青瓷'],
    ['看https://example.com吧', 'https://example.com'],
    ['（https://example.com/x）', 'https://example.com/x'],
    ['“https://example.com/x”', 'https://example.com/x'],
    ['(https://en.wikipedia.org/wiki/Seal_(emblem))', 'https://en.wikipedia.org/wiki/Seal_(emblem)'],
    ['really https://example.com/x?!', 'https://example.com/x'],
    ['http://localhost:8080/rooms/1#m-4', 'http://localhost:8080/rooms/1#m-4'],
    ['https://例子.中国/路径', 'https://例子.中国/路径'],
  ])('finds the address in %s', (text, address) => {
    expect(links(text)).toEqual([address])
  })

  it.each(['javascript:alert(1)', 'xhttps://example.com', 'https://', 'www.example.com', '<b>https</b>'])(
    'finds none in %s',
    (text) => {
      expect(links(text)).toEqual([])
    },
  )
})

describe('isJumbo', () => {
  it.each(['🎉', '👍🏽 👩‍👩‍👧', '❤️', '🇨🇳🇳🇱', '😀😀😀😀😀😀'])('%s is', (text) => {
    expect(isJumbo(text)).toBe(true)
  })

  it.each(['', ' ', '1', '©', 'ok 🎉', '😀😀😀😀😀😀😀'])('%s is not', (text) => {
    expect(isJumbo(text)).toBe(false)
  })
})
