// Both languages say the same, and the check that sees to it can fail.
import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
// @ts-expect-error -- a script without types
import { compare, flatten, keysAsked, keysForgotten, placeholders } from '../../scripts/i18n-check.mjs'
import { addPart, i18n, pickLocale, setLocale } from '@/lib/i18n'
import { ERROR_CODES } from '@/wire/frames'

const flat = (messages: object): Map<string, string> => flatten(messages)
const locale = (name: string) => flat(JSON.parse(readFileSync(`src/locales/${name}.json`, 'utf8')))

describe('the locales', () => {
  it('have the same keys and placeholders', () => {
    expect(compare(locale('en'), locale('zh-CN'))).toEqual([])
  })

  it('say the same in each part', () => {
    expect(compare(locale('admin/en'), locale('admin/zh-CN'))).toEqual([])
  })

  it('get a part when it is needed, and keep it when the language changes', async () => {
    const people = () => i18n.global.t('admin.sections.people')
    await setLocale('en')
    expect(people(), 'not yet').toBe('admin.sections.people')
    await addPart('admin')
    expect([people(), i18n.global.t('admin.title')]).toEqual(['People', 'Administration'])
    await setLocale('zh-CN')
    expect([people(), i18n.global.t('admin.title')]).toEqual(['用户', '管理'])
  })

  it('know every error', () => {
    const known = locale('en')
    expect(ERROR_CODES.filter((code) => !known.has(`error.${code}`))).toEqual([])
  })
})

describe('the check', () => {
  it('finds what one language lacks, and what is empty', () => {
    expect(compare(flat({ a: { b: 'x', c: ' ' } }), flat({ a: { c: 'y', d: 'z' } }))).toEqual([
      'zh-CN lacks a.b',
      'en lacks a.d',
      'a.c is empty',
    ])
  })

  it('finds placeholders that differ', () => {
    expect(compare(flat({ a: '{n} of {m}' }), flat({ a: '{m} 之 {n}' }))).toEqual([])
    expect(compare(flat({ a: '{n}' }), flat({ a: '{m}' }))).toEqual(['a: placeholders differ'])
    expect([...placeholders("me{'@'}host {name}")]).toEqual(['name'])
  })

  it('finds what the code asks for', () => {
    const asked = keysAsked([`t('a.b') $t("c") keypath="d.e" format('no')`, `ERROR_CODES = [\n 'busy',\n 'retry',\n]`])
    expect([...asked]).toEqual(['a.b', 'c', 'd.e', 'error.busy', 'error.retry'])
  })

  it('finds what nobody asks for', () => {
    expect(keysForgotten(['a.b', 'error.x', 'c.d'], ["t('a.b'); t(`error.${code}`)"])).toEqual(['c.d'])
  })
})

describe('pickLocale', () => {
  it.each([
    [['zh-TW', 'en'], 'zh-CN'],
    [['zh'], 'zh-CN'],
    [['en-GB'], 'en'],
    [['de', 'zh-Hans-CN'], 'zh-CN'],
    [['de'], 'en'],
    [[], 'en'],
  ])('of %j is %s', (languages, locale) => {
    expect(pickLocale(languages)).toBe(locale)
  })
})
