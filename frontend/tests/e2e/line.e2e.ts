// The line breaks, by a killed server or a lost network: nothing is lost, doubled or out of order.
import type { Page } from '@playwright/test'
import type { Line } from './server'
import { Cable, composer, enter, expect, expectHistory, log, say, screen, test, WIDE } from './stage'

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

test('a tab without network catches up and sends what waited, once', async ({ server, open, complaints }) => {
  complaints.lineBreaks = true
  const mei = await server.setUp('mei', 'Mei')
  const cable = await Cable.to(server)
  complaints.know(cable.url)
  const here = await open(mei)
  const away = await open(await server.register('ola', 'Ola'), { ...WIDE, baseURL: cable.url })
  await enter(here)
  await enter(away)
  await say(away, 'before')
  await expect(log(here)).toContainText('before')

  await away.context().setOffline(true)
  cable.pull()
  await expect(away.getByText('You are offline.')).toBeVisible()
  for (const text of ['one', 'two', 'three']) await say(here, text)
  for (const text of ['mine 1', 'mine 2']) await say(away, text)
  await expect(log(away).getByText('Waiting for network')).toHaveCount(2)
  await expect.poll(async () => (await server.history(mei)).length).toBe(4)
  expect((await screen(away)).map((line) => line.text)).toEqual(['before', 'mine 1', 'mine 2'])

  cable.plugIn()
  await away.context().setOffline(false)
  await expect(async () => {
    const texts = (await server.history(mei)).map((line) => line.text)
    expect(texts).toEqual(['before', 'one', 'two', 'three', 'mine 1', 'mine 2'])
  }).toPass({ timeout: 20_000 })
  for (const page of [here, away]) await expectHistory(page, () => server.history(mei))
  await expect(log(away).getByText('Waiting for network')).toHaveCount(0)
  await expect(away.getByText('You are offline.')).toHaveCount(0)
})
