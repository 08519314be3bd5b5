// How times read in each language: Intl does the words, this decides which.
export { serverNow, useMinute } from './clock'

const DAY = 86_400_000

const formats = new Map<string, Intl.DateTimeFormat>()

function format(locale: string, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  // Making a DateTimeFormat costs about a hundred times what using one costs.
  const key = locale + JSON.stringify(options)
  let found = formats.get(key)
  if (!found) formats.set(key, (found = new Intl.DateTimeFormat(locale, options)))
  return found
}

/** Hours and minutes, 24 hours: `14:02`. */
export function clockTime(at: number, locale: string): string {
  return format(locale, { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' }).format(at)
}

/** The date with hours and minutes, for a moment until which something holds. */
export function dateTime(at: number, locale: string): string {
  return format(locale, {
    year: 'numeric',
    month: 'long',
    day: 'numeric',
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
  }).format(at)
}

/** Everything, for tooltips: date, seconds and zone. */
export function fullTime(at: number, locale: string): string {
  return format(locale, {
    year: 'numeric',
    month: 'long',
    day: 'numeric',
    weekday: 'long',
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
    hourCycle: 'h23',
    timeZoneName: 'short',
  }).format(at)
}

/** Days since 1970 of the local date: a day of 23 or 25 hours counts as one. */
function dayNumber(at: number): number {
  const date = new Date(at)
  return Math.round(Date.UTC(date.getFullYear(), date.getMonth(), date.getDate()) / DAY)
}

export function sameDay(a: number, b: number): boolean {
  return dayNumber(a) === dayNumber(b)
}

/** The clock of today, else the date, with the year only if it is another. */
export function shortTime(at: number, now: number, locale: string): string {
  if (sameDay(at, now)) return clockTime(at, locale)
  const sameYear = new Date(at).getFullYear() === new Date(now).getFullYear()
  return format(locale, { month: 'short', day: 'numeric', ...(!sameYear && { year: 'numeric' }) }).format(at)
}

/** Today, yesterday, the weekday within six days, else the date, with the year only if it is another. */
export function dayLabel(at: number, now: number, locale: string): string {
  const ago = dayNumber(now) - dayNumber(at)
  if (ago === 0 || ago === 1) {
    const words = new Intl.RelativeTimeFormat(locale, { numeric: 'auto' }).format(-ago, 'day')
    return words.charAt(0).toLocaleUpperCase(locale) + words.slice(1)
  }
  if (ago > 1 && ago <= 6) return format(locale, { weekday: 'long' }).format(at)
  const sameYear = new Date(at).getFullYear() === new Date(now).getFullYear()
  return format(locale, {
    ...(sameYear ? {} : { year: 'numeric' as const }),
    month: 'long',
    day: 'numeric',
    weekday: 'long',
  }).format(at)
}

const STEPS: [Intl.RelativeTimeFormatUnit, number][] = [
  ['year', 365 * DAY],
  ['month', 30 * DAY],
  ['day', DAY],
  ['hour', 3_600_000],
  ['minute', 60_000],
]

/** `2 hours ago`, `in 6 days`; less than a minute reads as this minute. */
export function relative(at: number, now: number, locale: string): string {
  const words = new Intl.RelativeTimeFormat(locale, { numeric: 'auto' })
  const distance = at - now
  for (const [unit, size] of STEPS) {
    if (Math.abs(distance) >= size) return words.format(Math.trunc(distance / size), unit)
  }
  return words.format(0, 'minute')
}
