// What is told to oneself alone, of commands that one has given: shown beside the field, gone with the page.
import { defineStore } from 'pinia'
import { shallowReactive } from 'vue'
import type { Notice, UserCard } from '@/wire/frames'
import { draftPlace, type DraftPlace } from './drafts'
import { useUi } from './ui'

export interface Aside {
  id: number
  text: string
  /** The command it came of, without its slash. */
  command: string
  /** The bot that says it. */
  by?: UserCard
  /** A bot has been asked: its answer takes this one's place. */
  isWaiting?: boolean
  /** The command is not known: the line as it was written, and what may have been meant. */
  unknown?: { line: string; suggestions: readonly string[] }
}

const MOST = 20

export const useAsides = defineStore('asides', () => {
  const held = shallowReactive(new Map<DraftPlace, readonly Aside[]>())
  let last = 0

  function of(place: DraftPlace): readonly Aside[] {
    return held.get(place) ?? []
  }

  function keep(place: DraftPlace, asides: readonly Aside[]): void {
    if (asides.length > 0) held.set(place, asides.slice(-MOST))
    else held.delete(place)
  }

  function add(place: DraftPlace, aside: Omit<Aside, 'id'>): void {
    const others = of(place).filter((one) => !one.unknown && !(one.isWaiting && one.command === aside.command))
    keep(place, [...others, { ...aside, id: ++last }])
    useUi().announce(aside.text)
  }

  function receive({ room, thread, text, command, user, code }: Notice): void {
    add(draftPlace(room, thread), { text, command, ...(code === 'reply' && { by: user }) })
  }

  function dismiss(place: DraftPlace, id: number): void {
    keep(
      place,
      of(place).filter((one) => one.id !== id),
    )
  }

  /** Another line is being given: what was said of an unknown one is over. */
  function forgetUnknown(place: DraftPlace): void {
    keep(
      place,
      of(place).filter((one) => !one.unknown),
    )
  }

  return { of, add, receive, dismiss, forgetUnknown, clear: () => held.clear() }
})
