// The line breaks, by a killed server or a lost network: nothing is lost, doubled or out of order.
import type { Page } from '@playwright/test'
import type { Line } from './server'
import { Cable, composer, enter, expect, expectHistory, LOBBY, log, say, screen, test, WIDE } from './stage'

const EACH = 12

test('the server is killed while two people write: every message once, in the same order', async ({
  server,
  open,
  complaints,
}) => {
  complaints.lineBreaks = true
  const mei = await server.setUp('mei', 'Mei')
  const pages = { mei: await open(mei), ola: await open(await server.register('ola', 'Ola')) }
  for (const page of Object.values(pages)) await enter(page)

  async function write(page: Page, name: string): Promise<void> {
    for (let at = 1; at <= EACH; at += 1) {
      await composer(page).pressSequentially(`${name} ${at}`)
      await composer(page).press('Enter')
    }
  }
  const taken: Line[] = []
  async function kill(): Promise<void> {
    await expect
      .poll(async () => (await server.history(mei)).length, { intervals: [20] })
      .toBeGreaterThanOrEqual(EACH / 2)
    await server.kill()
    for (const page of Object.values(pages)) taken.push(...(await screen(page)).filter((line) => line.seq !== null))
  }
  await Promise.all([write(pages.mei, 'mei'), write(pages.ola, 'ola'), kill()])
  for (const page of Object.values(pages)) await expect(page.getByText('Reconnecting…')).toBeVisible()
  await composer(pages.ola).fill('half a thought')
  expect((await screen(pages.mei)).some((line) => line.seq === null)).toBe(true)

  await server.start()
  const all = ['mei', 'ola'].flatMap((name) => Array.from({ length: EACH }, (_, at) => `${name} ${at + 1}`))
  await expect
    .poll(async () => (await server.history(mei)).map((line) => line.text).toSorted(), { timeout: 25_000 })
    .toEqual(all.toSorted())
  const history = await server.history(mei)
  for (const page of Object.values(pages)) await expectHistory(page, async () => history)
  for (const line of taken) expect(history, 'what was acknowledged before').toContainEqual(line)
  for (const name of ['mei', 'ola']) {
    const own = history.map((line) => line.text).filter((text) => text.startsWith(name))
    expect(own, 'each in the order of writing').toEqual(all.filter((text) => text.startsWith(name)))
  }
  await expect(composer(pages.ola)).toHaveValue('half a thought')
})

const SOON = 12_000

test('a line that died without a word is found out as soon as there is reason to doubt it', async ({
  server,
  open,
  complaints,
}) => {
  complaints.lineBreaks = true
  const mei = await server.setUp('mei', 'Mei')
  const cable = await Cable.to(server)
  complaints.know(cable.url)
  const away = await open(await server.register('ola', 'Ola'), { ...WIDE, baseURL: cable.url })
  await enter(away)

  // The network goes, and the browser knows.
  cable.silence()
  await away.context().setOffline(true)
  await expect(away.getByText('You are offline.')).toBeVisible({ timeout: 1_000 })
  await say(away, 'into the dark')
  await expect(log(away).getByText('Waiting for network')).toBeVisible()
  await server.post(mei, 'first')
  cable.plugIn()
  await away.context().setOffline(false)
  await expect.poll(() => server.history(mei), { timeout: SOON }).toHaveLength(2)
  await expectHistory(away, () => server.history(mei))
  await expect(away.getByText('You are offline.')).toHaveCount(0)

  // It goes and comes back as another one, and nothing tells but the page being looked at again.
  cable.silence()
  await server.post(mei, 'second')
  cable.plugIn()
  await away.evaluate(() => document.dispatchEvent(new Event('visibilitychange')))
  await expect(log(away)).toContainText('second', { timeout: SOON })
  await expectHistory(away, () => server.history(mei))
})

test('a tab without network catches up and sends what waited, once', async ({ server, open, complaints }) => {
  complaints.lineBreaks = true
  const mei = await server.setUp('mei', 'Mei')
  const cable = await Cable.to(server)
  complaints.know(cable.url)
  const here = await open(mei)
  const away = await open(await server.register('ola', 'Ola'), { ...WIDE, baseURL: cable.url })
  await enter(here)
  await enter(away)
  await say(here, 'to be edited')
  await say(here, 'to be deleted')
  await say(away, 'before')
  await expect(log(here)).toContainText('before')
  await expect(log(away)).toContainText('to be deleted')

  await away.context().setOffline(true)
  cable.pull()
  await expect(away.getByText('You are offline.')).toBeVisible()
  const missed = Array.from({ length: 60 }, (_, at) => `missed ${at + 1}`)
  for (const text of missed) await server.post(mei, text)
  await server.ask('PATCH', `/rooms/${LOBBY}/messages/1`, { text: 'edited meanwhile' }, mei)
  await server.ask('DELETE', `/rooms/${LOBBY}/messages/2`, undefined, mei)
  await server.ask('PATCH', `/rooms/${LOBBY}`, { title: 'Renamed meanwhile' }, mei)
  await server.register('kim', 'Kim')
  for (const text of ['mine 1', 'mine 2']) await say(away, text)
  await expect(log(away).getByText('Waiting for network')).toHaveCount(2)
  expect((await screen(away)).map((line) => line.text)).toEqual([
    'to be edited',
    'to be deleted',
    'before',
    'mine 1',
    'mine 2',
  ])

  cable.plugIn()
  await away.context().setOffline(false)
  await expect(async () => {
    const texts = (await server.history(mei)).map((line) => line.text)
    expect(texts).toEqual(['edited meanwhile', '', 'before', ...missed, 'mine 1', 'mine 2'])
  }).toPass({ timeout: 20_000 })
  for (const page of [here, away]) await expectHistory(page, () => server.history(mei))
  await expect(away.getByRole('heading', { name: 'Renamed meanwhile' })).toBeVisible()
  await expect(away.getByRole('complementary').getByText('Kim', { exact: true })).toBeVisible()
  await expect(log(away).getByText('Waiting for network')).toHaveCount(0)
  await expect(away.getByText('You are offline.')).toHaveCount(0)
})
