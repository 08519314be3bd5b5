// Rooms and who belongs to them: a private one, its link, a ban; conversations; a room that goes.
import { composer, enter, expect, log, PASSWORD, PHONE, say, screen, test } from './stage'

test('a private room is entered by its link, and lost by a ban', async ({ server, open, complaints }) => {
  const anna = await server.setUp('anna', 'Anna')
  const mei = await server.register('mei', '梅 Mei')
  const first = await open(anna)
  await enter(first)
  await first.getByRole('button', { name: 'New room' }).click()
  const dialog = first.getByRole('dialog')
  await dialog.getByLabel('Title').fill('Garden 花园')
  await dialog.getByLabel('Private').check()
  await dialog.getByRole('button', { name: 'Create' }).click()
  await expect(first.getByRole('heading', { name: 'Garden 花园' })).toBeVisible()

  const panel = first.getByRole('group', { name: 'Panel' })
  await panel.getByRole('button', { name: 'Info' }).click()
  await first.getByRole('button', { name: 'Invite people' }).click()
  await first.getByRole('button', { name: 'Make a link' }).click()
  const link = await first.getByLabel('Invitation link', { exact: true }).inputValue()
  expect(link).toMatch(/\/invite\/[\w-]{20}$/)
  await expect(dialog.getByText('1 use left')).toBeVisible()
  await first.keyboard.press('Escape')

  const second = await open(mei)
  await second.goto('/browse')
  await expect(second.getByRole('main').getByRole('heading', { name: 'Lobby' })).toBeVisible()
  await expect(second.getByText('Garden 花园')).toHaveCount(0)
  await second.goto(new URL(link).pathname)
  await expect(second.getByText('invited by Anna')).toBeVisible()
  await second.getByRole('button', { name: 'Join' }).click()
  await expect(second.getByRole('heading', { name: 'Garden 花园' })).toBeVisible()
  await say(second, 'What a place!')
  await expect(log(first)).toContainText('What a place!')

  complaints.lineBreaks = true
  await panel.getByRole('button', { name: 'Members' }).click()
  await first.getByRole('button', { name: 'What to do with 梅 Mei' }).click()
  await first.getByRole('menuitem', { name: 'Ban…' }).click()
  const ban = first.getByRole('alertdialog')
  await ban.getByLabel('Reason').fill('too loud')
  await ban.getByRole('button', { name: 'Ban', exact: true }).click()
  await expect(ban).toHaveCount(0)
  await expect(first.getByText('@mei')).toHaveCount(0)
  await expect(second.getByText('You are banned from Garden 花园: too loud')).toBeVisible()
  await expect(second).toHaveURL(/\/rooms\/1$/)
  await say(first, 'Quiet now')
  await expect(log(first)).toContainText('Quiet now')
  await expect(second.getByText('Quiet now')).toHaveCount(0)
  await expect(second.getByRole('navigation', { name: 'Rooms' }).getByText('Garden 花园')).toHaveCount(0)
  await expect(server.ask('GET', '/rooms/2/messages', undefined, mei)).rejects.toThrow('404')

  await panel.getByRole('button', { name: 'Info' }).click()
  await first.getByRole('button', { name: 'Banned people' }).click()
  await expect(first.getByRole('dialog').getByText('too loud')).toBeVisible()
  await first.getByRole('button', { name: 'Lift the ban of 梅 Mei' }).click()
  await expect(first.getByText('Nobody is banned.')).toBeVisible()
  await first.keyboard.press('Escape')

  await first.getByRole('button', { name: 'Delete room' }).click()
  await first.getByLabel('Type its title: Garden 花园').fill('Garden 花园')
  await first.getByRole('alertdialog').getByRole('button', { name: 'Delete room' }).click()
  await expect(first.getByText('Garden 花园 has been deleted')).toBeVisible()
  await expect(first).toHaveURL(/\/rooms\/1$/)
})

test('a conversation opened from both sides is one, and called by the other person', async ({ server, open }) => {
  const anna = await server.setUp('anna', 'Anna')
  const mei = await server.register('mei', '梅 Mei')
  await server.post(mei, 'hello everybody')
  const first = await open(anna)
  // Whom the page knows already is found without the server.
  await enter(first)
  await first.getByRole('button', { name: 'New conversation' }).click()
  await first.getByLabel('With whom?').fill('mei')
  await first.getByRole('button', { name: '梅 Mei @mei' }).click()
  await first.getByRole('button', { name: 'Open', exact: true }).click()
  await expect(first.getByRole('heading', { name: '梅 Mei' })).toBeVisible()
  await expect(first).toHaveURL(/\/rooms\/2$/)

  const second = await open(mei, PHONE)
  await second.goto('/dm/1')
  await expect(second).toHaveURL(/\/rooms\/2$/)
  await expect(second.getByRole('heading', { name: 'Anna' })).toBeVisible()
  await say(first, 'only for you')
  await expect(log(second)).toContainText('only for you')
  await composer(second).fill('and for you')
  await second.getByRole('button', { name: 'Send', exact: true }).tap()
  await expect
    .poll(() => screen(first))
    .toEqual([
      { seq: 1, text: 'only for you' },
      { seq: 2, text: 'and for you' },
    ])
  await expect(first.getByRole('navigation', { name: 'Rooms' }).getByRole('link', { name: '梅 Mei' })).toBeVisible()
})

test('who has no account makes one with a link, and is in its room', async ({ server, open }) => {
  const anna = await server.setUp('anna', 'Anna')
  const made = await server.ask('POST', '/rooms', { title: 'Garden', kind: 'private' }, anna)
  const { room } = (await made.json()) as { room: number }
  const { code } = (await (await server.ask('POST', `/rooms/${room}/links`, {}, anna)).json()) as { code: string }
  const page = await open(null)
  await page.goto(`/invite/${code}`)
  await expect(page.getByText('invited by Anna')).toBeVisible()
  await page.getByLabel('Name', { exact: true }).fill('nina')
  await page.getByLabel('Password', { exact: true }).fill(PASSWORD)
  await page.getByRole('button', { name: 'Create account' }).click()
  await expect(page).toHaveURL(`/rooms/${room}`)
  await expect(composer(page)).toBeVisible()
})
