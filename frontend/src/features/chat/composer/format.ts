// What the buttons for formatting do to a text and its selection.

export type Format = 'bold' | 'italic' | 'strike' | 'code' | 'spoiler' | 'quote' | 'list' | 'link'

export interface Change {
  /** The part that is replaced, and by what. */
  from: number
  to: number
  insert: string
  /** What is selected afterwards. */
  select: [from: number, to: number]
}

const MARKS = { bold: '**', italic: '*', strike: '~~', code: '`', spoiler: '||' } as const
const STARTS = { quote: '> ', list: '- ' } as const

export function formatted(format: Format, text: string, start: number, end: number): Change {
  if (format === 'link') return linked(text, start, end)
  if (format === 'quote' || format === 'list') return begun(STARTS[format], text, start, end)
  if (format === 'code' && text.slice(start, end).includes('\n')) return fenced(text, start, end)
  return wrapped(MARKS[format], text, start, end)
}

/** Between the marks; without them if it was so already. */
function wrapped(mark: string, text: string, start: number, end: number): Change {
  const { length } = mark
  const inner = text.slice(start, end)
  if (isBetween(mark, text, start, end))
    return { from: start - length, to: end + length, insert: inner, select: [start - length, end - length] }
  return { from: start, to: end, insert: mark + inner + mark, select: [start + length, end + length] }
}

function isBetween(mark: string, text: string, start: number, end: number): boolean {
  const { length } = mark
  if (text.slice(start - length, start) !== mark || text.slice(end, end + length) !== mark) return false
  // One star of two is no italic.
  const stars = /\*+$/.exec(text.slice(0, start))?.[0].length ?? 0
  return mark !== '*' || stars % 2 === 1
}

/** Each line that the selection touches begins so; or none does, if all did. */
function begun(sign: string, text: string, start: number, end: number): Change {
  const from = text.lastIndexOf('\n', start - 1) + 1
  const next = text.indexOf('\n', end)
  const to = next < 0 ? text.length : next
  const lines = text.slice(from, to).split('\n')
  const wasSo = lines.every((line) => line.startsWith(sign))
  const insert = lines.map((line) => (wasSo ? line.slice(sign.length) : sign + line)).join('\n')
  const caret = from + insert.length
  return { from, to, insert, select: start === end ? [caret, caret] : [from, caret] }
}

function fenced(text: string, start: number, end: number): Change {
  const before = start > 0 && text[start - 1] !== '\n' ? '\n' : ''
  const after = end < text.length && text[end] !== '\n' ? '\n' : ''
  const head = `${before}\`\`\`\n`
  const inner = text.slice(start, end)
  return {
    from: start,
    to: end,
    insert: `${head}${inner}\n\`\`\`${after}`,
    select: [start + head.length, start + head.length + inner.length],
  }
}

const PLACE = 'https://'

/** The words are kept, and where they lead is to be written next; an address asks for its words. */
function linked(text: string, start: number, end: number): Change {
  const inner = text.slice(start, end)
  if (/^https?:\/\/\S+$/i.test(inner)) return { ...asLink('', inner, start, end), select: [start + 1, start + 1] }
  const at = start + inner.length + 3
  return { ...asLink(inner, PLACE, start, end), select: [at, at + PLACE.length] }
}

export function asLink(words: string, address: string, from: number, to: number): Omit<Change, 'select'> {
  return { from, to, insert: `[${words}](${address})` }
}
