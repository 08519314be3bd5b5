// How a message begins, for where there is little room.
import { wordsOf } from '@/lib/markup/pieces'
import type { ChatRow } from '@/stores/messages'

const MOST = 200

/** Its first words in one line; else the name of its first file; else nothing. */
export function excerptOf(row: Pick<ChatRow, 'text' | 'more'>): string {
  // Cut only afterwards: what is covered must not lose the end of its cover.
  const line = wordsOf(row.text)
    .slice(0, 4 * MOST)
    .replace(/\s+/gu, ' ')
    .trim()
  const signs = Array.from(line)
  if (signs.length > MOST) return `${signs.slice(0, MOST).join('')}…`
  return line || (row.more.files?.[0]?.name ?? '')
}
