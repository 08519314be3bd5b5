// What the text of a message is made of. The list is closed: whatever else stands in a text is text.
import { shallowRef } from 'vue'
import { linkParts, shownAddress } from './links'

export type Piece =
  | { kind: 'text'; text: string }
  | { kind: 'code'; text: string }
  /** `language` is what the writer named, in lower case, or empty. */
  | { kind: 'fence'; text: string; language: string }
  /** `isNamed`: its words are not the address itself. */
  | { kind: 'link'; href: string; isNamed: boolean; children: Piece[] }
  | { kind: 'strong' | 'em' | 's' | 'spoiler' | 'quote' | 'bullets' | 'item' | 'paragraph'; children: Piece[] }
  | { kind: 'numbers'; start: number; children: Piece[] }

/** Anything in it that Markdown could take for a mark; most texts have nothing. */
const MARK = /[*_`\\]|~~|\|\||\]\(|<(?:https?:|mailto:)|^\s*(?:[-+]|\d{1,9}[.)])\s|^\s*>/imu

export function mayBeMarked(text: string): boolean {
  return MARK.test(text)
}

/** A text without marks: its words and its addresses. */
export function plainPieces(text: string): Piece[] {
  return linkParts(text).map(({ text: words, href }) =>
    href === null
      ? { kind: 'text', text: words }
      : { kind: 'link', href, isNamed: false, children: [{ kind: 'text', text: shownAddress(words) }] },
  )
}

const HIDDEN = '▒▒▒'

/* Where the parser is not here: nothing but what was covered is taken out. */
function uncovering(text: string): string {
  return text.replace(/\|\|(?!\s)(?:(?!\|\|).)+(?<!\s)\|\|/gsu, HIDDEN)
}

const parser = shallowRef<((text: string) => Piece[]) | null>(null)
let coming: Promise<void> | undefined

/** Fetches the parser of Markdown; resolves also where it cannot be had: texts are then shown as they were written. */
export function loadMarkdown(): Promise<void> {
  coming ??= import('./markdown').then(
    (module) => {
      parser.value = module.parse
    },
    () => {
      coming = undefined
    },
  )
  return coming
}

/** A text without its marks, for where it is spoken or quoted in a line; what its writer covered stays covered. */
export function wordsOf(text: string): string {
  const pieces = piecesOf(text)
  return pieces ? joined(pieces) : uncovering(text)
}

const INLINE = new Set<Piece['kind']>(['link', 'strong', 'em', 's'])

function joined(pieces: readonly Piece[]): string {
  return pieces
    .map((piece) => {
      if (piece.kind === 'spoiler') return HIDDEN
      if (!('children' in piece)) return piece.kind === 'fence' ? `${piece.text} ` : piece.text
      return joined(piece.children) + (INLINE.has(piece.kind) ? '' : ' ')
    })
    .join('')
}

/** The pieces of a text; null as long as it needs the parser and that is not here. */
export function piecesOf(text: string): Piece[] | null {
  if (!mayBeMarked(text)) return plainPieces(text)
  return parser.value?.(text) ?? null
}
