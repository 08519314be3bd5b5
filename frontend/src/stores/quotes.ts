// Messages that others answer and that stand outside the windows: they come with pages, or are asked for one by one.
import { defineStore } from 'pinia'
import { shallowReactive } from 'vue'
import type { MessageRow, RoomId, Seq } from '@/wire/frames'
import { call, Refused } from '@/wire/http'
import { fromMessage, type ChatRow } from '@/wire/roomlog'

/* So many are kept; the oldest go first. */
const MOST = 500

export const useQuotes = defineStore('quotes', () => {
  /** Null: there is no such message. */
  const rows = shallowReactive(new Map<string, ChatRow | null>())
  const asked = new Set<string>()

  const keyOf = (room: RoomId, seq: Seq): string => `${room}/${seq}`

  function hold(key: string, row: ChatRow | null): void {
    rows.set(key, row)
    for (const old of rows.keys()) {
      if (rows.size <= MOST) break
      rows.delete(old)
      asked.delete(old)
    }
  }

  function put(messages: readonly MessageRow[] = []): void {
    for (const message of messages) {
      const key = keyOf(message.room, message.seq)
      if ((rows.get(key)?.rev ?? 0) < message.rev) hold(key, fromMessage(message))
    }
  }

  /** An event: of those that are held, the later state. */
  function receive(message: MessageRow): void {
    if (rows.has(keyOf(message.room, message.seq))) put([message])
  }

  /** What is known of it: undefined, nothing yet; it is then asked for. */
  function find(room: RoomId, seq: Seq): ChatRow | null | undefined {
    const key = keyOf(room, seq)
    const found = rows.get(key)
    if (found === undefined && !asked.has(key)) {
      asked.add(key)
      void ask(room, seq)
    }
    return found
  }

  async function ask(room: RoomId, seq: Seq): Promise<void> {
    const key = keyOf(room, seq)
    try {
      put([await call<MessageRow>('GET', `/rooms/${room}/messages/${seq}`)])
    } catch (error) {
      if (error instanceof Refused && error.code === 'no_such_message') hold(key, null)
      // Anything else may be better the next time it is looked at.
      else asked.delete(key)
    }
  }

  /** What was held of the room does not count any more. */
  function forget(room: RoomId): void {
    for (const key of new Set([...rows.keys(), ...asked])) {
      if (!key.startsWith(`${room}/`)) continue
      rows.delete(key)
      asked.delete(key)
    }
  }

  function clear(): void {
    rows.clear()
    asked.clear()
  }

  return { put, receive, find, forget, clear }
})
