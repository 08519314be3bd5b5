// Files: brought, seen, sent again when the line is back; and what nobody may make run.
import { readFile } from 'node:fs/promises'
import type { Page } from '@playwright/test'
import { audit } from './axe'
import { give, picture, png } from './pictures'
import { composer, enter, expect, log, PHONE, test } from './stage'

const notes = { name: '会议纪要.txt', mimeType: 'text/plain', buffer: Buffer.from('tea\n') }

const tray = (page: Page) => page.getByRole('list', { name: 'Files for this message' })

async function attach(page: Page, ...files: { name: string; mimeType: string; buffer: Buffer }[]): Promise<void> {
  await page.locator('input[type=file]').setInputFiles(files)
  await expect(tray(page).getByRole('listitem')).toHaveCount(files.length)
}

test('files are chosen, pasted and dropped, taken back, and sent; the other one sees them', async ({
  server,
  open,
}) => {
  const [mei, ben] = [await server.setUp('mei', 'Mei'), await server.register('ben', 'Ben')]
  const [page, other] = [await open(mei), await open(ben, PHONE)]
  await enter(page)
  await enter(other)
  await attach(page, picture('one.png'), notes)
  await give(page, 'paste', '#composer', picture('two.png', 300, 600, [180, 90, 60]))
  await give(page, 'drop', '[role=log]', picture('three.png', 900, 200, [60, 90, 180]))
  await expect(tray(page).getByRole('listitem')).toHaveCount(4)
  await page.getByRole('button', { name: 'Remove one.png' }).click()
  await expect(tray(page).getByRole('listitem')).toHaveCount(3)
  await audit(page)
  await composer(page).fill('From the garden')
  await composer(page).press('Enter')
  await expect(tray(page)).toHaveCount(0)
  for (const one of [page, other]) {
    const row = log(one).locator('[data-seq="1"]')
    await expect(row).toContainText('From the garden')
    await expect(row).toContainText('会议纪要.txt')
    await expect(row.getByRole('img')).toHaveCount(2)
    await expect(row.getByRole('img', { name: 'two.png' })).toHaveJSProperty('complete', true)
    await audit(one)
  }
  const saved = page.waitForEvent('download')
  await page.getByRole('link', { name: 'Save 会议纪要.txt' }).click()
  const download = await saved
  expect(download.suggestedFilename()).toBe('会议纪要.txt')
  expect(await readFile(await download.path(), 'utf8')).toBe('tea\n')
})

test('a picture has its place before it is there: nothing moves', async ({ server, open }) => {
  const mei = await server.setUp('mei', 'Mei')
  const page = await open(mei)
  await enter(page)
  for (const [name, width, height] of [
    ['wide.png', 1200, 300],
    ['tall.png', 300, 1200],
  ] as const) {
    await attach(page, picture(name, width, height))
    await composer(page).press('Enter')
    await expect(tray(page)).toHaveCount(0)
    await expect(log(page).getByRole('img', { name })).toBeVisible()
  }
  await expect(log(page).locator('[data-seq="2"]')).toBeVisible()
  const ben = await open(await server.register('ben', 'Ben'))
  let release = () => undefined as void
  const held = new Promise<void>((done) => (release = done))
  await ben.route('**/thumb', async (route) => {
    await held
    await route.continue()
  })
  await enter(ben)
  const tops = () =>
    log(ben)
      .locator('[data-key]')
      .evaluateAll((rows) => rows.map((row) => Math.round(row.getBoundingClientRect().top)))
  await expect(log(ben).locator('[data-seq="2"] img')).toHaveCount(1)
  const [before, size] = [await tops(), await log(ben).locator('[data-seq="1"] img').boundingBox()]
  expect(size!.width / size!.height).toBeCloseTo(4, 1)
  release()
  await expect
    .poll(() =>
      log(ben)
        .locator('img[loading]')
        .evaluateAll((all) => all.every((one) => (one as HTMLImageElement).naturalWidth > 0)),
    )
    .toBe(true)
  expect(await tops()).toEqual(before)
})

test('a file written off line waits, and goes when the line is back', async ({ server, open, complaints }) => {
  complaints.lineBreaks = true
  const mei = await server.setUp('mei', 'Mei')
  const page = await open(mei)
  await enter(page)
  await page.context().setOffline(true)
  await attach(page, picture('late.png'))
  await composer(page).fill('late')
  await composer(page).press('Enter')
  const row = log(page).getByRole('article').filter({ hasText: 'late' })
  await expect(row).toBeVisible()
  await expect(row.getByRole('button', { name: 'Cancel sending' })).toBeVisible()
  expect((await server.history(mei)).length).toBe(0)
  await page.context().setOffline(false)
  await expect(log(page).locator('[data-seq="1"]').getByRole('img', { name: 'late.png' })).toBeVisible()
})

test('sending is cancelled, and what is too large says so', async ({ server, open, complaints }) => {
  complaints.lineBreaks = complaints.isRefused = true
  const page = await open(await server.setUp('mei', 'Mei'))
  await enter(page)
  await page.route('**/files?*', () => undefined)
  await attach(page, picture('never.png'))
  await composer(page).fill('never mind')
  await composer(page).press('Enter')
  await page.getByRole('button', { name: 'Cancel sending' }).click()
  await expect(log(page).getByRole('article')).toHaveCount(0)
  await expect(composer(page)).toHaveValue('never mind')
  // What was to go along lies in the tray again.
  await page.getByRole('button', { name: 'Remove never.png' }).click()
  await page.unroute('**/files?*')
  await page.locator('[role=log]').evaluate((target) => {
    const dataTransfer = new DataTransfer()
    dataTransfer.items.add(new File([new Uint8Array(27 * 1024 * 1024)], 'huge.bin'))
    target.dispatchEvent(new DragEvent('drop', { dataTransfer, bubbles: true, cancelable: true }))
  })
  await expect(tray(page).getByRole('alert')).toContainText('Larger than')
  await composer(page).fill('')
  await composer(page).press('Enter')
  await expect(log(page).getByRole('article')).toHaveCount(0)
  await page.getByRole('button', { name: 'Remove huge.bin' }).click()
  await attach(page, { name: 'setup.exe', mimeType: 'application/x-msdownload', buffer: Buffer.from('MZ\x90\0\x03') })
  await composer(page).press('Enter')
  await expect(page.getByText('Files of this kind are not taken here.')).toBeVisible()
  await page.getByRole('button', { name: 'Discard' }).click()
  await expect(log(page).getByRole('article')).toHaveCount(0)
})

test('pictures are looked at one by one, nearer, by keys, and the focus comes back', async ({ server, open }) => {
  const page = await open(await server.setUp('mei', 'Mei'))
  await enter(page)
  await attach(page, picture('a.png'), picture('b.png', 300, 400), picture('c.png', 500, 100))
  await composer(page).press('Enter')
  const row = log(page).locator('[data-seq="1"]')
  await expect(row.getByRole('img')).toHaveCount(3)
  await row
    .getByRole('button')
    .filter({ has: page.getByRole('img', { name: 'a.png' }) })
    .click()
  const viewer = page.getByRole('dialog')
  await expect(viewer).toContainText('1 of 3')
  await audit(page)
  await page.keyboard.press('ArrowRight')
  await expect(viewer).toContainText('2 of 3')
  await expect(viewer.getByRole('img', { name: 'b.png' })).toBeVisible()
  await page.keyboard.press('End')
  await expect(viewer).toContainText('3 of 3')
  await expect(viewer.getByRole('button', { name: 'Next picture' })).toHaveCount(0)
  await page.keyboard.press('+')
  await expect(viewer.getByRole('img')).toHaveAttribute('style', /scale\(1\.5\)/)
  await page.keyboard.press('0')
  await expect(viewer.getByRole('img')).toHaveAttribute('style', /scale\(1\)/)
  await page.keyboard.press('Home')
  await expect(viewer).toContainText('1 of 3')
  await page.keyboard.press('Escape')
  await expect(viewer).toHaveCount(0)
  await expect(row.getByRole('button').filter({ has: page.getByRole('img', { name: 'a.png' }) })).toBeFocused()
  await page
    .getByRole('button', { name: /details|info/i })
    .first()
    .click()
  await page.getByRole('button', { name: 'Files and pictures' }).click()
  const all = page.getByRole('dialog', { name: 'Files and pictures' })
  await expect(all.getByRole('img')).toHaveCount(3)
  await audit(page)
})

test('nothing that somebody sends runs in the browser', async ({ server, open, browser }) => {
  const mei = await server.setUp('mei', 'Mei')
  const page = await open(mei)
  await enter(page)
  const script = "<script>document.title='pwned';window.top.pwned=1</script>"
  const hostile = [
    ['page.html', Buffer.from(`<!doctype html>${script}`)],
    ['drawing.svg', Buffer.from(`<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>`)],
    ['both.html', Buffer.concat([png(20, 20), Buffer.from(script)])],
    [
      'gifar.gif',
      Buffer.from(`GIF89a\x01\0\x01\0\0\0\0,\0\0\0\0\x01\0\x01\0\0\x02\x02D\x01\0;${script}PK\x03\x04`, 'latin1'),
    ],
    ['form.pdf', Buffer.from(`%PDF-1.4\n1 0 obj<</OpenAction<</S/JavaScript/JS(app.alert(1))>>>>endobj ${script}`)],
  ] as const
  const ids = await page.evaluate(
    async (files) => {
      const found: string[] = []
      for (const [name, bytes] of files) {
        const answer = await fetch(`/api/v1/rooms/1/files?name=${name}`, {
          method: 'POST',
          headers: { 'Content-Type': 'application/octet-stream' },
          body: new Uint8Array(bytes),
        })
        if (answer.status === 201) found.push(((await answer.json()) as { id: string }).id)
      }
      return found
    },
    hostile.map(([name, data]) => [name, [...data]] as const),
  )
  expect(ids.length).toBeGreaterThanOrEqual(4)
  // Not listened to: Chromium tells there of all that it did not do.
  const context = await browser.newContext({ baseURL: server.url })
  await context.addCookies([{ name: 'webchat', value: mei.cookie, url: server.url, httpOnly: true, sameSite: 'Lax' }])
  for (const id of ids) {
    const tab = await context.newPage()
    let dialogs = 0
    tab.on('dialog', (dialog) => {
      dialogs += 1
      void dialog.dismiss()
    })
    await tab.goto(`/api/v1/files/${id}`).catch(() => undefined)
    expect([await tab.title(), dialogs]).not.toContain('pwned')
    expect(dialogs).toBe(0)
    expect(await tab.evaluate(() => 'pwned' in window)).toBe(false)
    await tab.close()
  }
  await context.close()
})
