// What somebody wrote whom one has blocked: in the room, quoted, passed on, pinned, searched and in a thread.
import type { Page } from '@playwright/test'
import { audit } from './axe'
import { enter, expect, LOBBY, log, test } from './stage'

const words = 'cheap watches'

async function hides(page: Page): Promise<void> {
  await expect(page.getByText('message hidden').first()).toBeVisible()
  await expect(page.getByText(words)).toHaveCount(0)
}

test('nothing of it is seen, and it can be shown', async ({ server, open }) => {
  const mei = await server.setUp('mei', 'Mei')
  const ben = await server.register('ben', 'Ben')
  const ola = await server.register('ola', 'Ola')
  const post = (body: object, who = ola) => server.ask('POST', `/rooms/${LOBBY}/messages`, body, who)
  await server.post(ola, 'Tea at four?')
  await server.post(ben, words)
  await server.post(ben, `more ${words}`)
  await post({ text: 'Please stop', reply: 2 })
  await post({ text: '', forward: { room: LOBBY, seq: 2 } })
  await post({ text: `these ${words}`, thread: 1 }, ben)
  await server.ask('PUT', `/rooms/${LOBBY}/messages/2/pin`, undefined, mei)
  const { user } = await (await server.ask('GET', '/session', undefined, ben)).json()
  await server.ask('PUT', `/blocks/${user.id}`, undefined, mei)

  const page = await open(mei)
  await enter(page)
  await expect(log(page).getByText('2 messages hidden')).toHaveCount(2)
  await expect(log(page).locator('[data-seq="4"]').getByRole('button', { name: 'One message hidden' })).toBeVisible()
  await hides(page)
  await audit(page)

  await page.goto(`/rooms/${LOBBY}/threads/1`)
  await expect(page.getByRole('complementary', { name: 'Thread' }).getByText('One message hidden')).toBeVisible()
  await expect(page.getByText(words)).toHaveCount(0)
  await page.goto(`/search?q=watches`)
  await hides(page)
  await page.goto(`/rooms/${LOBBY}/info`)
  await page.getByRole('button', { name: 'Pinned' }).click()
  await hides(page)

  // The way from there leads to the line in the room, which shows what it stands for.
  await page.getByRole('dialog').getByRole('link').click()
  await expect(page).toHaveURL(`/rooms/${LOBBY}#m-2`)
  await log(page).getByRole('button', { name: 'Show' }).first().click()
  await expect(log(page).locator('[data-seq="2"]')).toContainText(words)
  await expect(log(page).locator('[data-seq="3"]')).toContainText(words)
  await expect(log(page).locator('[data-seq="4"]').getByRole('button', { name: words })).toBeVisible()
})
