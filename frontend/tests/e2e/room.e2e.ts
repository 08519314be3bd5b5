// Writing and reading: input methods, history, other devices, language and theme.
import { composer, enter, expect, LOBBY, log, say, screen, signIn, test } from './stage'

test('Enter belongs to the input method until it is done', async ({ server, open }) => {
  const mei = await server.setUp('mei', 'Mei')
  const page = await open(mei)
  await enter(page)
  await composer(page).focus()
  const input = await page.context().newCDPSession(page)
  const enterKey = { key: 'Enter', code: 'Enter', windowsVirtualKeyCode: 13 }

  await input.send('Input.imeSetComposition', { text: 'ni hao', selectionStart: 6, selectionEnd: 6 })
  await input.send('Input.dispatchKeyEvent', { type: 'rawKeyDown', ...enterKey })
  await input.send('Input.dispatchKeyEvent', { type: 'keyUp', ...enterKey })
  await expect(composer(page)).toHaveValue('ni hao')
  await input.send('Input.insertText', { text: '你好' })
  // WebKit's order: the composition is over, and the key that ended it comes after.
  await input.send('Input.dispatchKeyEvent', { type: 'rawKeyDown', ...enterKey, windowsVirtualKeyCode: 229 })
  await input.send('Input.dispatchKeyEvent', { type: 'keyUp', ...enterKey, windowsVirtualKeyCode: 229 })
  await expect(composer(page)).toHaveValue('你好')
  expect(await screen(page)).toEqual([])

  await composer(page).press('Enter')
  await expect.poll(() => screen(page)).toEqual([{ seq: 1, text: '你好' }])
  expect(await server.history(mei)).toEqual([{ seq: 1, text: '你好' }])
})

test('history comes from above, and what one reads stays where it is', async ({ server, open }) => {
  const mei = await server.setUp('mei', 'Mei')
  const ola = await server.register('ola', 'Ola')
  for (let at = 1; at <= 150; at += 1)
    await server.post(
      at % 5 < 3 || at === 150 ? mei : ola,
      `Line ${at}${' and some more words, 还有几个字'.repeat(at % 7)}`,
    )
  const page = await open(mei)

  // The answers for older pages wait until they are let go: what moves then moves because of them.
  let letGo: (() => void) | null = null
  await page.route(/\/messages\?.*before=/, async (route) => {
    await new Promise<void>((resolve) => (letGo = resolve))
    letGo = null
    await route.continue()
  })
  await enter(page)
  await expect(log(page).locator('[data-seq="150"]')).toBeInViewport()

  const seqs = async () => (await screen(page)).map((line) => line.seq ?? 0)
  const placeOf = (seq: number) =>
    log(page)
      .locator(`[data-seq="${seq}"]`)
      .evaluate((row) => row.getBoundingClientRect().top)
  const firstVisible = () =>
    log(page).evaluate((box) => {
      const top = box.getBoundingClientRect().top
      const rows = [...box.querySelectorAll<HTMLElement>('[data-seq]')]
      return Number(rows.find((row) => row.getBoundingClientRect().bottom > top)?.dataset.seq)
    })

  let pages = 0
  while (!(await seqs()).includes(1)) {
    const oldest = Math.min(...(await seqs()))
    await log(page).hover()
    await expect(async () => {
      await page.mouse.wheel(0, -600)
      expect(letGo).not.toBeNull()
    }).toPass()
    let before = { seq: 0, top: 0 }
    await expect(async () => {
      const seq = await firstVisible()
      const now = { seq, top: await placeOf(seq) }
      const isStill = now.seq === before.seq && now.top === before.top
      before = now
      expect(isStill).toBe(true)
    }).toPass({ intervals: [50, 100] })
    letGo!()
    await expect.poll(async () => Math.min(...(await seqs()))).toBeLessThan(oldest)
    expect(Math.abs((await placeOf(before.seq)) - before.top), `row ${before.seq} stays`).toBeLessThanOrEqual(2)
    pages += 1
  }
  expect(pages).toBeGreaterThanOrEqual(2)
  expect(await seqs()).toEqual(Array.from({ length: 150 }, (_, at) => at + 1))
  await expect(async () => {
    await page.mouse.wheel(0, -3000)
    await expect(log(page).getByText('This is the beginning')).toBeInViewport({ timeout: 500 })
  }).toPass()
})

test('what two people change at once is shown, not overwritten', async ({ server, open }) => {
  const mei = await server.setUp('mei', 'Mei')
  await server.post(mei, 'tea at three')
  await server.post(mei, 'bring biscuits')
  const page = await open(mei)
  await enter(page)
  const row = (seq: number) => log(page).locator(`[data-seq="${seq}"]`)
  const field = row(1).getByRole('textbox', { name: 'Edit' })
  async function edit(seq: number): Promise<void> {
    await row(seq).focus()
    await page.keyboard.press('e')
  }

  await edit(1)
  await field.fill('tea at four')
  await server.ask('PATCH', `/rooms/${LOBBY}/messages/1`, { text: 'tea at five' }, mei)
  await server.post(mei, 'the row has come')
  await expect(row(3)).toBeVisible()
  await field.press('Enter')
  await expect(row(1).getByRole('alert')).toHaveText('Somebody changed this in the meantime.')
  await expect(row(1)).toContainText('tea at five')
  await expect(field).toHaveValue('tea at four')
  await row(1).getByRole('button', { name: 'Save mine' }).click()
  await expect(row(1)).toContainText('tea at four')
  await expect(field).toHaveCount(0)

  await edit(2)
  await row(2).getByRole('textbox').fill('bring many biscuits')
  await server.ask('DELETE', `/rooms/${LOBBY}/messages/2`, undefined, mei)
  await row(2).getByRole('button', { name: 'Save' }).click()
  await expect(row(2)).toContainText('has been deleted')
  await row(2).getByRole('button', { name: 'Write as new' }).click()
  await expect(composer(page)).toBeFocused()
  await expect(composer(page)).toHaveValue('bring many biscuits')

  const info = page.getByRole('complementary')
  await page.goto(`/rooms/${LOBBY}/info`)
  await info.getByRole('button', { name: 'Edit title and topic' }).click()
  await info.getByLabel('Topic').fill('Tea and cake')
  await server.ask('PATCH', `/rooms/${LOBBY}`, { title: 'Tea room', topic: 'Only tea' }, mei)
  await info.getByRole('button', { name: 'Save' }).click()
  await expect(info.getByRole('alert')).toHaveText('Somebody changed this in the meantime.')
  await expect(info.getByText('Only tea')).toBeVisible()
  await expect(info.getByLabel('Topic'), 'what was typed stays').toHaveValue('Tea and cake')
  await expect(info.getByLabel('Title'), 'what was not touched follows').toHaveValue('Tea room')
  await info.getByRole('button', { name: 'Save mine' }).click()
  await expect(info.getByRole('heading', { name: 'Tea room' })).toBeVisible()
  await expect(info.getByText('Tea and cake')).toBeVisible()
})

test('no script of the page turns text into markup', async ({ server, browser }) => {
  const context = await browser.newContext({ baseURL: server.url })
  const page = await context.newPage()
  await page.goto('/setup')
  const why = await page.evaluate(() => {
    try {
      document.body.innerHTML = '<b>markup</b>'
      return 'nothing'
    } catch (error) {
      return String(error)
    }
  })
  expect(why).toContain('TrustedHTML')
  await context.close()
})

test('signing out another device ends its page', async ({ server, open }) => {
  await server.setUp('mei', 'Mei')
  const desk = await open(null)
  await signIn(desk, 'mei')
  await expect(composer(desk)).toBeVisible()
  const other = await open(null, {
    userAgent: 'Mozilla/5.0 (X11; Ubuntu; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0',
  })
  await signIn(other, 'mei')
  await expect(composer(other)).toBeVisible()
  await composer(other).fill('not yet said')

  await desk.goto('/settings/devices')
  await desk.getByRole('button', { name: /^Sign out Firefox/ }).click()
  await expect(other.getByText('You are signed out')).toBeVisible()
  await expect(other.getByText('Your drafts are kept.')).toBeVisible()
  await expect(desk.getByRole('button', { name: /^Sign out Firefox/ })).toHaveCount(0)

  await other.getByRole('button', { name: 'Sign in' }).click()
  await signIn(other, 'mei')
  await expect(composer(other)).toHaveValue('not yet said')
})

test('language and theme outlive a reload', async ({ server, open }) => {
  const page = await open(await server.setUp('mei', 'Mei'))
  await page.goto('/settings/language')
  await page.getByRole('radio', { name: '中文（简体）' }).check({ force: true })
  await expect(page.locator('html')).toHaveAttribute('lang', 'zh-CN')
  await page.goto('/settings/appearance')
  await page.getByRole('radio', { name: '深色' }).check({ force: true })
  await expect(page.locator('html')).toHaveAttribute('data-theme', 'dark')

  await page.reload()
  await expect(page.getByRole('heading', { name: '设置' })).toBeVisible()
  await expect(page.locator('html')).toHaveAttribute('lang', 'zh-CN')
  await expect(page.locator('html')).toHaveAttribute('data-theme', 'dark')
  await enter(page)
  await say(page, 'still here')
  await expect(log(page)).toContainText('still here')
  await expect(page.getByRole('button', { name: '发送', exact: true })).toBeVisible()
})
