// What a page holds of a thread: the message that began it, a stretch of its messages up to the newest, and what comes.
import {
  computed,
  onScopeDispose,
  ref,
  shallowReactive,
  shallowRef,
  type ComputedRef,
  type Ref,
  type ShallowRef,
} from 'vue'
import { fromMessage, useMessages, type ChatRow } from '@/stores/messages'
import { usePeople } from '@/stores/people'
import { useQuotes } from '@/stores/quotes'
import type { ErrorCode, MessageRow, RoomId, Seq, ThreadPage } from '@/wire/frames'
import { call, codeOf } from '@/wire/http'

const PAGE = 50

export interface Thread {
  /** The message that began it; null before it is there. */
  first: ShallowRef<ChatRow | null>
  /** In order, what is not stored yet last. */
  rows: ComputedRef<ChatRow[]>
  atStart: Ref<boolean>
  loaded: Ref<boolean>
  loading: Ref<'newest' | 'older' | null>
  error: Ref<ErrorCode | null>
  load(): Promise<void>
  loadOlder(): Promise<void>
}

export function useThread(room: RoomId, thread: Seq): Thread {
  const messages = useMessages()
  const people = usePeople()
  const quotes = useQuotes()

  const first = shallowRef<ChatRow | null>(null)
  const held = shallowReactive(new Map<Seq, ChatRow>())
  const atStart = ref(false)
  const loaded = ref(false)
  const loading = ref<'newest' | 'older' | null>(null)
  const error = ref<ErrorCode | null>(null)
  /** Of the page that is awaited; what was asked for before a reset is of another history. */
  let turn = 0

  const lowest = (): Seq => Math.min(...held.keys())

  function take(message: MessageRow): void {
    if (message.seq === thread) {
      if ((first.value?.rev ?? 0) < message.rev) first.value = fromMessage(message)
    } else if (message.thread === thread && (held.get(message.seq)?.rev ?? 0) < message.rev) {
      held.set(message.seq, fromMessage(message))
    }
  }

  /** An event: older than what is held it belongs to a page that has not come. */
  function receive(message: MessageRow | null): void {
    if (message === null) void load()
    else if (!loaded.value || atStart.value || message.seq === thread || message.seq >= lowest()) take(message)
  }

  async function ask(what: 'newest' | 'older', before?: Seq): Promise<ThreadPage | null> {
    const mine = ++turn
    loading.value = what
    error.value = null
    try {
      const query = { limit: PAGE, ...(before && { before }) }
      const page = await call<ThreadPage>('GET', `/rooms/${room}/threads/${thread}`, { query })
      if (mine !== turn) return null
      people.put(...page.users)
      quotes.put(page.quoted)
      return page
    } catch (problem) {
      if (mine === turn) error.value = codeOf(problem)
      return null
    } finally {
      if (mine === turn) loading.value = null
    }
  }

  /** The newest stretch; what was held of it before is dropped, but for what came meanwhile. */
  async function load(): Promise<void> {
    held.clear()
    loaded.value = false
    const page = await ask('newest')
    if (!page) return
    const from = page.messages[0]?.seq
    if (!page.at_start && from) for (const seq of held.keys()) if (seq < from) held.delete(seq)
    for (const message of [page.first, ...page.messages]) take(message)
    atStart.value = page.at_start
    loaded.value = true
  }

  async function loadOlder(): Promise<void> {
    if (!loaded.value || atStart.value || loading.value) return
    const page = await ask('older', lowest())
    if (!page) return
    for (const message of page.messages) take(message)
    atStart.value = page.at_start
  }

  /* What is on its way, and what has just been stored, stands in the room's own list first. */
  const rows = computed(() => {
    const all = new Map<Seq, ChatRow>(held)
    const waiting: ChatRow[] = []
    for (const item of messages.view(room).items) {
      if (item.kind !== 'row' || item.row.more.thread !== thread) continue
      const { row } = item
      if (row.seq === null) waiting.push(row)
      else if (all.has(row.seq) || (loaded.value && (atStart.value || row.seq > lowest()))) {
        const was = all.get(row.seq)
        if (!was || row.rev >= was.rev) all.set(row.seq, row)
      }
    }
    return [...[...all.values()].sort((a, b) => a.seq! - b.seq!), ...waiting]
  })

  onScopeDispose(messages.onRow(room, receive))
  return { first, rows, atStart, loaded, loading, error, load, loadOlder }
}
