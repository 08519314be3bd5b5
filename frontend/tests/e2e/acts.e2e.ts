// What is done with a message: answered, led back to, talked about apart, changed, passed on.
import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import type { Locator, Page } from '@playwright/test'
import type axe from 'axe-core'
import { composer, enter, expect, LOBBY, log, PHONE, test } from './stage'

const rowOf = (page: Page, seq: number): Locator => log(page).locator(`[data-seq="${seq}"]`)

/** An action of the row's menu, by the keyboard. */
async function choose(page: Page, row: Locator, name: string): Promise<void> {
  await row.focus()
  await page.keyboard.press('Enter')
  await row.getByRole('button', { name: 'More…' }).click()
  await page.getByRole('menuitem', { name }).click()
}

const AXE = createRequire(import.meta.url).resolve('axe-core/axe.min.js')

async function seemly(page: Page): Promise<void> {
  await page.waitForTimeout(300)
  if (!(await page.evaluate(() => 'axe' in globalThis))) await page.evaluate(await readFile(AXE, 'utf8'))
  const found = await page.evaluate(async () => {
    const { violations } = await (globalThis as unknown as { axe: typeof axe }).axe.run()
    return violations.flatMap(({ id, nodes }) => nodes.map((node) => `${id}: ${node.html} ${node.failureSummary}`))
  })
  if (process.env.SHOTS) await page.screenshot({ path: `${process.env.SHOTS}/${Date.now()}.png` })
  expect(found).toEqual([])
}

test('a reply quotes, leads far back, and reading goes on in both directions', async ({ server, open }) => {
  test.slow()
  const mei = await server.setUp('mei', 'Mei')
  const ola = await server.register('ola', 'Ola')
  for (let at = 1; at <= 160; at += 1) await server.post(at % 2 ? ola : mei, `Line ${at}`)
  const page = await open(mei)
  await enter(page)

  // By the key, kept over a reload, and not wanted after all.
  await rowOf(page, 159).focus()
  await page.keyboard.press('r')
  await expect(page.getByText('Reply to Ola')).toBeVisible()
  await expect(composer(page)).toBeFocused()
  await composer(page).fill('half a thought')
  await page.waitForTimeout(600)
  await page.reload()
  await expect(page.getByText('Reply to Ola')).toBeVisible()
  await composer(page).press('Escape')
  await expect(page.getByText('Reply to Ola')).toBeHidden()
  await expect(composer(page)).toHaveValue('half a thought')

  await server.ask('POST', `/rooms/${LOBBY}/messages`, { text: 'As I said', reply: 3 }, ola)
  const quote = rowOf(page, 161).getByRole('button', { name: 'Line 3' })
  await expect(quote).toContainText('Ola')
  await seemly(page)
  await quote.click()
  await expect(rowOf(page, 3)).toBeFocused()
  await expect(rowOf(page, 3)).toBeInViewport()

  const seqs = () =>
    log(page)
      .locator('[data-seq]')
      .evaluateAll((rows) => rows.map((row) => Number((row as HTMLElement).dataset.seq)))
  const whole = async (from: number, to: number) => {
    const found = await seqs()
    expect(found).toEqual(Array.from({ length: found.length }, (_, at) => found[0]! + at))
    return found[0]! <= from && found.at(-1)! >= to
  }
  await log(page).evaluate((box) => box.scrollTo(0, 0))
  await expect.poll(() => whole(1, 3)).toBe(true)
  await expect(page.getByText('This is the beginning')).toBeVisible()
  await expect
    .poll(async () => {
      await log(page).evaluate((box) => box.scrollTo(0, box.scrollHeight))
      return whole(3, 161)
    })
    .toBe(true)
  await log(page).evaluate((box) => box.scrollTo(0, box.scrollHeight))
  await expect(rowOf(page, 161)).toBeInViewport()

  // A link to a message far away does the same.
  await page.goto(`/rooms/${LOBBY}#m-20`)
  await expect(rowOf(page, 20)).toBeFocused()

  // What is quoted and deleted is shown as such, also outside of what is loaded.
  await server.ask('DELETE', `/rooms/${LOBBY}/messages/3`, undefined, ola)
  await page.goto(`/rooms/${LOBBY}`)
  await expect(rowOf(page, 161).getByRole('button', { name: 'Message deleted' })).toBeVisible()
})

test('a thread is talked in apart, live between two people', async ({ server, open }) => {
  const mei = await server.setUp('mei', 'Mei')
  const ola = await server.register('ola', 'Ola')
  await server.post(mei, 'Who brings cups?')
  await server.post(ola, 'Something else')
  const desk = await open(mei)
  const phone = await open(ola, PHONE)
  await enter(desk)
  await enter(phone)

  await rowOf(desk, 1).focus()
  await desk.keyboard.press('t')
  await expect(desk).toHaveURL(`/rooms/${LOBBY}/threads/1`)
  const thread = (page: Page) => page.getByRole('complementary', { name: 'Thread' })
  await expect(thread(desk).getByText('No replies yet')).toBeVisible()
  const field = (page: Page) => thread(page).getByRole('textbox', { name: 'Reply in the thread' })
  await field(desk).fill('I have six')
  await field(desk).press('Enter')
  await expect(thread(desk).getByText('1 reply')).toBeVisible()

  // In the room it stands compactly, and both it and what began it lead to the thread.
  await expect(rowOf(phone, 3).getByRole('button', { name: 'In a thread' })).toBeVisible()
  await rowOf(phone, 1)
    .getByRole('button', { name: /1 reply · last/ })
    .tap()
  await expect(thread(phone).getByText('I have six')).toBeVisible()
  await field(phone).fill('And I have two')
  await thread(phone).getByRole('button', { name: 'Send' }).tap()
  await expect(thread(desk).getByText('And I have two')).toBeVisible()
  await expect(thread(desk).getByText('2 replies')).toBeVisible()
  await expect(thread(desk).locator('[data-seq="4"]')).toHaveCount(1)
  await seemly(desk)
  await seemly(phone)

  // The drafts are two; back is back.
  await field(desk).fill('for the thread')
  await composer(desk).fill('for the room')
  await desk.getByRole('button', { name: 'All threads' }).click()
  await desk.getByRole('link', { name: /Who brings cups\?/ }).click()
  await expect(field(desk)).toHaveValue('for the thread')
  await expect(composer(desk)).toHaveValue('for the room')
  await seemly(desk)
  await phone.goBack()
  await expect(phone).toHaveURL(`/rooms/${LOBBY}`)
  await expect(composer(phone)).toBeVisible()

  // By its address alone; what is edited there is edited there.
  await phone.goto(`/rooms/${LOBBY}/threads/1`)
  await expect(thread(phone).getByText('And I have two')).toBeVisible()
  await server.ask('PATCH', `/rooms/${LOBBY}/messages/3`, { text: 'I have seven' }, mei)
  await expect(thread(phone).getByText('I have seven')).toBeVisible()

  // What is answered there and stands elsewhere is found in the room.
  await server.ask('POST', `/rooms/${LOBBY}/messages`, { text: 'This, too', thread: 1, reply: 2 }, mei)
  await thread(phone).getByRole('button', { name: 'Something else' }).tap()
  await expect(phone).toHaveURL(`/rooms/${LOBBY}#m-2`)
  await expect(rowOf(phone, 2)).toBeFocused()
  await expect(rowOf(phone, 2)).toBeInViewport()
  await phone.goBack()
  await expect(thread(phone).getByText('This, too')).toBeVisible()
})

test('what an edited message said before is seen by moderators and its author alone', async ({ server, open }) => {
  const anna = await server.setUp('anna', 'Anna')
  const mei = await server.register('mei', 'Mei')
  const ola = await server.register('ola', 'Ola')
  await server.post(mei, 'The first text')
  for (const text of ['The second text', 'The third text'])
    await server.ask('PATCH', `/rooms/${LOBBY}/messages/1`, { text }, mei)

  for (const person of [anna, mei]) {
    const page = await open(person)
    await enter(page)
    await rowOf(page, 1).getByRole('button', { name: '(edited)' }).click()
    const dialog = page.getByRole('dialog', { name: 'Edits' })
    await expect(dialog.locator('li .text')).toHaveText(['The third text', 'The second text', 'The first text'])
    await seemly(page)
    await page.keyboard.press('Escape')
    await expect(dialog).toBeHidden()
  }
  const other = await open(ola)
  await enter(other)
  await expect(rowOf(other, 1).getByText('(edited)')).toBeVisible()
  await expect(rowOf(other, 1).getByRole('button', { name: '(edited)' })).toHaveCount(0)
})

test('forwarded out of a private room, a message does not say where it stood', async ({ server, open }) => {
  const mei = await server.setUp('mei', 'Mei')
  const ola = await server.register('ola', 'Ola')
  const made = async (title: string, kind: string) =>
    ((await (await server.ask('POST', '/rooms', { title, kind }, mei)).json()) as { room: number }).room
  const office = await made('Secret office', 'private')
  await server.post(mei, 'The plan', office)
  await server.post(ola, 'Said in the open')
  const page = await open(mei)
  const other = await open(ola)
  await enter(other)

  await enter(page, office)
  await choose(page, rowOf(page, 1), 'Forward…')
  const dialog = page.getByRole('dialog', { name: 'Forward' })
  await dialog.getByRole('searchbox', { name: 'Find rooms and people' }).fill('lob')
  await dialog.getByRole('checkbox', { name: 'Lobby' }).check()
  await dialog.getByRole('searchbox', { name: 'Find rooms and people' }).fill('ola')
  await dialog.getByRole('checkbox', { name: 'Ola' }).check()
  await dialog.getByLabel('Your comment (optional)').fill('See this')
  await seemly(page)
  await dialog.getByRole('button', { name: 'Forward to 2 places' }).click()
  await expect(page.getByText('Forwarded', { exact: true })).toBeVisible()

  await expect(rowOf(other, 2)).toContainText('Forwarded from Mei')
  await expect(rowOf(other, 2)).toContainText('The plan')
  await expect(rowOf(other, 2).getByRole('link')).toHaveCount(0)
  await expect(rowOf(other, 3)).toContainText('See this')
  await expect(other.getByText('Secret office')).toHaveCount(0)
  await expect(other.getByRole('link', { name: /Mei.*unread/ })).toBeVisible()

  // Out of a public one it does, and leads there.
  await enter(page)
  await choose(page, rowOf(page, 1), 'Forward…')
  await dialog.getByRole('checkbox', { name: 'Secret office' }).check()
  await dialog.getByRole('button', { name: 'Forward to 1 place' }).click()
  await enter(page, office)
  await expect(rowOf(page, 2)).toContainText('Forwarded from Ola')
  await rowOf(page, 2).getByRole('link', { name: 'Lobby' }).click()
  await expect(rowOf(page, 1)).toBeFocused()
  await expect(page).toHaveURL(`/rooms/${LOBBY}#m-1`)
})

test('every action is at hand for a finger, in Chinese too', async ({ server, open }) => {
  const mei = await server.setUp('mei', '梅 Mei')
  const ola = await server.register('ola', 'Ola')
  await server.post(ola, '明天谁带茶杯？')
  await server.ask('POST', `/rooms/${LOBBY}/messages`, { text: '我带六个', reply: 1 }, mei)
  await server.ask('POST', `/rooms/${LOBBY}/messages`, { text: '够了吗？', thread: 1 }, ola)
  await server.ask('POST', `/rooms/${LOBBY}/messages`, { text: '', forward: { room: LOBBY, seq: 1 } }, mei)
  await server.ask('PATCH', `/rooms/${LOBBY}/messages/2`, { text: '我带七个' }, mei)
  const page = await open(mei, { ...PHONE, locale: 'zh-CN' })
  await enter(page)
  await expect(rowOf(page, 4)).toContainText('转发自 Ola')
  await seemly(page)

  const press = async (row: Locator) => {
    await row.dispatchEvent('pointerdown', { pointerType: 'touch', isPrimary: true, button: 0 })
    await expect(page.getByRole('dialog')).toBeVisible()
    await page.dispatchEvent('body', 'touchend')
  }
  await press(rowOf(page, 2))
  await expect(page.getByRole('dialog').getByRole('listitem')).toHaveText([
    ...['回应', '回复', '话题', '修改', '复制文字', '复制链接', '转发…', '置顶', '从这里标为未读', '删除'],
  ])
  await seemly(page)
  await page.getByRole('button', { name: '转发…' }).tap()
  await expect(page.getByRole('checkbox', { name: 'Lobby' })).toBeVisible()
  await seemly(page)
  await page.keyboard.press('Escape')
  await press(rowOf(page, 1))
  await page.getByRole('dialog').getByRole('button', { name: '回复', exact: true }).tap()
  await expect(page.getByText('回复 Ola')).toBeVisible()
  await seemly(page)
  await page.goto(`/rooms/${LOBBY}/threads`)
  await expect(page.getByRole('link', { name: /明天谁带茶杯/ })).toBeVisible()
  await seemly(page)
})

test('the menu of a row is worked by keys, and gives the focus back', async ({ server, open }) => {
  const mei = await server.setUp('mei', 'Mei')
  await server.post(mei, 'One')
  const page = await open(mei)
  await enter(page)
  await rowOf(page, 1).focus()
  await page.keyboard.press('Enter')
  // Past three emoji, and to react, to reply, the thread, to edit.
  for (let at = 0; at < 7; at += 1) await page.keyboard.press('ArrowRight')
  await page.keyboard.press('Enter')
  const menu = page.getByRole('menu', { name: 'Message tools' })
  await expect(menu.getByRole('menuitem')).toHaveText([
    ...['Copy text', 'Copy link', 'Forward…', 'Pin', 'Mark unread from here', 'Delete'],
  ])
  await seemly(page)
  await page.keyboard.press('Escape')
  await expect(menu).toBeHidden()
  await expect(rowOf(page, 1).getByRole('button', { name: 'More…' })).toBeFocused()
  await choose(page, rowOf(page, 1), 'Delete')
  await page.getByRole('alertdialog').getByRole('button', { name: 'Delete' }).click()
  await expect(rowOf(page, 1)).toContainText('Message deleted')
})
