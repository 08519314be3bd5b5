// From rows to what stands in the list: day lines, the unread line, and who continues whom.
import { sameDay } from './time'

/** What grouping needs to know of a row. */
export interface Groupable {
  key: string
  seq: number | null
  author: number
  created: number
}

export interface RowItem<R> {
  kind: 'row'
  key: string
  row: R
  /** Same author within five minutes and the same day, no line between: no name, no avatar. */
  continued: boolean
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

export type Item<R> = RowItem<R> | DayItem | UnreadItem

export interface UnreadLine {
  /** The line stands before the first row above this seq. */
  after: number
  count: number
}

const TOGETHER = 5 * 60_000

/** Rows in order, pending ones (seq null) last. */
export function arrange<R extends Groupable>(rows: readonly R[], line: UnreadLine | null): Item<R>[] {
  const items: Item<R>[] = []
  let before: R | undefined
  let lineDrawn = line === null
  for (const row of rows) {
    const newDay = before === undefined || !sameDay(before.created, row.created)
    if (newDay) items.push({ kind: 'day', key: `day-${row.key}`, at: row.created })
    const drawLine = !lineDrawn && row.seq !== null && row.seq > line!.after
    if (drawLine) {
      items.push({ kind: 'unread', key: 'unread', count: line!.count })
      lineDrawn = true
    }
    const continued =
      !newDay && !drawLine && before!.author === row.author && Math.abs(row.created - before!.created) <= TOGETHER
    items.push({ kind: 'row', key: row.key, row, continued })
    before = row
  }
  return items
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
  if (a.kind === 'day' && b.kind === 'day') return a.at === b.at
  return a.kind === 'unread' && b.kind === 'unread' && a.count === b.count
}
