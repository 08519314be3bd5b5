// Several files on their way: one of them is given up or refused, and the others lose nothing.
import type { Page } from '@playwright/test'
import { audit } from './axe'
import { picture, type MadeFile } from './pictures'
import { composer, enter, expect, log, test } from './stage'

const tray = (page: Page) => page.getByRole('list', { name: 'Files for this message' })

async function send(page: Page, text: string, ...files: MadeFile[]): Promise<void> {
  await page.locator('input[type=file]').setInputFiles(files)
  await expect(tray(page).getByRole('listitem')).toHaveCount(files.length)
  await composer(page).fill(text)
  await composer(page).press('Enter')
}

test('one of several is left behind, or refused; all come back to the tray', async ({ server, open, complaints }) => {
  complaints.lineBreaks = complaints.isRefused = true
  const page = await open(await server.setUp('mei', 'Mei'))
  await enter(page)
  await page.route('**/files?name=two*', () => undefined)
  await send(page, 'three', picture('one.png'), picture('two.png', 200, 200), picture('three.png', 100, 300))
  await page.getByRole('button', { name: 'Do not send two.png' }).click()
  const row = log(page).locator('[data-seq="1"]')
  await expect(row.getByRole('img')).toHaveCount(2)
  await expect(row.getByRole('img', { name: 'two.png' })).toHaveCount(0)

  await send(page, 'all', picture('one.png'), picture('two.png', 200, 200))
  await expect(page.getByRole('button', { name: 'Do not send two.png' })).toBeVisible()
  await audit(page)
  await page.getByRole('button', { name: 'Cancel sending' }).click()
  await expect(composer(page)).toHaveValue('all')
  await expect(tray(page).getByRole('listitem')).toHaveCount(2)
  await page.unroute('**/files?name=two*')
  await composer(page).press('Enter')
  await expect(log(page).locator('[data-seq="2"]').getByRole('img')).toHaveCount(2)
  await expect(tray(page)).toHaveCount(0)

  const bad = { name: 'setup.exe', mimeType: 'application/x-msdownload', buffer: Buffer.from('MZ\x90\0\x03') }
  await send(page, 'both', picture('one.png'), bad)
  await expect(page.getByText('Files of this kind are not taken here.')).toBeVisible()
  await page.getByRole('button', { name: 'Do not send setup.exe' }).click()
  await page.getByRole('button', { name: 'Retry' }).click()
  await expect(log(page).locator('[data-seq="3"]').getByRole('img', { name: 'one.png' })).toBeVisible()
})
