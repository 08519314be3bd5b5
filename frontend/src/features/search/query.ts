// What is typed into the search: words, and filters in either language (`from:mei`, `在:#茶`).
import type { RoomId, SearchHas, SearchKind } from '@/wire/frames'

export const HAS: readonly SearchHas[] = ['image', 'file', 'link']
export const KINDS: readonly SearchKind[] = ['messages', 'files', 'people', 'rooms']

/** A search as it stands in the address; days as YYYY-MM-DD, *after* includes its day. */
export interface Asked {
  q: string
  kind: SearchKind
  from: string | null
  in: RoomId | null
  has: SearchHas[]
  before: string | null
  after: string | null
  sort: 'new' | 'relevance'
}

export type FilterName = 'from' | 'in' | 'has' | 'before' | 'after'

/** What was typed; *wrong*: filters whose value means nothing. */
export interface Typed {
  q: string
  found: Partial<Pick<Asked, 'from' | 'in' | 'before' | 'after'>> & { has: SearchHas[] }
  wrong: { name: FilterName; value: string }[]
}

const NAMES: Record<string, FilterName> = {
  from: 'from',
  in: 'in',
  has: 'has',
  before: 'before',
  after: 'after',
  来自: 'from',
  在: 'in',
  含: 'has',
  包含: 'has',
  之前: 'before',
  早于: 'before',
  之后: 'after',
  晚于: 'after',
  自: 'after',
}

const THINGS: Record<string, SearchHas> = {
  image: 'image',
  picture: 'image',
  file: 'file',
  link: 'link',
  图片: 'image',
  图: 'image',
  文件: 'file',
  链接: 'link',
}

const FILTER = new RegExp(`(?<!\\S)(${Object.keys(NAMES).join('|')})[:：](?:"([^"]*)"|“([^”]*)”|(\\S+))`, 'giu')

/** Takes the filters out of what was typed; *roomOf* finds a room of the reader's by its title. */
export function read(text: string, roomOf: (title: string) => RoomId | null): Typed {
  const typed: Typed = { q: '', found: { has: [] }, wrong: [] }
  typed.q = text
    .replace(FILTER, (_, name: string, ...values: unknown[]) => {
      const value = values.slice(0, 3).find((one): one is string => typeof one === 'string') ?? ''
      take(typed, NAMES[name.toLowerCase()]!, value.trim(), roomOf)
      return ' '
    })
    .replace(/\s+/gu, ' ')
    .trim()
  return typed
}

function take(typed: Typed, name: FilterName, value: string, roomOf: (title: string) => RoomId | null): void {
  const { found, wrong } = typed
  if (name === 'has') {
    const thing = THINGS[value.toLowerCase()]
    if (!thing) wrong.push({ name, value })
    else if (!found.has.includes(thing)) found.has.push(thing)
    return
  }
  const meant =
    name === 'from'
      ? value.replace(/^[@＠]/u, '') || null
      : name === 'in'
        ? roomOf(value.replace(/^[#＃]/u, ''))
        : day(value)
  if (meant === null) wrong.push({ name, value })
  else Object.assign(found, { [name]: meant })
}

/** `2026-5-1`, `2026/05/01`, `2026年5月1日` → `2026-05-01`; null for what is no day. */
export function day(text: string): string | null {
  const match = /^(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?$/u.exec(text)
  if (!match) return null
  const [year, month, date] = match.slice(1).map(Number) as [number, number, number]
  const there = new Date(year, month - 1, date)
  if (there.getMonth() !== month - 1 || there.getDate() !== date) return null
  return [year, String(month).padStart(2, '0'), String(date).padStart(2, '0')].join('-')
}

/** When a day begins here. */
export function dayStart(text: string): number {
  const [year, month, date] = text.split('-').map(Number) as [number, number, number]
  return new Date(year, month - 1, date).getTime()
}

type Address = Record<string, unknown>

/** The search that an address asks for; what is not understood is left out. */
export function fromAddress(query: Address): Asked {
  const text = (name: string): string => (typeof query[name] === 'string' ? query[name] : '')
  const room = Number(text('in'))
  const kind = KINDS.find((one) => one === text('kind')) ?? 'messages'
  return {
    q: text('q'),
    kind,
    from: text('from') || null,
    in: Number.isSafeInteger(room) && room > 0 ? room : null,
    has: HAS.filter((one) => text('has').split(',').includes(one)),
    before: day(text('before')),
    after: day(text('after')),
    sort: text('sort') === 'relevance' ? 'relevance' : 'new',
  }
}

/** The other way round, without what goes without saying. */
export function toAddress(asked: Asked): Record<string, string> {
  const found: Record<string, string | null> = {
    q: asked.q,
    kind: asked.kind === 'messages' ? null : asked.kind,
    from: asked.from,
    in: asked.in === null ? null : String(asked.in),
    has: asked.has.join(','),
    before: asked.before,
    after: asked.after,
    sort: asked.sort === 'new' ? null : asked.sort,
  }
  return Object.fromEntries(Object.entries(found).filter((entry): entry is [string, string] => !!entry[1]))
}

/** Whether there is anything to look for. */
export function isEmpty(asked: Asked): boolean {
  if (asked.kind === 'people' || asked.kind === 'rooms') return !asked.q
  return !asked.q && !asked.from && !asked.before && !asked.after && asked.in === null && asked.has.length === 0
}

/** The search as the server reads it. */
export function parameters(asked: Asked, cursor: string | null): string {
  const found = new URLSearchParams()
  if (asked.q) found.set('q', asked.q)
  if (asked.kind === 'files') found.set('kind', 'files')
  if (asked.from) found.set('from', asked.from)
  if (asked.in !== null) found.set('in', String(asked.in))
  for (const one of asked.has) found.append('has', one)
  if (asked.before) found.set('before', String(dayStart(asked.before)))
  if (asked.after) found.set('after', String(dayStart(asked.after)))
  if (asked.sort !== 'new') found.set('sort', asked.sort)
  if (cursor) found.set('after_cursor', cursor)
  return found.toString()
}
