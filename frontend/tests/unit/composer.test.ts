// What is begun before the caret, and what the buttons for formatting do.
import { describe, expect, it } from 'vitest'
import { formatted, type Format } from '@/features/chat/composer/format'
import { triggerAt } from '@/features/chat/composer/trigger'

/** `|` is the caret. */
function begun(text: string): string | null {
  const caret = text.indexOf('|')
  const found = triggerAt(text.replace('|', ''), caret)
  if (!found) return null
  expect(text.slice(found.from + 1, found.from + 1 + found.query.length)).toBe(found.query)
  return `${found.kind}:${found.query}${found.isEager ? '' : '?'}${found.isClosed ? '!' : ''}`
}

describe('triggerAt', () => {
  it.each([
    ['@|', 'person:'],
    ['hello @me|', 'person:me'],
    ['你好@林|', 'person:林'],
    ['你好＠林晓|', 'person:林晓'],
    ['(@me|', 'person:me'],
    ['@li_na.b|', 'person:li_na.b'],
    ['@me| and more', 'person:me'],
    ['mail mei@ex|', null],
    ['@me |', null],
    ['@@|', null],
    ['#|', 'room:'],
    ['去＃茶|', 'room:茶'],
    ['C#|', null],
    ['x/#a|', null],
    ['# |', null],
    [':ta|', 'emoji:ta'],
    ['好:ta|', 'emoji:ta'],
    ['好：ta|', 'emoji:ta?'],
    ['他说：笑|', 'emoji:笑?'],
    [':笑|', 'emoji:笑?'],
    [':tada:|', 'emoji:tada!'],
    [':+1|', 'emoji:+1'],
    [':t|', null],
    [':)|', null],
    ['12:30|', null],
    ['https://ex|', null],
    ['note:ok|', null],
    ['/|', 'command:'],
    ['／he|', 'command:he'],
    ['/天气|', 'command:天气'],
    ['/me |', null],
    ['a /me|', null],
    ['/etc/h|', null],
    ['//|', null],
    ['|', null],
  ])('%s', (text, what) => {
    expect(begun(text)).toBe(what)
  })
})

/** `[` and `]` are the ends of the selection. */
function after(format: Format, text: string): string {
  const start = text.indexOf('[')
  const end = text.indexOf(']') - 1
  const plain = text.replace('[', '').replace(']', '')
  const { from, to, insert, select } = formatted(format, plain, start, end)
  const next = plain.slice(0, from) + insert + plain.slice(to)
  return `${next.slice(0, select[0])}«${next.slice(...select)}»${next.slice(select[1])}`
}

describe('formatted', () => {
  it.each<[Format, string, string]>([
    ['bold', 'a [b] c', 'a **«b»** c'],
    ['bold', 'a **[b]** c', 'a «b» c'],
    ['bold', 'a []', 'a **«»**'],
    ['italic', '真的[好]', '真的*«好»*'],
    ['italic', '**[b]**', '***«b»***'],
    ['italic', '***[b]***', '**«b»**'],
    ['strike', '[x]', '~~«x»~~'],
    ['spoiler', '[x]', '||«x»||'],
    ['code', '[x]', '`«x»`'],
    ['code', 'so: [a\nb]', 'so: \n```\n«a\nb»\n```'],
    ['quote', 'a\nb[]c\nd', 'a\n> bc«»\nd'],
    ['quote', '[a\nb]', '«> a\n> b»'],
    ['quote', '[> a\n> b]', '«a\nb»'],
    ['list', 'x\n[a\nb]', 'x\n«- a\n- b»'],
    ['link', 'see [tea] now', 'see [tea](«https://») now'],
    ['link', '[https://e.example/x]', '[«»](https://e.example/x)'],
  ])('%s: %j', (format, text, result) => {
    expect(after(format, text)).toBe(result)
  })
})
