// Finds the web addresses in a plain text, also between Chinese signs; says which may be followed and how they are
// shown; and knows a text that is only emoji.

export interface Part {
  text: string
  /** Where it leads, or null for plain text. */
  href: string | null
}

/* An address ends at white space, at quotes and angles, and at the punctuation of Chinese, which no address contains. */
const ADDRESS =
  /(?<![a-z0-9_])https?:\/\/[^\s<>"“”‘’…\u3000-\u303f\uff01-\uff0f\uff1a-\uff20\uff3b-\uff40\uff5b-\uff65]+/giu
const TRAILING = /[.,!?;:'*_~]+$/
const PAIRS: [string, string][] = [
  [')', '('],
  [']', '['],
  ['}', '{'],
]

/** The text in pieces; put together again they are the text. */
export function linkParts(text: string): Part[] {
  const parts: Part[] = []
  let from = 0
  for (const match of text.matchAll(ADDRESS)) {
    const address = trimmed(hostCut(match[0]))
    if (!isAddress(address)) continue
    if (match.index > from) parts.push({ text: text.slice(from, match.index), href: null })
    parts.push({ text: address, href: address })
    from = match.index + address.length
  }
  if (from < text.length) parts.push({ text: text.slice(from), href: null })
  return parts
}

/** The address with which the text begins, or null. */
export function addressAtStart(text: string): string | null {
  ADDRESS.lastIndex = 0
  const match = ADDRESS.exec(text)
  ADDRESS.lastIndex = 0
  const address = match?.index === 0 ? trimmed(hostCut(match[0])) : ''
  return isAddress(address) ? address : null
}

/** `https://example.com吧` is an address and a particle: a label of a host does not mix ASCII and Han. */
function hostCut(address: string): string {
  const start = address.indexOf('//') + 2
  const end = address.slice(start).search(/[/?#]/)
  const host = end < 0 ? address.slice(start) : address.slice(start, start + end)
  const mixed = /[a-z0-9]\p{Script=Han}/iu.exec(host)
  return mixed ? address.slice(0, start + mixed.index + 1) : address
}

/** Without what belongs to the sentence around it; brackets stay where they are in pairs. */
function trimmed(address: string): string {
  let left = address
  for (;;) {
    let next = left.replace(TRAILING, '')
    for (const [closing, opening] of PAIRS) {
      if (next.endsWith(closing) && count(next, closing) > count(next, opening)) next = next.slice(0, -1)
    }
    if (next === left) return left
    left = next
  }
}

const SAFE = new Set(['http:', 'https:', 'mailto:'])

/** Where *address* leads, as a browser reads it; null if it may not be followed. */
export function safeHref(address: string): string | null {
  try {
    const url = new URL(address)
    return SAFE.has(url.protocol) ? url.href : null
  } catch {
    return null
  }
}

const PLAIN_SIGN = /[\p{Script=Latin}\p{Script=Common}\p{Script=Inherited}]/u
const EAST_ASIAN = /[\p{sc=Han}\p{sc=Hiragana}\p{sc=Katakana}\p{sc=Hangul}\p{sc=Bopomofo}]/u

/**
 * As it was written, unless its host may be meant to look like another (UTS #39): a name that mixes scripts, or letters of
 * another script before an ASCII ending.  Then with the host as DNS has it (punycode).
 */
export function shownAddress(address: string): string {
  const host = /^https?:\/\/([^/?#]*)/iu.exec(address)?.[1]
  if (!host || /^[\x00-\x7f]*$/.test(host)) return address
  const labels = host.replace(/:\d+$/, '').split('.')
  const endsInAscii = /^[a-z]+$/i.test(labels.at(-1) ?? '')
  const isDoubtful = (label: string): boolean => {
    const signs = [...label]
    const hasLatin = /\p{sc=Latin}/u.test(label)
    const hasAsian = EAST_ASIAN.test(label)
    const hasOther = signs.some((sign) => !PLAIN_SIGN.test(sign) && !EAST_ASIAN.test(sign))
    return (hasOther && (hasLatin || hasAsian || endsInAscii)) || (hasLatin && hasAsian)
  }
  if (!labels.some(isDoubtful)) return address
  try {
    return address.replace(host, new URL(address).host)
  } catch {
    return address
  }
}

function count(text: string, sign: string): number {
  return text.split(sign).length - 1
}

function isAddress(address: string): boolean {
  try {
    return new URL(address).hostname.length > 0
  } catch {
    return false
  }
}

const EMOJI_SIGN =
  /^(?:\p{Extended_Pictographic}|\p{Regional_Indicator}|\p{Emoji_Modifier}|[\u200d\ufe0f]|[\u{e0020}-\u{e007f}]|\s)+$/u
const PICTURE = /\p{Emoji_Presentation}|\p{Extended_Pictographic}\ufe0f|\p{Regional_Indicator}/u
const segmenter = new Intl.Segmenter()

/** One to six emoji and nothing else. */
export function isJumbo(text: string): boolean {
  if (text.length > 80 || !EMOJI_SIGN.test(text) || !PICTURE.test(text)) return false
  const signs = Array.from(segmenter.segment(text)).filter((part) => part.segment.trim() !== '')
  return signs.length <= 6
}
