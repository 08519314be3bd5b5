// In place of `linkify-it`: where an address begins and ends is found as in plain texts, also between Chinese signs.
import { addressAtStart, linkParts } from '../links'

interface Match {
  schema: string
  index: number
  lastIndex: number
  raw: string
  text: string
  url: string
}

/** No address is longer; a text of many colons would else be read anew from each of them. */
const MOST = 2_000

export class LinkifyIt {
  test(text: string): boolean {
    return text.includes('://')
  }

  match(text: string): Match[] {
    const found: Match[] = []
    let at = 0
    for (const { text: words, href } of linkParts(text)) {
      if (href !== null) found.push(matched(words, at))
      at += words.length
    }
    return found
  }

  matchAtStart(text: string): Match | null {
    const address = addressAtStart(text.slice(0, MOST))
    return address === null ? null : matched(address, 0)
  }
}

function matched(address: string, index: number): Match {
  const schema = 'https:'
  return { schema, index, lastIndex: index + address.length, raw: address, text: address, url: address }
}
