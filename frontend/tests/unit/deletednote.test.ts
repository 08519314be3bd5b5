// What is left of a deleted message says when it went.
import { afterEach, beforeEach, expect, it } from 'vitest'
import { createApp, type App } from 'vue'
import DeletedNote from '@/features/chat/row/DeletedNote.vue'
import { setServerNow } from '@/lib/clock'
import { i18n, setLocale } from '@/lib/i18n'

const NOW = new Date(2026, 10, 26, 14, 2).getTime()
let app: App | undefined

async function show(at: number, locale: 'en' | 'zh-CN'): Promise<HTMLElement> {
  await setLocale(locale)
  const root = document.createElement('div')
  app = createApp(DeletedNote, { at })
  app.use(i18n)
  app.mount(root)
  return root.querySelector('time')!
}

beforeEach(() => setServerNow(NOW))

afterEach(() => app?.unmount())

it('names the clock of today, the date of other days, and all of it for who looks closer', async () => {
  const today = await show(NOW - 3_600_000, 'en')
  expect(today.textContent).toBe('Message deleted · 13:02')
  expect(today.title).toMatch(/November 26, 2026.*13:02:00/)
  expect(today.getAttribute('datetime')).toBe(new Date(NOW - 3_600_000).toISOString())
  app!.unmount()
  expect((await show(NOW - 30 * 86_400_000, 'en')).textContent).toBe('Message deleted · Oct 27')
})

it('does so in Chinese', async () => {
  expect((await show(NOW - 400 * 86_400_000, 'zh-CN')).textContent).toBe('消息已删除 · 2025年10月22日')
})
