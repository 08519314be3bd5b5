// Where a text names somebody (`@mei`) or a room (`#tea`): also in the middle of Chinese, and with full-width signs.

export interface Named<Id> {
  id: Id
  /** What follows the sign. */
  name: string
}

export type NamePart<Who, Where> =
  { kind: 'text'; text: string } | { kind: 'person'; text: string; id: Who } | { kind: 'room'; text: string; id: Where }

const SIGN = /[@＠#＃]/gu
/* In an e-mail address, the path of a URL, an entity: not a name. */
const INSIDE = /[a-z0-9_./&+-]/i
const LETTER = /[\p{L}\p{N}_]/u
const EAST_ASIAN = /[\p{sc=Han}\p{sc=Hiragana}\p{sc=Katakana}\p{sc=Hangul}\p{sc=Bopomofo}]/u

/** The text in parts; put together again they are the text. The longest name that stands there counts. */
export function nameParts<Who, Where>(
  text: string,
  people: readonly Named<Who>[],
  rooms: readonly Named<Where>[],
): NamePart<Who, Where>[] {
  const parts: NamePart<Who, Where>[] = []
  let from = 0
  for (const { index, 0: sign } of text.matchAll(SIGN)) {
    if (index < from || INSIDE.test(text.charAt(index - 1))) continue
    const isPerson = sign === '@' || sign === '＠'
    const found = longest<Who | Where>(text.slice(index + 1), isPerson ? people : rooms)
    if (!found) continue
    if (index > from) parts.push({ kind: 'text', text: text.slice(from, index) })
    from = index + 1 + found.name.length
    const words = text.slice(index, from)
    if (isPerson) parts.push({ kind: 'person', text: words, id: found.id as Who })
    else parts.push({ kind: 'room', text: words, id: found.id as Where })
  }
  if (from < text.length) parts.push({ kind: 'text', text: text.slice(from) })
  return parts
}

function longest<Id>(text: string, names: readonly Named<Id>[]): Named<Id> | null {
  let best: Named<Id> | null = null
  for (const named of names) {
    const { name } = named
    if (name.length === 0 || name.length <= (best?.name.length ?? 0)) continue
    if (text.slice(0, name.length).toLowerCase() === name.toLowerCase() && endsAt(text, name.length)) best = named
  }
  return best
}

/** A name ends where no letter follows, or where Chinese begins or ends. */
function endsAt(text: string, length: number): boolean {
  const next = String.fromCodePoint(text.codePointAt(length) ?? 0x20)
  return !LETTER.test(next) || EAST_ASIAN.test(next) || EAST_ASIAN.test(text.charAt(length - 1))
}
