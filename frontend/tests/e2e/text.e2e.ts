// Writing and what is written: Markdown, emoji, suggestions, input methods, and a message written off line.
import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import type { Page } from '@playwright/test'
import type axe from 'axe-core'
import { Cable, composer, enter, expect, expectHistory, LOBBY, log, PHONE, say, test, WIDE } from './stage'

const AXE = createRequire(import.meta.url).resolve('axe-core/axe.min.js')
const WAIT = { timeout: 15_000 }

async function violations(page: Page): Promise<string[]> {
  if (!(await page.evaluate(() => 'axe' in globalThis))) await page.evaluate(await readFile(AXE, 'utf8'))
  return page.evaluate(async () => {
    const { violations } = await (globalThis as unknown as { axe: typeof axe }).axe.run()
    return violations.flatMap(({ id, nodes }) => nodes.map((node) => `${id}: ${node.html} ${node.failureSummary}`))
  })
}

const options = (page: Page, name: string) => page.getByRole('listbox', { name }).getByRole('option')

test('Markdown is shown as what it means, and nothing of it is HTML', async ({ server, open }) => {
  const mei = await server.setUp('mei', '梅')
  await server.post(mei, '**真。**她 *and* ~~not~~ `code`')
  await server.post(mei, '```js\nconst tea = "<img src=x onerror=alert(1)>"\n```')
  await server.post(mei, '结局是||她走了。||')
  await server.post(
    mei,
    '[x](javascript:alert(1)) <script>alert(1)</script> [tea](https://example.com/t) 看https://example.com吧',
  )
  await server.post(mei, '- one\n- two\n\n> said so')
  const page = await open(mei)
  await enter(page)
  const rows = log(page).locator('[data-key]')
  await expect(rows.nth(0).locator('strong')).toHaveText('真。')
  await expect(rows.nth(0).locator('em, s, code')).toHaveText(['and', 'not', 'code'])
  await expect(rows.nth(1).locator('.code-keyword')).toHaveText('const')
  await expect(rows.nth(1).locator('pre')).toContainText('<img src=x onerror=alert(1)>')
  const cover = rows.nth(2).getByRole('button', { name: 'Covered text: show it' })
  await cover.click()
  await expect(rows.nth(2).locator('.text')).toHaveText('结局是她走了。')
  await expect(cover).toHaveCount(0)
  const links = rows.nth(3).locator('.text a')
  await expect(links).toHaveText(['tea', 'https://example.com'])
  await expect(links.first()).toHaveAttribute('rel', 'noopener noreferrer nofollow ugc')
  await expect(rows.nth(3).locator('script')).toHaveCount(0)
  await expect(rows.nth(4).locator('li')).toHaveText(['one', 'two'])
  await expect(rows.nth(4).locator('blockquote')).toHaveText('said so')
})

test('suggestions come at a name, also right after Chinese, and leave the input method alone', async ({
  server,
  open,
}) => {
  const mei = await server.setUp('mei', '梅', 'Tea room')
  await server.register('linna', '林娜')
  await server.register('ola', 'Ola')
  const page = await open(mei)
  await enter(page)
  const field = composer(page)

  // By the handle or the name that is shown; the field keeps the focus.
  await field.pressSequentially('你好@林')
  await expect(options(page, 'People')).toHaveText(/林娜\s*@linna/, WAIT)
  await expect(field).toBeFocused()
  const active = await field.getAttribute('aria-activedescendant')
  await expect(page.locator(`[id="${active}"]`)).toHaveAttribute('aria-selected', 'true')
  await field.press('Tab')
  await expect(field).toHaveValue('你好@linna ')

  // Esc closes the list and nothing else, and it stays closed for this word.
  await field.pressSequentially('＠ol')
  await expect(options(page, 'People')).toHaveText(/Ola/)
  await field.press('Escape')
  await expect(options(page, 'People')).toHaveCount(0)
  await expect(field).toBeFocused()
  await field.pressSequentially('a')
  await expect(options(page, 'People')).toHaveCount(0)
  await field.fill('')

  // A composition in front of an open list: its Enter chooses signs, not people, and sends nothing.
  await field.pressSequentially('@')
  await expect(options(page, 'People').first()).toBeVisible()
  const input = await page.context().newCDPSession(page)
  await input.send('Input.imeSetComposition', { text: 'lin', selectionStart: 3, selectionEnd: 3 })
  await expect(field).toHaveValue('@lin')
  const confirm = { type: 'rawKeyDown', key: 'Enter', code: 'Enter', windowsVirtualKeyCode: 229 } as const
  await input.send('Input.dispatchKeyEvent', confirm)
  await expect(field).toHaveValue('@lin')
  await input.send('Input.insertText', { text: '林' })
  await expect(field).toHaveValue('@林')
  await expect(options(page, 'People')).toHaveText(/林娜/)
  await field.press('Enter')
  await expect(field).toHaveValue('@linna ')
  await field.press('Enter')
  await expect(log(page).locator('.text')).toHaveText(['@linna '])

  // Rooms; and a room that is named is a door.
  await field.pressSequentially('去#tea')
  await expect(options(page, 'Rooms')).toHaveText(/Tea room/)
  await field.press('Enter')
  await expect(field).toHaveValue('去#Tea room ')
  await field.press('Enter')
  await expect(log(page).getByRole('link', { name: '#Tea room' })).toHaveAttribute('href', `/rooms/${LOBBY}`)

  // Emoji: by a code that is begun, by one that is closed; a Chinese colon is punctuation, so there Enter sends.
  await field.pressSequentially('好:tad')
  await expect(options(page, 'Emoji').first()).toContainText(':party:')
  await field.press('ArrowDown')
  await field.press('ArrowUp')
  await field.press('Enter')
  await expect(field).toHaveValue('好🎉')
  await field.pressSequentially(' :thumbsup:')
  await expect(field).toHaveValue('好🎉 👍')
  await field.fill('')
  await field.pressSequentially('他说：笑')
  await expect(options(page, 'Emoji').first()).toBeVisible()
  await field.press('Enter')
  await expect(log(page).locator('.text').last()).toHaveText('他说：笑')
})

test('an emoji is picked with the keys alone, and undone like typed text', async ({ server, open }) => {
  const mei = await server.setUp('mei', '梅')
  const page = await open(mei)
  await enter(page)
  const field = composer(page)
  await field.pressSequentially('Tea! ')
  await field.press('Control+;')
  const search = page.getByRole('searchbox', { name: 'Search emoji' })
  await expect(search).toBeFocused()
  await search.pressSequentially('party pop')
  await expect(options(page, 'Emoji').first()).toHaveAccessibleName('party popper')
  await search.press('ArrowDown')
  await expect(options(page, 'Emoji').first()).toBeFocused()
  await page.keyboard.press('Enter')
  await expect(field).toBeFocused()
  await expect(field).toHaveValue('Tea! 🎉')
  await field.press('Control+z')
  await expect(field).toHaveValue('Tea! ')

  // Lately used comes first; 大笑 is found by its pinyin too; Esc closes the panel and goes back to the field.
  await field.press('Control+;')
  await expect(options(page, 'Emoji').first()).toHaveText('🎉')
  await search.fill('daxiao')
  await expect(options(page, 'Emoji').filter({ hasText: '😄' })).toBeVisible()
  await search.press('Escape')
  await expect(search).toHaveValue('')
  await search.press('ArrowDown')
  await page.keyboard.press('ArrowRight')
  await page.keyboard.press('ArrowDown')
  await page.keyboard.press('Escape')
  await expect(search).toHaveCount(0)
  await expect(field).toBeFocused()
})

test('formatting by keys and buttons; an address pasted over words makes a link', async ({ server, open }) => {
  const mei = await server.setUp('mei', '梅')
  const page = await open(mei)
  await enter(page)
  const field = composer(page)
  await field.fill('see tea')
  await field.evaluate((box: HTMLTextAreaElement) => box.setSelectionRange(4, 7))
  await field.press('Control+b')
  await expect(field).toHaveValue('see **tea**')
  await page.getByRole('button', { name: 'Formatting' }).click()
  await page.getByRole('button', { name: 'Italic' }).click()
  await expect(field).toHaveValue('see ***tea***')
  await expect(field).toBeFocused()
  await field.press('Control+z')
  await expect(field).toHaveValue('see **tea**')
  await field.fill('see tea')
  await field.evaluate((box: HTMLTextAreaElement) => {
    box.setSelectionRange(4, 7)
    const data = new DataTransfer()
    data.setData('text/plain', 'https://example.com/tea')
    box.dispatchEvent(new ClipboardEvent('paste', { clipboardData: data, bubbles: true, cancelable: true }))
  })
  await expect(field).toHaveValue('see [tea](https://example.com/tea)')
  await field.press('Enter')
  await expect(log(page).getByRole('link', { name: 'tea' })).toHaveAttribute('href', 'https://example.com/tea')
})

test('what is written off line outlives the page and is delivered once', async ({ server, open, complaints }) => {
  const mei = await server.setUp('mei', '梅')
  const cable = await Cable.to(server)
  complaints.know(cable.url)
  complaints.lineBreaks = true
  const page = await open(null, { ...WIDE, baseURL: cable.url })
  const context = page.context()
  await context.addCookies([{ name: 'webchat', value: mei.cookie, url: cable.url, httpOnly: true, sameSite: 'Lax' }])
  await enter(page)
  await say(page, 'before')
  await expectHistory(page, () => server.history(mei))
  cable.pull()
  await say(page, 'written **off line**')
  await expect(log(page).getByText('off line')).toBeVisible()
  expect((await server.history(mei)).map(({ text }) => text)).toEqual(['before'])
  await page.close()
  cable.plugIn()
  const later = await context.newPage()
  await enter(later)
  await expect(async () =>
    expect((await server.history(mei)).map(({ text }) => text)).toEqual(['before', 'written **off line**']),
  ).toPass(WAIT)
  await expect(log(later).locator('strong')).toHaveText('off line')
  await later.reload()
  await expect(log(later).locator('[data-key]')).toHaveCount(2)
  expect(await server.history(mei)).toHaveLength(2)
})

test('a party popper alone is celebrated, but not before those who want no motion', async ({ server, open }) => {
  const mei = await server.setUp('mei', '梅')
  const ola = await server.register('ola', 'Ola')
  const page = await open(mei)
  const still = await open(ola, { ...WIDE, reducedMotion: 'reduce' })
  await enter(page)
  await enter(still)
  const petals = (where: Page) => where.locator('canvas.petals')
  await still.evaluate(() => {
    const seen = globalThis as unknown as { petals: number }
    seen.petals = 0
    new MutationObserver(() => (seen.petals += document.querySelectorAll('canvas.petals').length)).observe(
      document.body,
      { childList: true, subtree: true },
    )
  })
  await say(page, 'no 🎉 here')
  await say(page, '🎉')
  await expect(petals(page)).toBeVisible()
  await expect(petals(page)).toHaveCount(0)
  await expect(log(still).locator('.jumbo')).toHaveText('🎉')
  await say(still, '🎉')
  await expect(petals(page)).toBeVisible()
  expect(await still.evaluate(() => (globalThis as unknown as { petals: number }).petals)).toBe(0)
})

for (const [where, options] of [
  ['desk', WIDE],
  ['phone', PHONE],
] as const)
  for (const locale of ['en-GB', 'zh-CN'])
    test(`axe-core finds nothing while writing (${where}, ${locale})`, async ({ server, open }) => {
      const mei = await server.setUp('mei', '梅 Mei', '茶室')
      const ola = await server.register('ola', 'Ola')
      await server.post(ola, '**真。**她 *and* ~~not~~ `code` ||covered|| https://example.com #茶室')
      await server.post(ola, '> so\n\n1. one\n2. two\n\n```py\n# tea\nprint("tea", 3)\n```')
      const page = await open(mei, { ...options, locale })
      await enter(page)
      const field = composer(page)
      const shot = async (name: string) => {
        expect(await violations(page), name).toEqual([])
        const folder = process.env.SHOTS
        if (folder) await page.screenshot({ path: `${folder}/${where}-${locale}-${name}.png` })
      }
      for (const [name, text] of [
        ['people', '@o'],
        ['rooms', '#'],
        ['signs', ':hear'],
      ] as const) {
        await field.fill('')
        await field.pressSequentially(text)
        await expect(page.getByRole('listbox').getByRole('option').first()).toBeVisible()
        await shot(name)
      }
      await field.fill('hello')
      await page.getByRole('button', { name: /^(Formatting|文字格式)$/ }).click()
      await expect(page.getByRole('button', { name: /^(Bold|粗体)$/ })).toBeVisible()
      await shot('format')
      await page.getByRole('button', { name: /^(Emoji|表情)$/ }).click()
      await expect(page.getByRole('option', { name: /^(grinning face|嘿嘿)$/ })).toBeVisible()
      await shot('emoji')
      await page.getByRole('searchbox', { name: /^(Search emoji|搜索表情)$/ }).fill('cat')
      await shot('emoji-found')
    })
