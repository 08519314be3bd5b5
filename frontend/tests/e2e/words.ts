// What the interface says in one language, found by what it says in English: one story for both.
import { readdirSync, readFileSync } from 'node:fs'
import { basename } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Locale } from '../../src/lib/i18n'

/**
 * The text that stands where *english* stands in English, as `Ban Ola?` for the message `Ban {name}?`.  Throws when no
 * message says it, or when several do that are different in the other language; then *key* tells which one.
 */
export type Say = (english: string, key?: string) => string

interface Messages {
  [key: string]: string | Messages
}

const LOCALES = fileURLToPath(new URL('../../src/locales/', import.meta.url))

/** Every message of a language by its key, those of the parts that are loaded later among them. */
function read(locale: Locale): Map<string, string> {
  const found = new Map<string, string>()
  const add = (messages: Messages, prefix: string): void => {
    for (const [key, message] of Object.entries(messages))
      if (typeof message === 'string') found.set(prefix + key, message)
      else add(message, `${prefix}${key}.`)
  }
  for (const file of readdirSync(LOCALES, { recursive: true, encoding: 'utf8' }))
    if (basename(file) === `${locale}.json`) add(JSON.parse(readFileSync(LOCALES + file, 'utf8')) as Messages, '')
  return found
}

/** The forms of a message, one for each number where they differ. */
const forms = (message: string): string[] => message.split(' | ')

const PLACE = /\{\s*(?:'([^']*)'|(\w+))\s*\}/g

/** What fits a message, with a group for each of its parameters. */
function pattern(form: string): RegExp {
  const known = new Set<string>()
  let source = ''
  let at = 0
  const literal = (text: string): string => text.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&')
  for (const { 0: place, 1: sign, 2: name = '', index } of form.matchAll(PLACE)) {
    source += literal(form.slice(at, index))
    if (sign !== undefined) source += literal(sign)
    else if (known.has(name)) source += `\\k<${name}>`
    else source += `(?<${name}>.+)`
    known.add(name)
    at = index + place.length
  }
  return new RegExp(`^${source}${literal(form.slice(at))}$`, 'su')
}

function fill(form: string, parameters: Record<string, string>): string {
  return form.replace(PLACE, (_, sign?: string, name = '') => sign ?? parameters[name] ?? '')
}

export function words(locale: Locale): Say {
  const [english, theirs] = [read('en'), read(locale)]
  const patterns = [...english].flatMap(([key, message]) =>
    forms(message).map((form, number) => ({ key, number, fits: pattern(form), fixed: fill(form, {}).length })),
  )
  return (text, wanted) => {
    const fitting = patterns.filter(({ key, fits }) => (wanted ? key === wanted : true) && fits.test(text))
    // The message with the fewest letters of another: `Remove Ola?` is `Remove {name}?` sooner than `Remove {name}`.
    const most = Math.max(...fitting.map(({ fixed }) => fixed))
    const said = new Map<string, string[]>()
    for (const { key, number, fits } of fitting.filter(({ fixed }) => fixed === most)) {
      const there = forms(theirs.get(key) ?? '')
      const one = fill(there[Math.min(number, there.length - 1)] ?? '', fits.exec(text)?.groups ?? {})
      said.set(one, [...(said.get(one) ?? []), key])
    }
    const [first, ...others] = said.keys()
    if (!first) throw new Error(`No message${wanted ? ` ${wanted}` : ''} reads “${text}”`)
    if (others.length) throw new Error(`“${text}” is said in several ways: ${JSON.stringify(Object.fromEntries(said))}`)
    return first
  }
}
