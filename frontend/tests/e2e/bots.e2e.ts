// Bots: made by their owner, given a token once, heard in the room with their chip, stopped.
import { audit } from './axe'
import { enter, expect, log, PHONE, test } from './stage'

for (const [screen, options] of [
  ['a desktop', {}],
  ['a phone', PHONE],
] as const) {
  test(`a bot is made, speaks with its token, and is stopped, on ${screen}`, async ({ server, open }) => {
    const anna = await server.setUp('anna', 'Anna')
    const page = await open(anna, options)
    await page.goto('/settings/bots')
    await page.getByLabel('Name', { exact: true }).fill('weather')
    await page.getByLabel('Shown as').fill('Weather')
    await page.getByRole('button', { name: 'Make the bot' }).click()

    const dialog = page.getByRole('dialog', { name: 'Weather' })
    await expect(dialog.getByText('No tokens yet.')).toBeVisible()
    await dialog.getByLabel('What is it for?').fill('its script')
    await dialog.getByLabel('Read', { exact: true }).uncheck()
    await dialog.getByLabel('Rooms', { exact: true }).check()
    await audit(page)
    await dialog.getByRole('button', { name: 'Make a token' }).click()
    const secret = dialog.getByLabel('The new token')
    await expect(secret).toBeFocused()
    const token = await secret.inputValue()
    await expect(dialog.getByRole('listitem')).toContainText('Write, Rooms')
    await expect(dialog.getByRole('listitem')).toContainText('never used')
    await page.screenshot({ path: test.info().outputPath('dialog.png') })

    const ask = (method: string, path: string, body?: unknown) =>
      fetch(`${server.url}/api/v1${path}`, {
        method,
        headers: { Authorization: `Bearer ${token}`, 'Content-Type': 'application/json' },
        ...(body ? { body: JSON.stringify(body) } : {}),
      })
    expect((await ask('POST', '/rooms/1/join', {})).status).toBe(200)
    expect((await ask('POST', '/rooms/1/messages', { text: 'Rain at three' })).status).toBe(201)
    expect((await ask('GET', '/rooms/1/messages')).status).toBe(403)

    await dialog.getByRole('button', { name: 'Close' }).last().click()
    await enter(page)
    const said = log(page).getByRole('article').filter({ hasText: 'Rain at three' })
    await expect(said).toContainText('BOT')
    await page.screenshot({ path: test.info().outputPath('room.png') })

    await page.goto('/admin/bots')
    await page.getByRole('button', { name: 'Manage Weather' }).click()
    await dialog.getByRole('button', { name: 'Stop' }).click()
    await page.getByRole('alertdialog').getByRole('button', { name: 'Stop' }).click()
    await expect(dialog.getByText('This bot is stopped')).toBeVisible()
    expect((await ask('POST', '/rooms/1/messages', { text: 'Still here' })).status).toBe(401)
    await audit(page)
  })
}
