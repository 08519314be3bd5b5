// Without a network, and after a reload: what this device last saw is there, and what is written goes out later, once.
import type { Page } from '@playwright/test'
import { audit } from './axe'
import { Cable, composer, enter, expect, LOBBY, log, PHONE, screen, test, WIDE } from './stage'

/** The worker has laid in the page, and rules it. */
async function laidIn(page: Page): Promise<void> {
  await page.evaluate(async () => {
    await navigator.serviceWorker.ready
    while (!(await caches.match('/index.html'))) await new Promise((resolve) => setTimeout(resolve, 100))
  })
  await page.reload()
  await expect(composer(page)).toBeVisible()
}

async function look(page: Page, name: string): Promise<void> {
  await audit(page)
  if (process.env.PICTURES) await page.screenshot({ path: `${process.env.PICTURES}/${name}.png` })
}

/** How many records each part of the database holds. */
async function records(page: Page): Promise<Record<string, number>> {
  return page.evaluate(
    () =>
      new Promise<Record<string, number>>((resolve, reject) => {
        const opening = indexedDB.open('webchat')
        opening.onerror = () => reject(opening.error)
        opening.onsuccess = () => {
          const db = opening.result
          const found: Record<string, number> = {}
          const transaction = db.transaction([...db.objectStoreNames])
          for (const name of db.objectStoreNames) {
            const counting = transaction.objectStore(name).count()
            counting.onsuccess = () => (found[name] = counting.result)
          }
          transaction.oncomplete = () => {
            db.close()
            resolve(found)
          }
        }
      }),
  )
}

for (const [width, options, words] of [
  ['wide', WIDE, { offline: 'You are offline.', shown: 'as last seen here', signOut: 'Sign out', send: 'Send' }],
  [
    'phone, in Chinese',
    { ...PHONE, locale: 'zh-CN' },
    { offline: '你已离线。', shown: '上次看到的内容', signOut: '退出登录', send: '发送' },
  ],
] as const)
  test(`rooms and messages are there without a network after a reload, ${width}`, async ({
    server,
    open,
    complaints,
  }) => {
    complaints.lineBreaks = true
    const mei = await server.setUp('mei', 'Mei')
    const ola = await server.register('ola', 'Ola')
    const other = await (await server.ask('POST', '/rooms', { title: 'Garden' }, mei)).json()
    for (const text of ['Tea at three?', '好的，三点见']) await server.post(ola, text)
    const cable = await Cable.to(server)
    complaints.know(cable.url)
    const page = await open(mei, { ...options, baseURL: cable.url, serviceWorkers: 'allow' })
    await enter(page)
    await laidIn(page)
    await expect(log(page)).toContainText('好的，三点见')

    await page.context().setOffline(true)
    cable.pull()
    await page.reload()
    await expect(log(page)).toContainText('Tea at three?')
    await expect(log(page)).toContainText('好的，三点见')
    await expect(log(page).getByText('Ola').first()).toBeVisible()
    await expect(page.getByText(words.offline).filter({ visible: true })).toBeVisible()
    await expect(page.getByText(words.shown).filter({ visible: true })).toBeVisible()
    await look(page, `offline-room-${options === WIDE ? 'wide-en' : 'phone-zh'}`)
    await composer(page).fill('written on the train')
    await page.getByRole('button', { name: words.send, exact: true }).click()

    await page.goto('/')
    await expect(page.getByRole('link', { name: 'Garden' })).toBeVisible()
    await expect(page.getByRole('link', { name: 'Lobby' })).toBeVisible()
    if (options !== WIDE) await look(page, 'offline-list-phone-zh')
    await page.goto(`/rooms/${other.room}`)
    await expect(composer(page)).toBeVisible()
    await page.goto(`/rooms/${LOBBY}`)
    await expect(log(page)).toContainText('written on the train')

    await server.post(ola, 'Where are you?')
    await server.ask('DELETE', `/rooms/${LOBBY}/messages/1`, undefined, ola)
    cable.plugIn()
    await page.context().setOffline(false)
    const said = ['', '好的，三点见', 'Where are you?', 'written on the train']
    await expect
      .poll(async () => (await server.history(mei)).map(({ text }) => text), { timeout: 30_000 })
      .toEqual(said)
    await expect(async () =>
      expect((await screen(page)).map(({ text }) => text).filter(Boolean)).toEqual(said.filter(Boolean)),
    ).toPass()
    await expect(page.getByText(words.shown).filter({ visible: true })).toHaveCount(0)

    await page.goto('/settings')
    await page.getByRole('button', { name: words.signOut }).first().click()
    await page.getByRole('alertdialog').getByRole('button', { name: words.signOut }).click()
    await expect(page).toHaveURL(/sign-in/)
    await expect.poll(() => records(page)).toEqual({ outbox: 0, drafts: 0, shells: 0, logs: 0 })
    expect(await page.evaluate(() => localStorage.getItem('webchat.user'))).toBeNull()
  })

test('a start with a slow server shows the room first, then the unread line', async ({ server, open }) => {
  const mei = await server.setUp('mei', 'Mei')
  const ola = await server.register('ola', 'Ola')
  await server.post(ola, 'before')
  const page = await open(mei)
  await enter(page)
  await expect(log(page)).toContainText('before')
  await expect
    .poll(async () => (await (await server.ask('GET', `/rooms/${LOBBY}`, undefined, mei)).json()).read)
    .toBe(1)
  await page.goto('about:blank')
  for (const text of ['while away 1', 'while away 2']) await server.post(ola, text)

  let goOn = (): void => undefined
  const held = new Promise<void>((resolve) => (goOn = resolve))
  await page.route('**/api/v1/**', async (route) => {
    await held
    await route.continue()
  })
  await page.routeWebSocket(/\/ws$/, async (line) => {
    await held
    line.connectToServer()
  })
  await page.goto(`/rooms/${LOBBY}`)
  await expect(log(page)).toContainText('before')
  await expect(log(page)).not.toContainText('while away')
  goOn()
  await expect(log(page)).toContainText('while away 2')
  await expect(log(page).locator('[data-unread]')).toBeVisible()
})

test('a draft emptied and a message read right before a reload stay so', async ({ server, open }) => {
  const mei = await server.setUp('mei', 'Mei')
  const ola = await server.register('ola', 'Ola')
  const page = await open(mei)
  await enter(page)
  await composer(page).fill('half a thought')
  await page.waitForTimeout(600)
  await page.reload()
  await expect(composer(page)).toHaveValue('half a thought')
  await composer(page).fill('')
  await page.reload()
  await expect(log(page)).toBeVisible()
  await page.waitForTimeout(500)
  await expect(composer(page)).toHaveValue('')

  await server.post(ola, 'Look at this')
  // Seen after half a second, and told one second later.
  await expect(log(page)).toContainText('Look at this')
  await page.waitForTimeout(700)
  await page.goto('about:blank')
  await expect
    .poll(async () => (await (await server.ask('GET', `/rooms/${LOBBY}`, undefined, mei)).json()).read)
    .toBe(1)
})
