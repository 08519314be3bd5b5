// Being told: the title and icon of the tab, notifications, the page without a line, devices that sign up for pushes.
import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import type { Page } from '@playwright/test'
import { audit } from './axe'
import { composer, enter, expect, log, PHONE, say, test, WIDE } from './stage'

const AXE = createRequire(import.meta.url).resolve('axe-core/axe.min.js')

interface Told {
  title: string
  body?: string
  tag?: string
}

async function auditFor(page: Page, name: string): Promise<void> {
  await audit(page)
  if (process.env.PICTURES) await page.screenshot({ path: `${process.env.PICTURES}/${name}.png` })
}

/** Notifications as the page makes them, in place of those of the desktop. */
async function listen(page: Page, permission: NotificationPermission = 'granted'): Promise<() => Promise<Told[]>> {
  await page.addInitScript((start) => {
    const made: (Told & { onclick?: () => void })[] = []
    class Notice {
      static permission = localStorage.getItem('allowed') ? ('granted' as const) : start
      static requestPermission() {
        if (start === 'default') localStorage.setItem('allowed', 'yes')
        return Promise.resolve((Notice.permission = start === 'default' ? 'granted' : start))
      }
      onclick?: () => void
      constructor(
        readonly title: string,
        readonly options: NotificationOptions,
      ) {
        made.push(Object.assign(this, options))
      }
      close(): void {
        this.onclick = undefined
      }
    }
    Object.assign(window, { Notification: Notice, made })
  }, permission)
  return () =>
    page.evaluate(() =>
      (window as unknown as { made: Told[] }).made.map(({ title, body, tag }) => ({ title, body, tag })),
    )
}

const click = (page: Page, at: number) =>
  page.evaluate((index) => (window as unknown as { made: { onclick(): void }[] }).made[index]!.onclick(), at)

const icon = (page: Page) => page.locator('link[rel="icon"]').getAttribute('href')

test('what is meant for one is counted in the title, shown by the icon, and told', async ({ server, open }) => {
  const mei = await server.setUp('mei', 'Mei')
  const ola = await server.register('ola', 'Ola')
  const answer = await server.ask('POST', '/directs', { users: [2] }, mei)
  const { room } = (await answer.json()) as { room: number }
  const page = await open(mei)
  const told = await listen(page, 'default')
  await page.goto('/settings/notifications')
  await page.getByRole('button', { name: 'Turn on notifications' }).click()
  await expect(page.getByText('tells you of new messages while the chat is open')).toBeVisible()

  await server.post(ola, 'Who brings cups?')
  await expect(page).toHaveTitle(/^• /)
  expect(await icon(page)).toBe('/favicon-unread.svg')
  await expect.poll(told).toEqual([{ title: 'Ola · # Lobby', body: 'Who brings cups?', tag: 'room-1' }])

  await server.post(ola, 'psst', room)
  await expect(page).toHaveTitle(/^\(1\) /)
  expect(await icon(page)).toBe('/favicon-mention.svg')
  await expect.poll(told).toHaveLength(2)
  expect((await told())[1]).toEqual({ title: 'Ola', body: 'psst', tag: `room-${room}` })

  // A click leads to the message; who looks at the room is told nothing.
  await click(page, 0)
  await expect(page).toHaveURL(/\/rooms\/1#m-1$/)
  await expect(log(page).locator('[data-seq="1"]')).toBeInViewport()
  await server.post(ola, 'And biscuits?')
  await expect(log(page).locator('[data-seq="2"]')).toBeVisible()
  await page.waitForTimeout(600)
  expect(await told()).toHaveLength(2)

  // Text that is to be hidden is.
  await page.goto('/settings/notifications')
  await page.getByText('Only that there is one').click()
  await server.post(ola, 'a secret')
  await expect.poll(told).toEqual([{ title: 'Ola · # Lobby', body: '1 new message', tag: 'room-1' }])
})

for (const [width, options, words] of [
  ['wide', WIDE, { ask: 'Shall this device tell you?', on: 'Turn on', later: 'Not now' }],
  ['phone, in Chinese', { ...PHONE, locale: 'zh-CN' }, { ask: '要让这台设备提醒你吗', on: '开启提醒', later: '暂不' }],
] as const)
  test(`notifications are offered after the second call that nobody saw, ${width}`, async ({ server, open }) => {
    const mei = await server.setUp('mei', 'Mei')
    const ola = await server.register('ola', 'Ola')
    const answer = await server.ask('POST', '/directs', { users: [2] }, mei)
    const { room } = (await answer.json()) as { room: number }
    const page = await open(mei, options)
    const told = await listen(page, 'default')
    const look = (isAway: boolean) =>
      page.evaluate((hidden) => {
        Object.defineProperty(document, 'visibilityState', { value: hidden ? 'hidden' : 'visible', configurable: true })
        document.dispatchEvent(new Event('visibilitychange'))
      }, isAway)
    await page.goto('/browse')
    await expect(page.getByRole('link', { name: 'Lobby' }).first()).toBeAttached()
    await page.waitForTimeout(1_000)
    if (options !== WIDE) {
      await page.getByRole('link', { name: '聊天' }).click()
      await expect(page).toHaveURL(/\/$/)
    }
    const offer = page.getByText(words.ask)

    await look(true)
    await server.post(ola, 'to everybody, and so to nobody')
    await server.post(ola, 'psst', room)
    await expect(page).toHaveTitle(/^\(1\) /)
    await page.waitForTimeout(600)
    await expect(offer).toHaveCount(0)
    await server.post(ola, '@mei are you there?')
    await expect(offer).toHaveCount(1)
    await look(false)
    await expect(offer).toBeVisible()
    await auditFor(page, `offer-${options === WIDE ? 'wide-en' : 'phone-zh'}`)

    if (options === WIDE) {
      await page.getByRole('button', { name: words.on }).click()
      await expect(offer).toHaveCount(0)
      await server.post(ola, 'now you hear me', room)
      await expect.poll(told).toHaveLength(1)
    } else {
      await page.getByRole('button', { name: words.later }).click()
      await expect(offer).toHaveCount(0)
      await page.reload()
      await look(true)
      for (const text of ['psst', 'psst!']) await server.post(ola, text, room)
      await expect(page).toHaveTitle(/^\(4\) /)
      await page.waitForTimeout(600)
      await expect(offer).toHaveCount(0)
    }
  })

test('of several tabs one tells', async ({ server, open }) => {
  const mei = await server.setUp('mei', 'Mei')
  const ola = await server.register('ola', 'Ola')
  const first = await open(mei)
  const second = await first.context().newPage()
  const heard = await Promise.all([first, second].map((page) => listen(page)))
  await first.addInitScript(() => localStorage.setItem('webchat.notices', 'true'))
  await second.addInitScript(() => localStorage.setItem('webchat.notices', 'true'))
  for (const page of [first, second]) {
    await page.goto('/browse')
    await expect(page.getByRole('link', { name: 'Lobby' }).first()).toBeVisible()
  }
  await first.waitForTimeout(500)
  await server.post(ola, 'Tea')
  await expect.poll(async () => (await Promise.all(heard.map((told) => told()))).flat()).toHaveLength(1)
  await first.waitForTimeout(600)
  expect((await Promise.all(heard.map((told) => told()))).flat()).toHaveLength(1)
})

test('the page starts without a line, and is whole again with it', async ({ server, open, complaints }) => {
  const mei = await server.setUp('mei', 'Mei')
  complaints.lineBreaks = true
  const page = await open(mei, { ...WIDE, serviceWorkers: 'allow' })
  await enter(page)
  await page.evaluate(async () => {
    await navigator.serviceWorker.ready
    while (!(await caches.match('/index.html'))) await new Promise((resolve) => setTimeout(resolve, 100))
  })
  await page.reload()
  await expect(composer(page)).toBeVisible()
  await server.kill()
  await page.goto('/rooms/1')
  await say(page, 'back again')
  await expect(page.getByText('Shown as last seen here')).toBeVisible()
  await server.start()
  // It may have come back by itself meanwhile; then this does no harm.
  await page.evaluate(() => dispatchEvent(new Event('online')))
  await expect.poll(() => server.history(mei)).toEqual([{ seq: 1, text: 'back again' }])

  // Signing out leaves nothing of it behind.
  await page.goto('/settings/profile')
  await page.getByRole('button', { name: 'Sign out' }).first().click()
  await page.getByRole('alertdialog').getByRole('button', { name: 'Sign out' }).click()
  await expect(page).toHaveURL(/sign-in/)
  await expect.poll(() => page.evaluate(() => caches.keys())).toEqual([])
})

test('a device signs up for pushes, and shows how things stand', async ({ server, open }) => {
  const mei = await server.setUp('mei', 'Mei')
  const { key } = (await (await server.ask('GET', '/push/key', undefined, mei)).json()) as { key: string }
  expect(key).toMatch(/^B[\w-]{86}$/)
  const subscription = { endpoint: 'https://fcm.googleapis.com/fcm/send/x', p256dh: key, auth: 'A'.repeat(22) }
  const page = await open(mei)
  await page.addInitScript(
    ({ keys, endpoint }) => {
      // Chromium's own push service cannot be reached from here: the worker of the page is played.
      const made = { toJSON: () => ({ endpoint, keys }), unsubscribe: () => Promise.resolve(true), options: {} }
      const pushManager = { getSubscription: () => Promise.resolve(null), subscribe: () => Promise.resolve(made) }
      const registration = { pushManager, getNotifications: () => Promise.resolve([]), active: null }
      const container = Object.assign(new EventTarget(), {
        register: () => Promise.resolve(registration),
        ready: Promise.resolve(registration),
        getRegistration: () => Promise.resolve(registration),
      })
      Object.defineProperty(navigator, 'serviceWorker', { value: container })
    },
    { endpoint: subscription.endpoint, keys: { p256dh: key, auth: subscription.auth } },
  )
  await listen(page, 'default')
  await page.goto('/settings/notifications')
  const sent = page.waitForResponse((answer) => answer.url().endsWith('/api/v1/push'))
  await page.getByRole('button', { name: 'Turn on notifications' }).click()
  expect((await sent).status()).toBe(204)
  expect((await sent).request().postDataJSON()).toEqual(subscription)
  await expect(page.getByText('also when no tab is open')).toBeVisible()
  const gone = page.waitForResponse((answer) => answer.request().method() === 'DELETE')
  await page.getByRole('button', { name: 'Turn off notifications' }).click()
  expect((await gone).status()).toBe(204)
  await expect(page.getByRole('button', { name: 'Turn on notifications' })).toBeVisible()
})

for (const [where, options] of [
  ['desk', WIDE],
  ['phone', PHONE],
] as const)
  test(`the settings of notifications are good to use (${where})`, async ({ server, open }) => {
    const mei = await server.setUp('mei', 'Mei')
    for (const language of ['en', 'zh-CN']) {
      const page = await open(mei, options)
      await page.addInitScript((locale) => localStorage.setItem('webchat.locale', locale), language)
      await listen(page, language === 'en' ? 'default' : 'denied')
      await page.goto('/settings/notifications')
      const box = page.getByRole('checkbox', { name: /Tell me nothing|在以下时段/ })
      if (!(await box.isChecked())) await box.check()
      await expect(page.getByLabel(/^(From|从)$/)).toBeVisible()
      await page.evaluate(await readFile(AXE, 'utf8'))
      const found = await page.evaluate(async () => {
        const { axe } = globalThis as unknown as { axe: { run(): Promise<{ violations: { id: string }[] }> } }
        return (await axe.run()).violations.map(({ id }) => id)
      })
      expect(found).toEqual([])
      if (process.env.LOOK) await page.screenshot({ path: `${process.env.LOOK}/notices-${where}-${language}.png` })
    }
  })

for (const [where, options] of [
  ['desk', WIDE],
  ['phone', PHONE],
] as const)
  test(`previews of links stand under the message, until they are taken away (${where})`, async ({ server, open }) => {
    const mei = await server.setUp('mei', 'Mei')
    await server.post(mei, 'Look: https://example.org/tea')
    const page = await open(mei, options)
    // The server reaches nobody from here: what it would have found is put into its answer.
    await page.route(/\/api\/v1\/rooms\/1\/messages\?/, async (route) => {
      const answer = await route.fetch()
      const found = (await answer.json()) as { messages: { previews?: object[] }[] }
      for (const message of found.messages)
        message.previews = [
          { url: 'https://example.org/tea', title: 'Tea & biscuits', description: '下午三点喝茶。', site: 'Kitchen' },
        ]
      await route.fulfill({ response: answer, json: found })
    })
    await enter(page)
    const card = log(page).getByRole('link', { name: /Tea & biscuits/ })
    await expect(card).toHaveAttribute('href', 'https://example.org/tea')
    await expect(card).toContainText('Kitchen · example.org')
    await page.evaluate(await readFile(AXE, 'utf8'))
    const wrong = await page.evaluate(async () => {
      const { axe } = globalThis as unknown as { axe: { run(): Promise<{ violations: { id: string }[] }> } }
      return (await axe.run()).violations.map(({ id }) => id)
    })
    expect(wrong).toEqual([])
    if (process.env.LOOK) await page.screenshot({ path: `${process.env.LOOK}/previews-${where}.png` })
    const asked = page.waitForResponse((answer) => answer.url().endsWith('/messages/1/previews'))
    await page.getByRole('button', { name: 'Remove the preview' }).click()
    expect((await asked).status()).toBe(200)
  })
