// Slash commands: suggested, carried out, told to their caller alone; actions; what is not known; without a connection.
import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import type { Page } from '@playwright/test'
import type axe from 'axe-core'
import { Cable, composer, enter, expect, log, PHONE, say, test, WIDE } from './stage'

const AXE = createRequire(import.meta.url).resolve('axe-core/axe.min.js')

async function violations(page: Page): Promise<string[]> {
  if (!(await page.evaluate(() => 'axe' in globalThis))) await page.evaluate(await readFile(AXE, 'utf8'))
  return page.evaluate(async () => {
    const { violations } = await (globalThis as unknown as { axe: typeof axe }).axe.run()
    return violations.flatMap(({ id, nodes }) => nodes.map((node) => `${id}: ${node.html} ${node.failureSummary}`))
  })
}

for (const [where, size] of [
  ['on a wide screen', WIDE],
  ['on a phone', PHONE],
] as const) {
  test(`commands are suggested, and what they tell only one reads, ${where}`, async ({ server, open }, info) => {
    const mei = await server.setUp('mei', '梅')
    const kim = await server.register('kim', 'Kim')
    const [page, other] = [await open(mei, size), await open(kim)]
    await enter(page)
    await enter(other)
    const field = composer(page)
    await field.pressSequentially('/')
    const options = page.getByRole('listbox', { name: 'Commands' }).getByRole('option')
    await expect(options).toHaveCount(7)
    expect(await violations(page)).toEqual([])
    await page.screenshot({ path: info.outputPath('suggested.png') })
    await field.pressSequentially('to')
    await expect(options).toHaveCount(1)
    await field.press('Tab')
    await expect(field).toHaveValue('/topic ')
    await field.pressSequentially('Tea at three')
    await field.press(size === PHONE ? 'Control+Enter' : 'Enter')
    const asides = page.getByRole('region', { name: 'Only for you' })
    await expect(asides).toContainText('The topic is now: Tea at three')
    await expect(field).toHaveValue('')

    await field.fill('/me waves **twice**')
    await field.press('Control+Enter')
    for (const one of [page, other]) {
      const row = log(one).locator('[data-key]').last()
      await expect(row.locator('.bubble')).toHaveText('* 梅waves twice')
      await expect(row).toHaveAccessibleName(/^梅 \d+:\d+.* waves twice$/)
    }

    await field.fill('/tpoic x')
    await field.press('Control+Enter')
    await expect(asides).toContainText('Nobody here knows the command /tpoic.')
    await expect(field).toHaveValue('/tpoic x')
    expect(await violations(page)).toEqual([])
    await page.screenshot({ path: info.outputPath('unknown.png') })
    await asides.getByRole('button', { name: 'Use /topic' }).click()
    await expect(field).toHaveValue('/topic x')
    await expect(field).toBeFocused()
    await field.fill('/tpoic x')
    await field.press('Control+Enter')
    await asides.getByRole('button', { name: 'Send as text' }).click()
    await expect(log(other).locator('[data-key]').last()).toContainText('/tpoic x')
    await asides.getByRole('button', { name: 'Dismiss' }).click()
    await expect(asides).toHaveCount(0)
    await expect(other.getByRole('region', { name: 'Only for you' })).toHaveCount(0)
  })
}

test('in Chinese, too', async ({ server, open }, info) => {
  const mei = await server.setUp('mei', '梅')
  const page = await open(mei, { ...WIDE, locale: 'zh-CN' })
  await page.goto('/')
  const field = page.locator('#composer')
  await field.pressSequentially('／')
  await expect(page.getByRole('listbox', { name: '命令' }).getByRole('option')).toHaveCount(7)
  await field.fill('／who')
  await field.press('Enter')
  const asides = page.getByRole('region', { name: '仅自己可见的提示' })
  await expect(asides).toContainText('现在在线（1 人）：梅')
  await field.fill('/help')
  await field.press('Enter')
  await expect(asides).toContainText('/invite @名字 …')
  await expect(page.getByRole('listbox')).toHaveCount(0)
  await page.screenshot({ path: info.outputPath('zh.png') })
})

test('without a connection what is said waits, and what is asked for stays in the field', async ({
  server,
  open,
  complaints,
}) => {
  complaints.lineBreaks = true
  const mei = await server.setUp('mei', '梅')
  const cable = await Cable.to(server)
  complaints.know(cable.url)
  const page = await open(mei, { ...WIDE, baseURL: cable.url })
  await enter(page)
  await say(page, '/shrug first')
  await expect(log(page).locator('[data-seq="1"] .text')).toHaveText('first ¯\\_(ツ)_/¯')
  cable.silence()
  await page.context().setOffline(true)
  await expect(page.getByText('You are offline.')).toBeVisible()
  const field = composer(page)
  await field.fill('/who')
  await field.press('Enter')
  await expect(page.getByText('This command needs a connection. What you wrote is still there.')).toBeVisible()
  await expect(field).toHaveValue('/who')
  await field.fill('/me waits')
  await field.press('Enter')
  await expect(log(page).locator('[data-key]').last().locator('.bubble')).toHaveText('* 梅waits')
  cable.plugIn()
  await page.context().setOffline(false)
  await expect(log(page).locator('[data-key]').last()).toHaveAttribute('data-seq', '2', { timeout: 20_000 })
})
