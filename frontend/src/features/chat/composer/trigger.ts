// What somebody has begun to name just before the caret: a person, a room, an emoji, or at the beginning a command.

export interface Trigger {
  kind: 'person' | 'room' | 'emoji' | 'command'
  /** Where the sign stands; the caret is at `to`. */
  from: number
  to: number
  /** What follows the sign, without it. */
  query: string
  /** Enter takes the first suggestion; where the sign is more likely punctuation, only after a choice by arrows. */
  isEager: boolean
  /** `:tada:`: wanted as it stands. */
  isClosed: boolean
}

/** No name is longer. */
const MOST = 48

/* After Chinese a sign needs no space before it; after a Latin letter or a digit it is an address, a time or a path. */
const PERSON = /(?<![a-z0-9_./@＠-])[@＠]([\p{L}\p{N}._-]{0,32})$/iu
const ROOM = /(?<![a-z0-9_/&#＃])[#＃]([\p{L}\p{N}_-]{0,32})$/iu
const COMMAND = /^[/／]([a-z0-9_\-\p{sc=Han}]{0,32})$/iu
const EMOJI = /(?<![a-z0-9:：/])([:：])([\p{L}+][\p{L}\p{N}_+-]{1,31}|-1|\p{sc=Han})([:：]?)$/iu

export function triggerAt(text: string, caret: number): Trigger | null {
  const start = Math.max(0, caret - MOST)
  const before = text.slice(start, caret)
  const begun = (match: RegExpExecArray, kind: Trigger['kind'], query: string) => ({
    kind,
    from: start + match.index,
    to: caret,
    query,
    isEager: true,
    isClosed: false,
  })
  const command = start === 0 ? COMMAND.exec(before) : null
  if (command) return begun(command, 'command', command[1]!)
  const person = PERSON.exec(before)
  if (person) return begun(person, 'person', person[1]!)
  const room = ROOM.exec(before)
  if (room) return begun(room, 'room', room[1]!)
  const emoji = EMOJI.exec(before)
  if (!emoji) return null
  const [, sign, query = '', closing] = emoji
  const isClosed = closing !== ''
  return { ...begun(emoji, 'emoji', query), isEager: sign === ':' && !/\p{sc=Han}/u.test(query), isClosed }
}
