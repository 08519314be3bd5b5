// Whom one knows, who asks to be known, and of whom one wants to hear nothing.
import { defineStore } from 'pinia'
import { computed, ref, shallowReactive } from 'vue'
import type { BlockView, ContactChanged, ContactState, ContactView, MessageRow, Seq, UserId } from '@/wire/frames'
import { call } from '@/wire/http'
import { usePeople } from './people'
import { useUi } from './ui'

const PAGE = 200

/** A message, as it is told or as it is shown. */
type Told = Pick<MessageRow, 'room' | 'author' | 'forwarded'> & {
  seq: Seq | null
  more?: Pick<MessageRow, 'forwarded'>
}

export const useContacts = defineStore('contacts', () => {
  const known = shallowReactive(new Map<UserId, ContactView>())
  const blocked = shallowReactive(new Map<UserId, BlockView>())
  /** Messages that were asked to be seen all the same, by `room/seq`. */
  const revealed = shallowReactive(new Set<string>())
  const loaded = ref(false)
  let asked = 0

  const all = computed(() => [...known.values()].filter((one) => !blocked.has(one.user.id)))
  const contacts = computed(() => all.value.filter((one) => one.state === 'accepted'))
  const requests = computed(() => all.value.filter((one) => one.state === 'asks'))

  /** All of them, page by page; what cannot be had now is asked for with the next welcome. */
  async function load(): Promise<void> {
    const ticket = ++asked
    try {
      const found: ContactView[] = []
      for (let after: UserId | null = 0; after !== null;) {
        const page: { contacts: ContactView[]; next: UserId | null } = await call('GET', '/contacts', {
          query: { after, limit: PAGE },
        })
        found.push(...page.contacts)
        after = page.next
      }
      const blocks: BlockView[] = []
      for (let after: UserId | null = 0; after !== null;) {
        const page: { blocks: BlockView[]; next: UserId | null } = await call('GET', '/blocks', {
          query: { after, limit: PAGE },
        })
        blocks.push(...page.blocks)
        after = page.next
      }
      if (ticket !== asked) return
      known.clear()
      blocked.clear()
      for (const one of found) known.set(one.user.id, one)
      for (const one of blocks) blocked.set(one.user.id, one)
      usePeople().put(...found.map((one) => one.user), ...blocks.map((one) => one.user))
      loaded.value = true
    } catch {
      // The pages that need the list say so themselves.
    }
  }

  /** Of whom one wanted to hear nothing, as the device remembers it. */
  function recall(blocks: readonly BlockView[]): void {
    for (const one of blocks) blocked.set(one.user.id, one)
  }

  function receive(event: ContactChanged): void {
    const { user, state, note = '' } = event
    usePeople().put(user)
    if (state === 'asks' && known.get(user.id)?.state !== 'asks' && !event.blocked)
      useUi().toast('people.asks_you', { params: { name: usePeople().nameOf(user) } })
    if (state === 'none') known.delete(user.id)
    else known.set(user.id, { user, state, note, created: known.get(user.id)?.created ?? Date.now() })
    if (!event.blocked) blocked.delete(user.id)
    else if (!blocked.has(user.id)) blocked.set(user.id, { user, created: Date.now() })
  }

  const stateOf = (id: UserId): ContactState => known.get(id)?.state ?? 'none'
  const noteOf = (id: UserId): string => known.get(id)?.note ?? ''
  const isBlocked = (id: UserId): boolean => blocked.has(id)

  const nameOf = ({ room, seq }: Pick<Told, 'room' | 'seq'>): string => `${room}/${seq}`

  /** It was written, or said at first, by somebody whom one has blocked. */
  function hides(message: Told): boolean {
    if (blocked.size === 0) return false
    const first = (message.forwarded ?? message.more?.forwarded)?.author
    const isHers = isBlocked(message.author) || (first !== undefined && isBlocked(first))
    return isHers && !revealed.has(nameOf(message))
  }

  /** Shows them as long as the page lives. */
  function reveal(messages: readonly Pick<Told, 'room' | 'seq'>[]): void {
    for (const message of messages) revealed.add(nameOf(message))
  }

  async function ask(user: UserId, note: string): Promise<void> {
    const view = await call<ContactView>('POST', '/contacts', { body: { user, note } })
    known.set(user, view)
  }

  async function accept(user: UserId): Promise<void> {
    known.set(user, await call<ContactView>('PUT', `/contacts/${user}`))
  }

  async function remove(user: UserId): Promise<void> {
    await call('DELETE', `/contacts/${user}`)
    known.delete(user)
  }

  async function block(user: UserId): Promise<void> {
    await call('PUT', `/blocks/${user}`)
    const card = usePeople().card(user)
    if (card && !blocked.has(user)) blocked.set(user, { user: card, created: Date.now() })
  }

  async function unblock(user: UserId): Promise<void> {
    await call('DELETE', `/blocks/${user}`)
    blocked.delete(user)
  }

  function clear(): void {
    asked += 1
    known.clear()
    blocked.clear()
    revealed.clear()
    loaded.value = false
  }

  return {
    loaded,
    blocked,
    contacts,
    requests,
    load,
    recall,
    receive,
    stateOf,
    noteOf,
    isBlocked,
    hides,
    reveal,
    ask,
    accept,
    remove,
    block,
    unblock,
    clear,
  }
})
