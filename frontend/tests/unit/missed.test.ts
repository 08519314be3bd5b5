// When notifications are offered: after the second call that nobody saw, never to who has been asked.
import { createPinia, setActivePinia } from 'pinia'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { setServerNow } from '@/lib/clock'
import { isCall } from '@/features/notify/rules'
import { useMissed } from '@/features/notify/missed'
import type { MessageRow } from '@/wire/frames'

const DAY = 86_400_000
const START = 1_700_000_000_000

/** The browser, whose answer is *answer*. */
function browser(permission: NotificationPermission, answer: NotificationPermission = 'default'): void {
  vi.stubGlobal('Notification', { permission, requestPermission: () => Promise.resolve(answer) })
}

/** A page of its own. */
function page() {
  setActivePinia(createPinia())
  return useMissed()
}

beforeEach(() => {
  localStorage.clear()
  setServerNow(START)
  browser('default')
})

afterEach(() => {
  vi.unstubAllGlobals()
})

describe('the offer', () => {
  it('comes with the second call, over reloads', async () => {
    const missed = page()
    expect(missed.isDue).toBe(false)
    missed.note()
    expect(missed.isDue).toBe(false)
    await vi.waitUntil(() => localStorage.getItem('webchat.missedCalls') === '1')
    const again = page()
    again.note()
    expect(again.isDue).toBe(true)
  })

  it('put off stays away for thirty days, and then needs two calls again', () => {
    const missed = page()
    missed.note()
    missed.note()
    missed.later()
    for (const days of [0, 29]) {
      setServerNow(START + days * DAY)
      missed.note()
      missed.note()
      expect(missed.isDue).toBe(false)
    }
    setServerNow(START + 31 * DAY)
    missed.note()
    expect(missed.isDue).toBe(false)
    missed.note()
    expect(missed.isDue).toBe(true)
  })

  it.each(['granted', 'denied'] as const)('does not come where the browser has said %s', (permission) => {
    browser(permission)
    const missed = page()
    missed.note()
    missed.note()
    expect(missed.isDue).toBe(false)
  })

  it('does not come where there are no notifications', () => {
    vi.unstubAllGlobals()
    Reflect.deleteProperty(window, 'Notification')
    const missed = page()
    missed.note()
    missed.note()
    expect(missed.isDue).toBe(false)
  })

  it.each(['granted', 'denied', 'default'] as const)(
    'is over once the browser was asked and said %s',
    async (answer) => {
      browser('default', answer)
      const missed = page()
      missed.note()
      missed.note()
      await missed.turnOn()
      expect(missed.isDue).toBe(false)
      missed.note()
      missed.note()
      expect(missed.isDue).toBe(false)
    },
  )
})

describe('a call', () => {
  const row = (more: Partial<MessageRow> = {}) =>
    ({ type: 'message', room: 1, rev: 3, seq: 2, author: 8, text: 'hi', created: 5, ...more }) as MessageRow

  it('is by name, with everybody, or in a conversation', () => {
    expect(isCall(row(), { kind: 'public' }, 7)).toBe(false)
    expect(isCall(row({ mentions: [7] }), { kind: 'public' }, 7)).toBe(true)
    expect(isCall(row({ everyone: 'all' }), { kind: 'private' }, 7)).toBe(true)
    expect(isCall(row(), { kind: 'direct' }, 7)).toBe(true)
  })
})
