// Markdown as chats use it (a part of CommonMark, with struck and covered text), read into a closed tree of pieces.
// Nothing of it is ever HTML: whoever draws the pieces makes elements of them.
import MarkdownIt from 'markdown-it'
import cjkFriendly from 'markdown-it-cjk-friendly'
import { safeHref, shownAddress } from './links'
import type { Piece } from './pieces'

type Parser = ReturnType<typeof MarkdownIt>
type Token = ReturnType<Parser['parse']>[number]
type InlineRule = Parameters<Parser['inline']['ruler']['push']>[1]
type InlineState = Parameters<InlineRule>[0]

const BLOCK_RULES = ['fence', 'blockquote', 'list', 'paragraph']
const INLINE_RULES = [
  'text',
  'linkify',
  'newline',
  'escape',
  'backticks',
  'strikethrough',
  'emphasis',
  'link',
  'autolink',
  'handle',
  'spoiler',
]
const INLINE_RULES_2 = ['balance_pairs', 'strikethrough', 'emphasis', 'spoiler', 'fragments_join']

const md = MarkdownIt({ html: false, linkify: true, breaks: true, maxNesting: 20 })
md.use(cjkFriendly)
md.normalizeLink = (address) => safeHref(address) ?? address
md.normalizeLinkText = shownAddress
md.validateLink = (address) => safeHref(address) !== null

/* Like the rule it replaces, which does not stop at bars and full-width signs. */
const WORDS = /[^\n!#$%&*+\-:<=>@[\\\]^_`{|}~＠]+/y
md.inline.ruler.at('text', (state, silent) => {
  WORDS.lastIndex = state.pos
  const words = WORDS.exec(state.src.slice(0, state.posMax))?.[0]
  if (!words) return false
  if (!silent) state.pending += words
  state.pos += words.length
  return true
})

/* The underlines of `@li_na` are part of her name. */
const HANDLE = /[@＠][\p{L}\p{N}](?:[\p{L}\p{N}._-]*[\p{L}\p{N}])?/uy
md.inline.ruler.after('linkify', 'handle', (state, silent) => {
  HANDLE.lastIndex = state.pos
  const handle = HANDLE.exec(state.src.slice(0, state.posMax))?.[0]
  if (!handle) return false
  if (!silent) state.pending += handle
  state.pos += handle.length
  return true
})

const BAR = 0x7c

/* `||covered||`, by the way `~~struck~~` is read. */
md.inline.ruler.after('strikethrough', 'spoiler', (state, silent) => {
  if (silent || state.src.charCodeAt(state.pos) !== BAR) return false
  const { length, can_open, can_close } = state.scanDelims(state.pos, true)
  if (length < 2) return false
  if (length % 2) state.push('text', '', 0).content = '|'
  for (let n = 1; n < length; n += 2) {
    state.push('text', '', 0).content = '||'
    state.delimiters.push({
      marker: BAR,
      length: 0,
      token: state.tokens.length - 1,
      end: -1,
      open: can_open,
      close: can_close,
    })
  }
  state.pos += length
  return true
})

function cover(state: InlineState, delimiters: InlineState['delimiters']): void {
  for (const opening of delimiters) {
    const closing = delimiters[opening.end]
    if (opening.marker !== BAR || !closing) continue
    for (const [{ token: at }, type, nesting] of [
      [opening, 'spoiler_open', 1],
      [closing, 'spoiler_close', -1],
    ] as const) {
      const token = state.tokens[at]
      if (token) Object.assign(token, { type, nesting, content: '' })
    }
  }
}

md.inline.ruler2.after('emphasis', 'spoiler', (state) => {
  cover(state, state.delimiters)
  for (const meta of state.tokens_meta) if (meta?.delimiters) cover(state, meta.delimiters)
  return true
})

/* `>_<` is a face and no quotation. */
md.block.ruler.enableOnly(['blockquote'])
const quote = md.block.ruler.getRules('')[0]!
const FACE = /^>[!-~]{1,2}(?:\s|$)/
md.block.ruler.at(
  'blockquote',
  (state, line, end, silent) => {
    const start = state.bMarks[line]! + state.tShift[line]!
    return !FACE.test(state.src.slice(start, start + 4)) && quote(state, line, end, silent)
  },
  { alt: ['paragraph', 'blockquote', 'list'] },
)

md.block.ruler.enableOnly(BLOCK_RULES)
md.inline.ruler.enableOnly(INLINE_RULES)
md.inline.ruler2.enableOnly(INLINE_RULES_2)

/** The kinds of pieces that hold others, by their tokens; a token that is not here is text. */
const HOLDERS: Record<string, Piece['kind']> = {
  paragraph: 'paragraph',
  blockquote: 'quote',
  bullet_list: 'bullets',
  ordered_list: 'numbers',
  list_item: 'item',
  strong: 'strong',
  em: 'em',
  s: 's',
  spoiler: 'spoiler',
  link: 'link',
}

export function parse(text: string): Piece[] {
  const pieces = gather(md.parse(text, {}))
  // One paragraph is not set apart from anything.
  const [only] = pieces
  return pieces.length === 1 && only?.kind === 'paragraph' ? only.children : pieces
}

function gather(tokens: readonly Token[]): Piece[] {
  const top: Piece[] = []
  const open: Piece[][] = [top]
  const add = (piece: Piece): unknown => open.at(-1)!.push(piece)
  for (const token of tokens) {
    if (token.nesting > 0) {
      const children: Piece[] = []
      // The paragraphs of a list without gaps are not set apart.
      if (!token.hidden) add(holder(token, children))
      open.push(token.hidden ? open.at(-1)! : children)
    } else if (token.nesting < 0) {
      open.pop()
    } else if (token.type === 'inline') {
      open.at(-1)!.push(...gather(token.children ?? []))
    } else {
      const piece = leaf(token)
      if (piece) add(piece)
    }
  }
  return top
}

function holder(token: Token, children: Piece[]): Piece {
  const kind = HOLDERS[token.type.replace(/_open$/, '')]
  if (kind === 'numbers') return { kind, start: Number(token.attrGet('start') ?? 1), children }
  if (kind === 'link') {
    const href = safeHref(String(token.attrGet('href')))
    // Refused already where it was read; asked again where it counts.
    if (href === null) return { kind: 'paragraph', children }
    return { kind, href, isNamed: token.info !== 'auto', children }
  }
  return { kind: (kind ?? 'paragraph') as 'paragraph', children }
}

function leaf(token: Token): Piece | null {
  if (token.type === 'softbreak' || token.type === 'hardbreak') return { kind: 'text', text: '\n' }
  if (token.type === 'code_inline') return { kind: 'code', text: token.content }
  if (token.type === 'fence') {
    const language = token.info.trim().split(/\s/)[0]?.toLowerCase() ?? ''
    return { kind: 'fence', text: token.content.replace(/\n$/, ''), language }
  }
  return token.content ? { kind: 'text', text: token.content } : null
}
