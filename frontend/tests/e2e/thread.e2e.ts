// What goes with a message of a thread, and where the focus goes when something that was opened there closes.
import type { Page } from '@playwright/test'
import { audit } from './axe'
import { give, picture } from './pictures'
import { composer, enter, expect, LOBBY, log, test } from './stage'

const thread = (page: Page) => page.getByRole('complementary', { name: 'Thread' })
const field = (page: Page) => thread(page).getByRole('textbox', { name: 'Reply in the thread' })
const tray = (page: Page) => page.getByRole('list', { name: 'Files for this message' })

test('a file pasted in a thread appears there, and goes with a message of the thread', async ({ server, open }) => {
  const mei = await server.setUp('mei', 'Mei')
  const ola = await server.register('ola', 'Ola')
  await server.post(mei, 'Who brings cups?')
  const [page, other] = [await open(mei), await open(ola)]
  for (const one of [page, other]) await one.goto(`/rooms/${LOBBY}/threads/1`)
  await expect(field(page)).toBeVisible()

  await give(page, 'paste', '#composer-thread', picture('cups.png'))
  await give(page, 'drop', 'aside .scroller', picture('more.png', 200, 200))
  await expect(thread(page).getByRole('list', { name: 'Files for this message' }).getByRole('listitem')).toHaveCount(2)
  await expect(tray(page)).toHaveCount(1)
  await give(page, 'paste', '#composer', picture('room.png', 120, 90))
  await expect(tray(page)).toHaveCount(2)
  await audit(page)

  await field(page).fill('These')
  await field(page).press('Enter')
  for (const one of [page, other]) {
    await expect(thread(one).locator('[data-seq="2"]').getByRole('img')).toHaveCount(2)
    await expect(thread(one).locator('[data-seq="2"]').getByRole('img', { name: 'cups.png' })).toBeVisible()
  }
  // What lay in the room's tray lies there still.
  await expect(tray(page).getByRole('listitem')).toHaveText([/room\.png/])
  await composer(page).press('Enter')
  await expect(log(page).locator('[data-seq="3"]').getByRole('img', { name: 'room.png' })).toBeVisible()
  await expect(tray(page)).toHaveCount(0)
  const { thread: within } = await (await server.ask('GET', `/rooms/${LOBBY}/messages/3`, undefined, mei)).json()
  expect(within).toBeUndefined()
})

test('what is opened from a row of a thread gives the focus back to that row', async ({ server, open }) => {
  const mei = await server.setUp('mei', 'Mei')
  await server.post(mei, 'Who brings cups?')
  await server.ask('POST', `/rooms/${LOBBY}/messages`, { text: 'I do', thread: 1 }, mei)
  const page = await open(mei)
  await enter(page)
  await page.goto(`/rooms/${LOBBY}/threads/1`)
  const row = thread(page).locator('[data-seq="2"]')
  for (const [key, role] of [
    ['a', 'dialog'],
    ['Delete', 'alertdialog'],
  ] as const) {
    await row.focus()
    await page.keyboard.press(key)
    await expect(page.getByRole(role)).toBeVisible()
    await page.keyboard.press('Escape')
    await expect(page.getByRole(role)).toHaveCount(0)
    await expect(row).toBeFocused()
  }
  await row.hover()
  await row.getByRole('button', { name: 'More…' }).click()
  await page.getByRole('menuitem', { name: 'Forward…' }).click()
  await expect(page.getByRole('dialog')).toBeVisible()
  await page.keyboard.press('Escape')
  await expect(row).toBeFocused()
})
