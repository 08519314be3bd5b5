// A piece of a text around what was found in it, in parts that are marked and parts that are not.

export interface Part {
  text: string
  marked: boolean
}

const BEFORE = 40
const LENGTH = 240

/** *ranges*: rising [start, end) in code points, as the server tells them; *whole*: nothing is cut off. */
export function excerpt(text: string, ranges: readonly (readonly [number, number])[], whole = false): Part[] {
  const signs = Array.from(text)
  const first = ranges[0]?.[0] ?? 0
  const from = whole || first <= BEFORE || signs.length <= LENGTH ? 0 : beginning(signs, first - BEFORE, first)
  const to = whole ? signs.length : Math.min(signs.length, from + LENGTH)
  const parts: Part[] = []
  const add = (start: number, end: number, marked: boolean): void => {
    if (start < end) parts.push({ text: signs.slice(start, end).join(''), marked })
  }
  let at = from
  for (const [start, end] of ranges) {
    if (start >= to) break
    add(at, start, false)
    add(Math.max(start, at), Math.min(end, to), true)
    at = Math.max(at, Math.min(end, to))
  }
  add(at, to, false)
  if (from > 0) parts.unshift({ text: '…', marked: false })
  if (to < signs.length) parts.push({ text: '…', marked: false })
  return parts
}

/** From *at* on the beginning of the next word, if one begins before *end*: nothing is cut in two that need not be. */
function beginning(signs: readonly string[], at: number, end: number): number {
  for (let next = at; next < end; next += 1) if (/\s/u.test(signs[next - 1] ?? ' ')) return next
  return at
}
