// What is put on messages: reactions, pins, mentions, and marking as unread.
import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import type { Page } from '@playwright/test'
import type axe from 'axe-core'
import { composer, enter, expect, LOBBY, log, PHONE, test } from './stage'

const AXE = createRequire(import.meta.url).resolve('axe-core/axe.min.js')
const LOOK = process.env.MARKS_PICTURES

async function look(page: Page, name: string): Promise<void> {
  if (!(await page.evaluate(() => 'axe' in globalThis))) await page.evaluate(await readFile(AXE, 'utf8'))
  const found = await page.evaluate(async () => {
    const { violations } = await (globalThis as unknown as { axe: typeof axe }).axe.run()
    return violations.flatMap(({ id, nodes }) => nodes.map((node) => `${id}: ${node.html} ${node.failureSummary}`))
  })
  expect(found, name).toEqual([])
  if (LOOK) await page.screenshot({ path: `${LOOK}/${name}.png` })
}

const row = (page: Page, seq: number) => log(page).locator(`[data-seq="${seq}"]`)
const chip = (page: Page, seq: number, emoji: string) => row(page, seq).locator(`[data-emoji="${emoji}"]`)

async function openMenu(page: Page, seq: number): Promise<void> {
  await row(page, seq).hover()
  await row(page, seq).getByRole('button', { name: 'More…' }).click()
}

test('two people react, and each sees at once what the other gives', async ({ server, open }) => {
  const mei = await server.setUp('mei', 'Mei')
  const ola = await server.register('ola', 'Ola')
  await server.post(mei, 'Cake at four?')
  const [hers, olas] = [await open(mei), await open(ola)]
  await enter(hers)
  await enter(olas)

  await row(olas, 1).hover()
  await olas.getByRole('button', { name: 'React with 👍' }).click()
  await expect(chip(olas, 1, '👍')).toHaveAttribute('aria-pressed', 'true')
  await expect(chip(hers, 1, '👍')).toHaveAccessibleName('👍 1: Ola')
  await chip(hers, 1, '👍').click()
  await expect(chip(olas, 1, '👍')).toHaveAccessibleName('👍 2: you and Mei')

  // By keys alone: the row, its tools, the choice.
  await row(hers, 1).focus()
  await hers.keyboard.press('a')
  await expect(hers.getByRole('dialog', { name: 'Choose a reaction' })).toBeVisible()
  await expect(hers.getByRole('searchbox', { name: 'Search emoji' })).toBeFocused()
  await expect(hers.locator('[role="option"][data-emoji="🎂"]')).toBeAttached()
  await look(hers, 'picker')
  await hers.keyboard.type('birthday cake')
  await expect(hers.getByRole('listbox', { name: 'Emoji' }).getByRole('option')).toHaveCount(1)
  await hers.keyboard.press('Enter')
  await expect(chip(olas, 1, '🎂')).toBeVisible()
  await expect(row(hers, 1)).toBeFocused()

  await chip(olas, 1, '👍').click({ button: 'right' })
  const who = olas.getByRole('dialog', { name: 'Reactions' })
  await expect(who.getByRole('listitem')).toHaveText([/Mei/, /Ola/])
  await look(olas, 'reactors')
  await olas.keyboard.press('Escape')
  await chip(olas, 1, '👍').click()
  await expect(chip(hers, 1, '👍')).toHaveAccessibleName('👍 1: you')
  await look(hers, 'reactions')

  await hers.reload()
  await expect(chip(hers, 1, '🎂')).toHaveAttribute('aria-pressed', 'true')
})

test('what is pinned is found again', async ({ server, open }) => {
  const mei = await server.setUp('mei', 'Mei')
  const ola = await server.register('ola', 'Ola')
  await server.post(mei, 'House rules: shoes off, kettle on')
  for (let at = 0; at < 80; at += 1) await server.post(mei, `Line ${at}`)
  await server.ask('PUT', `/rooms/${LOBBY}/read`, { seq: 81 }, ola)
  await server.ask('PUT', `/rooms/${LOBBY}/messages/1/pin`, undefined, mei)
  const [hers, olas] = [await open(mei), await open(ola)]
  await enter(hers)
  await enter(olas)
  await openMenu(hers, 81)
  await hers.getByRole('menuitem', { name: 'Pin', exact: true }).click()
  await expect(row(olas, 81)).toContainText('Pinned')
  await openMenu(olas, 81)
  await expect(olas.getByRole('menuitem', { name: 'Copy link' })).toBeVisible()
  await expect(olas.getByRole('menuitem', { name: /pin/i })).toHaveCount(0)

  await olas.goto(`/rooms/${LOBBY}/info`)
  await olas.getByRole('button', { name: 'Pinned messages' }).click()
  const pins = olas.getByRole('dialog', { name: 'Pinned messages' })
  await expect(pins.getByRole('listitem')).toHaveText([/Line 79/, /House rules/])
  await look(olas, 'pins')
  await pins.getByRole('link', { name: /House rules/ }).click()
  await expect(row(olas, 1)).toBeInViewport()
  await expect(pins).toHaveCount(0)
})

test('what means me is counted, listed, and found', async ({ server, open }) => {
  const mei = await server.setUp('mei', 'Mei')
  const ola = await server.register('ola', 'Ola')
  const made = await server.ask('POST', '/rooms', { title: 'Garden' }, mei)
  const { room } = (await made.json()) as { room: number }
  await server.ask('POST', `/rooms/${room}/join`, undefined, ola)
  const page = await open(ola)
  await enter(page)
  await server.post(mei, 'Not for anybody', room)
  await server.post(mei, 'Pears are ripe, @ola', room)
  await server.post(mei, '@all tea is ready', room)
  const places = page.getByRole('navigation', { name: 'Rooms' })
  await expect(places.getByRole('link', { name: /Garden/ })).toContainText('2 mentions')
  await expect(page).toHaveTitle(/^\(2\)/)
  await places.getByRole('link', { name: /^Mentions/ }).click()
  const list = page.getByRole('region', { name: 'Mentions' })
  await expect(list.getByRole('listitem')).toHaveText([/tea is ready.*unread/, /Pears are ripe.*unread/])
  await look(page, 'mentions')
  await server.post(mei, 'Plums too, ＠ola', room)
  await expect(list.getByRole('listitem').first()).toContainText('Plums')

  await list.getByRole('link', { name: /Pears/ }).click()
  await expect(row(page, 2)).toBeFocused()
  await expect(row(page, 2)).toContainText('(mentions you)')
  await look(page, 'meant')
  await page.emulateMedia({ colorScheme: 'dark' })
  await look(page, 'meant-dark')
  await page.emulateMedia({ colorScheme: 'light' })
  await expect(places.getByRole('link', { name: /^Mentions/ })).toHaveText('Mentions')
  await places.getByRole('link', { name: /^Mentions/ }).click()
  await expect(list.getByRole('listitem').first()).not.toContainText('unread')
})

test('what is marked as unread is so after a reload, on another device, and until it is read anew', async ({
  server,
  open,
}) => {
  const mei = await server.setUp('mei', 'Mei')
  const ola = await server.register('ola', 'Ola')
  for (const text of ['one', 'two', 'three']) await server.post(mei, text)
  await server.ask('POST', '/rooms', { title: 'Garden' }, ola)
  const [desk, other] = [await open(ola), await open(ola)]
  await other.goto('/people')
  await enter(desk)
  const mark = (page: Page) => page.getByRole('navigation', { name: 'Rooms' }).getByRole('link', { name: /Lobby/ })
  await expect(mark(other)).not.toContainText('unread')
  await openMenu(desk, 2)
  await desk.getByRole('menuitem', { name: 'Mark unread from here' }).click()
  await expect(desk.locator('[data-unread]')).toHaveText(/2 new messages/)
  await expect(mark(other)).toContainText('2 unread')
  // What is seen meanwhile says nothing.
  await server.post(mei, 'four')
  await expect(row(desk, 4)).toBeVisible()
  await expect(mark(other)).toContainText('3 unread')
  await desk.goto('/people')
  await expect(mark(desk)).toContainText('3 unread')
  await desk.reload()
  await expect(mark(desk)).toContainText('3 unread')
  await mark(desk).click()
  await expect(desk.locator('[data-unread]')).toHaveText(/3 new messages/)
  await expect(mark(other)).not.toContainText('unread')
})

test('a finger reacts, pins and mentions', async ({ server, open }) => {
  const mei = await server.setUp('mei', '梅 Mei')
  const ola = await server.register('ola', 'Ola')
  await server.post(ola, '下午三点喝茶？')
  const page = await open(mei, { ...PHONE, locale: 'zh-CN' })
  await enter(page)
  const touch = await page.context().newCDPSession(page)
  const hold = async (selector: string, then: () => Promise<void>) => {
    const box = (await row(page, 1).locator(selector).first().boundingBox())!
    const point = { x: box.x + box.width / 2, y: box.y + box.height / 2 }
    await touch.send('Input.dispatchTouchEvent', { type: 'touchStart', touchPoints: [point] })
    await then()
    await touch.send('Input.dispatchTouchEvent', { type: 'touchEnd', touchPoints: [] })
  }
  await hold('.bubble', () => expect(page.getByRole('dialog')).toBeVisible())
  await look(page, 'sheet-phone-zh')
  await page.getByRole('button', { name: '用 ❤️ 回应' }).tap()
  await expect(chip(page, 1, '❤️')).toBeVisible()
  await hold('[data-emoji]', () => expect(page.getByRole('dialog', { name: '回应' })).toBeVisible())
  await look(page, 'reactors-phone-zh')
  await page.keyboard.press('Escape')
  await hold('.gutter .seal', () => expect(composer(page)).toHaveValue('@ola '))
  await composer(page).fill('@ola 好的')
  await page.getByRole('button', { name: '发送' }).tap()
  await expect(row(page, 2)).toContainText('好的')
  await server.post(ola, '梅，@mei 带上饼干')
  await expect(row(page, 3)).toContainText('提到你')
  await look(page, 'room-phone-zh')
  await page.goto('/mentions')
  await expect(page.getByRole('region', { name: '提到我的' }).getByRole('listitem')).toHaveText([/带上饼干/])
  await look(page, 'mentions-phone-zh')
})
