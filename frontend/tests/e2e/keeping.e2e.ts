// How long a room keeps what was said, taking it along, and bringing it in elsewhere; in both languages and widths.
import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import type { Page } from '@playwright/test'
import type axe from 'axe-core'
import { expect, LOBBY, log, PHONE, test, WIDE } from './stage'

const AXE = createRequire(import.meta.url).resolve('axe-core/axe.min.js')

async function clean(page: Page, name: string): Promise<void> {
  await page.waitForTimeout(400)
  if (!(await page.evaluate(() => 'axe' in globalThis))) await page.evaluate(await readFile(AXE, 'utf8'))
  const found = await page.evaluate(async () => {
    const { violations } = await (globalThis as unknown as { axe: typeof axe }).axe.run()
    return violations.flatMap(({ id, nodes }) => nodes.map((node) => `${id}: ${node.html}`))
  })
  expect(found, name).toEqual([])
  if (process.env.PICTURES) await page.screenshot({ path: `${process.env.PICTURES}/${name}.png` })
}

test('an owner says how long messages are kept, takes the room along, and an admin brings a room in', async ({
  server,
  open,
}) => {
  test.setTimeout(150_000)
  const mei = await server.setUp('mei', '梅 Mei', 'Tea 茶室')
  const ola = await server.register('ola', 'Ola')
  for (const text of ['Tea at three?', '好的，三点见', '<b>not bold</b>']) await server.post(ola, text)
  const page = await open(mei)
  await page.goto(`/rooms/${LOBBY}/info`)
  const info = page.getByRole('complementary')
  await info.getByRole('button', { name: 'Room settings' }).click()
  const dialog = page.getByRole('dialog')
  await dialog.getByLabel('How long messages are kept').selectOption({ label: '30 days' })
  await dialog.getByRole('button', { name: 'Save' }).click()
  await expect(dialog).toHaveCount(0)
  const kept = await (await server.ask('GET', `/rooms/${LOBBY}`, undefined, mei)).json()
  expect(kept).toMatchObject({ retention: 30 })

  await info.getByRole('button', { name: 'Export…' }).click()
  await clean(page, 'export-wide-en')
  let saved = page.waitForEvent('download')
  await dialog.getByRole('button', { name: 'Save' }).click()
  expect((await saved).suggestedFilename()).toBe('Tea 茶室.html')
  const text = await readFile((await (await saved).path())!, 'utf8')
  expect(text).toContain('好的，三点见')
  expect(text).toContain('&lt;b&gt;not bold&lt;/b&gt;')

  await info.getByRole('button', { name: 'Export…' }).click()
  await dialog.getByRole('radio', { name: 'A copy' }).check({ force: true })
  saved = page.waitForEvent('download')
  await dialog.getByRole('button', { name: 'Save' }).click()
  const copy = await readFile((await (await saved).path())!, 'utf8')

  await page.goto('/admin/rooms')
  await page.getByRole('button', { name: 'Import…' }).click()
  const file = (name: string, content: string) => ({ name, mimeType: 'text/plain', buffer: Buffer.from(content) })
  await dialog.getByLabel('File').setInputFiles(file('room.jsonl', copy))
  await dialog.getByRole('button', { name: 'Import', exact: true }).click()
  await expect(dialog.getByRole('status')).toContainText('here already')
  const far = copy.replace('"origin":"', '"origin":"far/').replace('"title":"Tea 茶室"', '"title":"From afar"')
  await dialog.getByLabel('File').setInputFiles(file('far.jsonl', far))
  await dialog.getByRole('button', { name: 'Import', exact: true }).click()
  await expect(dialog.getByRole('status')).toContainText('3 messages')
  await clean(page, 'import-wide-en')
  await expect(page.getByText('From afar')).toHaveCount(2)
})

for (const [width, options] of [
  ['wide', WIDE],
  ['phone', PHONE],
] as const)
  test(`the same in Chinese, ${width}`, async ({ server, open }) => {
    const mei = await server.setUp('mei', '梅 Mei', 'Tea 茶室')
    for (const text of ['一', '二', '三', '四']) await server.post(mei, text)
    for (const seq of [2, 3]) await server.ask('DELETE', `/rooms/${LOBBY}/messages/${seq}`, undefined, mei)
    const page = await open(mei, { ...options, locale: 'zh-CN' })
    await page.goto(`/rooms/${LOBBY}`)
    await expect(log(page).getByText('2 条消息已删除')).toBeVisible()
    await clean(page, `list-${width}-zh`)
    await page.goto(`/rooms/${LOBBY}/info`)
    await page.getByRole('button', { name: '导出…' }).click()
    await clean(page, `export-${width}-zh`)
    await page.keyboard.press('Escape')
    await page.getByRole('button', { name: '房间设置' }).click()
    await expect(page.getByLabel('消息保留多久')).toBeVisible()
    await page.getByLabel('消息保留多久').scrollIntoViewIfNeeded()
    await clean(page, `settings-${width}-zh`)
    await page.goto('/admin/rooms')
    await page.getByRole('button', { name: '导入…' }).click()
    await clean(page, `import-${width}-zh`)
  })
