// From rows to what stands in the list: day lines, the unread line, and who continues whom.
import { sameDay } from './time'

/** What grouping needs to know of a row. */
export interface Groupable {
  key: string
  seq: number | null
  author: number
  created: number
  deleted?: number | null
  more?: { reply?: number | null }
}

export interface RowItem<R> {
  kind: 'row'
  key: string
  row: R
  /** Same author within five minutes and the same day, no line between, no reply: no name, no avatar. */
  continued: boolean
}

/** Messages in a row of which one line is enough: several that are deleted, or some that the reader wants to hide. */
export interface FoldedItem<R> {
  kind: 'gone' | 'hidden'
  key: string
  rows: R[]
}

export interface DayItem {
  kind: 'day'
  key: string
  at: number
}

export interface UnreadItem {
  kind: 'unread'
  key: 'unread'
  count: number
}

export type Item<R> = RowItem<R> | FoldedItem<R> | DayItem | UnreadItem

export interface UnreadLine {
  /** The line stands before the first row above this seq. */
  after: number
  count: number
}

const TOGETHER = 5 * 60_000

/** Rows in order, pending ones (seq null) last; *hides* tells of which there shall only be a line. */
export function arrange<R extends Groupable>(
  rows: readonly R[],
  line: UnreadLine | null,
  hides: (row: R) => boolean = () => false,
): Item<R>[] {
  const items: Item<R>[] = []
  const days = new Set<string>()
  let before: R | undefined
  for (const row of rows) {
    const newDay = before === undefined || !sameDay(before.created, row.created)
    if (newDay) items.push({ kind: 'day', key: dayKey(row, days), at: row.created })
    const drawLine = line !== null && isFirstAfter(line.after, row, before)
    if (drawLine) items.push({ kind: 'unread', key: 'unread', count: line.count })
    const last = items.at(-1)
    if (row.seq !== null && !row.deleted && hides(row)) {
      if (last?.kind === 'hidden') last.rows.push(row)
      else items.push({ kind: 'hidden', key: `hidden-${row.key}`, rows: [row] })
    } else if (row.deleted && row.seq !== null && last?.kind === 'row' && last.row.deleted && last.row.seq !== null) {
      items[items.length - 1] = { kind: 'gone', key: `gone-${last.key}`, rows: [last.row, row] }
    } else if (row.deleted && row.seq !== null && last?.kind === 'gone') {
      last.rows.push(row)
    } else {
      items.push({ kind: 'row', key: row.key, row, continued: last?.kind === 'row' && continues(row, last.row) })
    }
    before = row
  }
  return items
}

/* The same while older rows of that day come above; a clock that was put back makes a day come twice. */
function dayKey(row: Groupable, days: Set<string>): string {
  const date = new Date(row.created)
  const day = `day-${date.getFullYear()}-${date.getMonth() + 1}-${date.getDate()}`
  const key = days.has(day) ? `${day}-${row.key}` : day
  days.add(key)
  return key
}

/* Where the rows begin further down, the line stands above them, out of sight. */
function isFirstAfter(after: number, row: Groupable, before: Groupable | undefined): boolean {
  if (row.seq === null || row.seq <= after) return false
  return row.seq === after + 1 || (before !== undefined && before.seq !== null && before.seq <= after)
}

function continues(row: Groupable, before: Groupable): boolean {
  const isReply = row.more?.reply !== undefined && row.more.reply !== null
  return (
    !isReply && !before.deleted && before.author === row.author && Math.abs(row.created - before.created) <= TOGETHER
  )
}

/** Items by day: what stands before the first day line, if anything, has none. */
export interface Day<R> {
  key: string
  at: number | null
  items: Exclude<Item<R>, DayItem>[]
}

export function byDay<R>(items: readonly Item<R>[]): Day<R>[] {
  const days: Day<R>[] = []
  for (const item of items) {
    if (item.kind === 'day') days.push({ key: item.key, at: item.at, items: [] })
    else if (days.length > 0) days.at(-1)!.items.push(item)
    else days.push({ key: 'first', at: null, items: [item] })
  }
  return days
}

/** The new list with the old item objects where nothing changed, so that Vue skips those rows. */
export function reuse<R>(old: readonly Item<R>[], fresh: Item<R>[]): Item<R>[] {
  const known = new Map(old.map((item) => [item.key, item]))
  return fresh.map((item) => {
    const was = known.get(item.key)
    return was && isSame(was, item) ? was : item
  })
}

function isSame<R>(a: Item<R>, b: Item<R>): boolean {
  if (a.kind === 'row' && b.kind === 'row') return a.row === b.row && a.continued === b.continued
  if (a.kind === 'day' && b.kind === 'day') return sameDay(a.at, b.at)
  if ((a.kind === 'gone' || a.kind === 'hidden') && a.kind === b.kind)
    return a.rows.length === b.rows.length && a.rows.every((row, at) => row === b.rows[at])
  return a.kind === 'unread' && b.kind === 'unread' && a.count === b.count
}
