// Which messages one is told of, and what is said of them.
import type { Quiet } from '@/stores/prefs'
import type { MessageRow, RoomState, UserId } from '@/wire/frames'

const MOST = 120

/** Whether it is quiet at *now*; the hours may go over midnight. A zone nobody knows is no quiet. */
export function isQuietAt(quiet: Quiet | null, now: Date): boolean {
  if (!quiet || quiet.from === quiet.to) return false
  let at: string
  try {
    at = now.toLocaleTimeString('en-GB', { hour: '2-digit', minute: '2-digit', timeZone: quiet.zone })
  } catch {
    return false
  }
  return quiet.from < quiet.to ? at >= quiet.from && at < quiet.to : at >= quiet.from || at < quiet.to
}

export function mentions(row: MessageRow, me: UserId): boolean {
  return row.everyone !== undefined || (row.mentions ?? []).includes(me)
}

/** Meant for *me*: by name, with everybody, or in a conversation. */
export function isCall(row: MessageRow, room: Pick<RoomState, 'kind'>, me: UserId): boolean {
  return room.kind === 'direct' || mentions(row, me)
}

/** Whether *me* wants to be told of this message of another: by the level of the room, not by where she looks. */
export function isWanted(row: MessageRow, room: Pick<RoomState, 'kind' | 'level' | 'muted'>, me: UserId, now: number) {
  if (row.author === me || row.deleted || room.level === 'nothing') return false
  if (room.muted !== undefined && room.muted > now) return false
  return room.level === 'all' || isCall(row, room, me)
}

/** The text on one line, cut where it is too long, never within a sign. */
export function bodyOf(text: string): string {
  const line = text.replace(/\s+/g, ' ').trim()
  const signs = [...new Intl.Segmenter().segment(line)]
  if (signs.length <= MOST) return line
  return `${signs
    .slice(0, MOST - 1)
    .map(({ segment }) => segment)
    .join('')}…`
}

/** "林晓月 · # design"; in a conversation of two the name alone. */
export function titleOf(author: string, room: Pick<RoomState, 'kind' | 'title' | 'people'>): string {
  if (room.kind === 'direct' && (room.people ?? []).length < 2) return author
  return `${author} · ${room.kind === 'direct' ? '' : '# '}${room.title}`
}
