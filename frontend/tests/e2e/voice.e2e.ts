// Speaking instead of writing, into a microphone that is none.
import { audit } from './axe'
import { enter, expect, log, test, WIDE } from './stage'

test.use({
  launchOptions: {
    executablePath: process.env.CHROMIUM || '/usr/bin/chromium',
    args: [
      ...['--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage', '--no-first-run', '--disable-sync'],
      ...['--use-fake-device-for-media-stream', '--use-fake-ui-for-media-stream'],
    ],
  },
})

test('a voice note is spoken, forgotten, spoken again and sent', async ({ server, open }) => {
  const mei = await server.setUp('mei', 'Mei')
  const page = await open(mei, { ...WIDE, permissions: ['microphone'] })
  await enter(page)
  const record = page.getByRole('button', { name: 'Record a voice note' })
  await record.click()
  await expect(page.getByText('Recording')).toBeVisible()
  await audit(page)
  await page.getByRole('button', { name: 'Discard' }).click()
  await expect(record).toBeVisible()
  await record.click()
  await expect(page.getByRole('timer')).toHaveText('0:01')
  await page.getByRole('button', { name: 'Send voice note' }).click()
  const row = log(page).locator('[data-seq="1"]')
  await expect(row.locator('audio')).toHaveAttribute('src', /./)
  await expect(row).toContainText('0:01')
  expect(await server.history(mei)).toEqual([{ seq: 1, text: '' }])
})
