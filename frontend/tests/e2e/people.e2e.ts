// People: pictures and names that change before others' eyes, contacts, blocks, and the end of an account.
import type { Page } from '@playwright/test'
import { composer, enter, expect, log, say, test } from './stage'

/** A picture of its own, made by the browser: red above, blue below. */
async function picture(page: Page): Promise<Buffer> {
  const bytes = await page.evaluate(async () => {
    const canvas = document.createElement('canvas')
    canvas.width = 300
    canvas.height = 200
    const pen = canvas.getContext('2d')!
    pen.fillStyle = '#c02020'
    pen.fillRect(0, 0, 300, 100)
    pen.fillStyle = '#2020c0'
    pen.fillRect(0, 100, 300, 100)
    const blob = await new Promise<Blob>((done) => canvas.toBlob((made) => done(made!), 'image/png'))
    return [...new Uint8Array(await blob.arrayBuffer())]
  })
  return Buffer.from(bytes)
}

test('a new picture and a new name are seen at once', async ({ server, open }) => {
  const anna = await server.setUp('anna', 'Anna')
  const mei = await server.register('mei', 'Mei')
  const hers = await open(mei)
  const annas = await open(anna)
  await enter(annas)
  await enter(hers)
  await say(hers, 'Hello from the harbour')
  await expect(log(annas)).toContainText('Hello from the harbour')
  await expect(log(annas).locator('.seal img')).toHaveCount(0)

  await hers.goto('/settings/profile')
  await hers.getByRole('button', { name: 'Change picture' }).click()
  const dialog = hers.getByRole('dialog')
  await dialog.locator('input[type=file]').setInputFiles({
    name: 'me.svg',
    mimeType: 'image/svg+xml',
    buffer: Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"/>'),
  })
  await expect(dialog.getByText('This kind of file cannot be shown.')).toBeVisible()
  await dialog
    .locator('input[type=file]')
    .setInputFiles({ name: 'me.png', mimeType: 'image/png', buffer: await picture(hers) })

  // By keys alone from here: nearer, to the side, turned, kept.
  const stage = dialog.getByRole('group', { name: 'Picture' })
  await expect(stage).toBeFocused()
  for (const key of ['+', 'ArrowLeft', 'Shift+ArrowUp', 'r']) await hers.keyboard.press(key)
  await dialog.getByRole('button', { name: 'Save' }).focus()
  await hers.keyboard.press('Enter')
  await expect(dialog).toHaveCount(0)
  await expect(hers.locator('.profile .seal img')).toBeVisible()

  const seen = log(annas).locator('.seal img')
  await expect(seen).toBeVisible()
  await expect.poll(() => seen.evaluate((image: HTMLImageElement) => image.naturalWidth)).toBe(128)

  await hers.getByLabel('Display name').fill('梅 Mei')
  await hers.getByLabel('About').fill('Illustrator, harbour')
  await hers.locator('form').getByRole('button', { name: 'Save' }).click()
  await expect(hers.getByText('Saved')).toBeVisible()
  await expect(log(annas).getByRole('button', { name: '梅 Mei' })).toBeVisible()

  await hers.getByRole('button', { name: 'Remove' }).click()
  await expect(log(annas).locator('.seal img')).toHaveCount(0)
})

test('a room gets a picture, which its members see at once', async ({ server, open }) => {
  const anna = await server.setUp('anna', 'Anna')
  const mei = await server.register('mei', 'Mei')
  const hers = await open(mei)
  const annas = await open(anna)
  await enter(hers)
  await annas.goto('/rooms/1/info')
  await annas.getByRole('button', { name: 'Change picture' }).click()
  const dialog = annas.getByRole('dialog')
  await dialog
    .locator('input[type=file]')
    .setInputFiles({ name: 'room.png', mimeType: 'image/png', buffer: await picture(annas) })
  await dialog.getByRole('button', { name: 'Save' }).click()
  await expect(dialog).toHaveCount(0)
  await expect(hers.getByRole('navigation', { name: 'Rooms' }).locator('.circle img')).toBeVisible()
  await hers.goto('/rooms/1/info')
  await expect(hers.locator('.info .circle img')).toBeVisible()
  await expect(hers.getByRole('button', { name: 'Change picture' })).toHaveCount(0)
  await annas.getByRole('button', { name: 'Remove' }).click()
  await expect(hers.locator('.circle img')).toHaveCount(0)
})

test('a contact is asked for, accepted, and blocked', async ({ server, open }) => {
  const anna = await server.setUp('anna', 'Anna')
  const mei = await server.register('mei', '林晓月')
  await server.register('ola', 'Ola')
  const hers = await open(mei)
  await enter(hers)
  const annas = await open(anna)

  await annas.goto('/people')
  await annas.getByRole('searchbox').fill('晓')
  await expect(annas.getByRole('heading', { name: 'Found' })).toBeVisible()
  await annas.getByRole('link', { name: '林晓月' }).click()
  await annas.getByRole('button', { name: 'Add contact' }).click()
  await annas.getByLabel('A line of text').fill('We met at the harbour')
  await annas.getByRole('button', { name: 'Send request' }).click()
  await expect(annas.getByRole('button', { name: 'Take request back' })).toBeVisible()

  await expect(hers.getByText('Anna would like to be your contact.')).toBeVisible()
  await hers.getByRole('link', { name: /^People/ }).click()
  await expect(hers.getByText('We met at the harbour')).toBeVisible()
  await hers.getByRole('button', { name: 'Accept Anna' }).click()
  await expect(hers.getByRole('region', { name: 'Contacts' }).getByRole('link', { name: 'Anna' })).toBeVisible()
  await expect(annas.getByRole('button', { name: 'Contact', exact: true })).toBeVisible()

  await hers.getByRole('region', { name: 'Contacts' }).getByRole('link', { name: 'Anna' }).click()
  await hers.getByRole('button', { name: 'Block' }).click()
  await hers.getByRole('alertdialog').getByRole('button', { name: 'Block' }).click()
  await expect(hers.getByText('You have blocked this person.')).toBeVisible()
  // She whom it is about sees nothing of it.
  await expect(annas.getByRole('button', { name: 'Contact', exact: true })).toBeVisible()
  await hers.goto('/settings/privacy')
  await hers.getByRole('button', { name: 'Unblock Anna' }).click()
  await expect(hers.getByText('You block nobody.')).toBeVisible()
})

test('what is set on one device is so on the other, and an account can be taken along and ended', async ({
  server,
  open,
}) => {
  const anna = await server.setUp('anna', 'Anna')
  const mei = await server.register('mei', 'Mei')
  const desk = await open(mei)
  const other = await open(mei)
  const annas = await open(anna)
  await enter(annas)
  await enter(other)
  await say(other, 'I was here')
  await desk.goto('/settings/appearance')
  await desk.getByRole('radio', { name: 'Dark' }).check({ force: true })
  await expect(other.locator('html')).toHaveAttribute('data-theme', 'dark')

  await desk.goto('/settings/privacy')
  const saving = desk.waitForEvent('download')
  await desk.getByRole('button', { name: 'Save as a file' }).click()
  expect((await saving).suggestedFilename()).toBe('webchat.json')

  await desk.getByRole('button', { name: 'Delete account' }).click()
  const dialog = desk.getByRole('dialog')
  await dialog.getByLabel('Current password').fill('tea in the rain 雨')
  await dialog.getByRole('button', { name: 'Delete account' }).click()
  await expect(desk).toHaveURL(/sign-in/)
  await expect(other.getByText('This account is closed')).toBeVisible()
  await expect(log(annas).getByRole('button', { name: 'Deleted account' })).toBeVisible()
  await expect(log(annas)).toContainText('I was here')
  await expect(composer(annas)).toBeVisible()
})
