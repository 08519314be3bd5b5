// Who is here, and one's own places on several devices.
import { composer, enter, expect, LOBBY, log, say, test } from './stage'

test('somebody comes, is away, and goes; what one settles on one device holds on the other', async ({
  server,
  open,
}) => {
  const anna = await server.setUp('anna', 'Anna')
  const mei = await server.register('mei', 'Mei 梅')
  const one = await open(anna)
  await enter(one)
  const panel = one.getByRole('complementary', { name: 'Members' })
  const row = panel.getByRole('listitem').filter({ hasText: 'Mei 梅' })
  await expect(panel.getByRole('status')).toHaveText('1 online, 2 members')
  await expect(row).toContainText('offline')

  const hers = await open(mei)
  await enter(hers)
  await expect(row).toContainText('online')
  await expect(panel.getByRole('heading', { name: 'online · 2' })).toBeVisible()

  await hers.getByRole('button', { name: 'Your menu' }).click()
  await hers.getByRole('menuitem', { name: 'Away' }).click()
  await expect(panel.getByRole('region', { name: 'away' })).toContainText('Mei 梅')
  await hers.context().close()
  await expect(row).toContainText('offline', { timeout: 20_000 })

  // The same person on a second device.
  const other = await open(anna)
  await other.goto('/settings/notifications')
  const level = other.getByRole('combobox', { name: 'Notifications of Lobby' })
  await expect(level).toHaveValue('all')
  await one.getByRole('button', { name: 'Notifications: All messages' }).click()
  await one.getByRole('menuitem', { name: 'Only mentions' }).click()
  await expect(level).toHaveValue('mentions')
  await one.getByRole('button', { name: 'Notifications: Only mentions' }).click()
  await one.getByRole('menuitem', { name: 'Mute for 8 hours' }).click()
  const listed = other.getByRole('navigation', { name: 'Rooms' }).getByRole('link', { name: 'Lobby' })
  await expect(listed).toContainText('Muted')

  await composer(one).fill('half a thought')
  await expect(listed).toContainText('Draft')
  await say(one, 'a whole one')
  await expect(listed).not.toContainText('Draft')
})

test('what is meant for one is counted in the title; all of it is read with one key', async ({ server, open }) => {
  const anna = await server.setUp('anna', 'Anna')
  const mei = await server.register('mei', 'Mei')
  const page = await open(anna)
  await page.goto('/settings/notifications')
  await expect(page.getByRole('heading', { name: 'Notifications' })).toBeVisible()
  await server.post(mei, 'to everybody')
  await expect(page).toHaveTitle(/^• /)
  const answer = await server.ask('POST', '/directs', { users: [1] }, mei)
  const { room } = (await answer.json()) as { room: number }
  for (const text of ['one', 'two', 'three']) await server.post(mei, text, room)
  await expect(page).toHaveTitle(/^\(3\) /)
  await page.getByRole('combobox', { name: 'Notifications of Mei' }).selectOption('nothing')
  await expect(page).toHaveTitle(/^• /)
  await page.keyboard.press('Shift+Escape')
  await expect(page).toHaveTitle(/^Settings/)
  await expect(page.getByText('Everything is marked as read')).toBeVisible()
})

test('a link to an old message opens the room around it, with the focus on its row', async ({ server, open }) => {
  const anna = await server.setUp('anna', 'Anna')
  for (let at = 1; at <= 140; at += 1) await server.post(anna, `Line ${at}`)
  const page = await open(anna)
  await page.goto(`/rooms/${LOBBY}#m-20`)
  const row = log(page).locator('#m-20')
  await expect(row).toBeFocused()
  await expect(row).toBeInViewport()
  await expect(log(page).locator('#m-140')).toHaveCount(0)
  await page.keyboard.press('Escape')
  await expect(log(page).locator('#m-140')).toBeInViewport()
})
