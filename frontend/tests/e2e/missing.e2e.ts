// Parts of the page that cannot be fetched: there is no line, or the server has a newer interface and not the old files.
import type { Page } from '@playwright/test'
import { audit } from './axe'
import { composer, enter, expect, PHONE, test, WIDE } from './stage'

const PARTS = '**/assets/*.js'

/** Nothing more of the interface can be had. */
async function lose(page: Page): Promise<void> {
  await page.route(PARTS, (route) => route.abort())
}

for (const [screen, options, words] of [
  ['on a desktop', WIDE, { format: 'Formatting', emoji: 'Emoji', part: 'could not be loaded', again: 'Load again' }],
  [
    'on a phone, in Chinese',
    { ...PHONE, locale: 'zh-CN' },
    { format: '文字格式', emoji: '表情', part: '没能加载', again: '重新加载' },
  ],
] as const)
  test(`what does not come takes nothing else along, ${screen}`, async ({ server, open, complaints }) => {
    complaints.lineBreaks = true
    const mei = await server.setUp('mei', 'Mei')
    const page = await open(mei, options)
    await enter(page)
    await composer(page).fill('half a thought')
    await lose(page)

    const emoji = page.getByRole('button', { name: words.emoji, exact: true })
    await emoji.click()
    const toast = page.getByRole('listitem').filter({ hasText: words.part })
    await expect(toast).toBeVisible()
    await expect(emoji).toHaveAttribute('aria-expanded', 'false')

    await page.getByRole('button', { name: words.format, exact: true }).click()
    await expect(page.locator('.composer').getByRole('alert')).toContainText(words.part)
    await expect(composer(page)).toHaveValue('half a thought')
    await audit(page)
    if (process.env.LOOK) await page.screenshot({ path: `${process.env.LOOK}/missing-${options.viewport.width}.png` })

    await page.unroute(PARTS)
    await toast.getByRole('button', { name: words.again }).click()
    await expect(page.locator('.composer').getByRole('alert')).toBeHidden()
    await expect(composer(page)).toHaveValue('half a thought')
    await page.getByRole('button', { name: words.format, exact: true }).click()
    await expect(page.locator('.composer').getByRole('group', { name: words.format })).toBeVisible()
  })

test('a page that does not come leaves one where one is, and is gone to when it is loaded again', async ({
  server,
  open,
  complaints,
}) => {
  complaints.lineBreaks = true
  const mei = await server.setUp('mei', 'Mei')
  const page = await open(mei, WIDE)
  await enter(page)
  await lose(page)
  await page.getByRole('link', { name: 'People' }).click()
  const toast = page.getByRole('listitem').filter({ hasText: 'could not be loaded' })
  await expect(toast).toBeVisible()
  await expect(composer(page)).toBeVisible()
  await page.unroute(PARTS)
  await toast.getByRole('button', { name: 'Load again' }).click()
  await expect(page).toHaveURL('/people')
  await expect(page.getByRole('heading', { name: 'People' })).toBeVisible()
})

test('where nothing stands yet there is a way on', async ({ server, open, complaints }) => {
  complaints.lineBreaks = true
  const mei = await server.setUp('mei', 'Mei')
  const page = await open(mei, WIDE)
  const parts = '**/assets/{AppShell,RoomPage}*.js'
  await page.route(parts, (route) => route.abort())
  await page.goto('/rooms/1')
  await expect(page.getByRole('heading', { name: 'Something went wrong here' })).toBeVisible()
  await page.unroute(parts)
  await page.getByRole('button', { name: 'Load again' }).click()
  await expect(composer(page)).toBeVisible()
})
