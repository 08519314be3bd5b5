// What axe-core finds on the main pages, in both themes, on a desk and on a phone; and the picture of the manual.
import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { fileURLToPath } from 'node:url'
import type { Page } from '@playwright/test'
import type axe from 'axe-core'
import { enter, expect, log, PHONE, test, WIDE } from './stage'
import type { ChatServer, Person } from './server'

const AXE = createRequire(import.meta.url).resolve('axe-core/axe.min.js')
const PICTURE = fileURLToPath(new URL('../../../docs/images/room.png', import.meta.url))
const SECTIONS = ['profile', 'appearance', 'devices', 'invitations']

async function violations(page: Page): Promise<string[]> {
  // Not by a <script> element, which the CSP blocks.
  await page.evaluate(await readFile(AXE, 'utf8'))
  const found = await page.evaluate(async () => {
    const { violations } = await (globalThis as unknown as { axe: typeof axe }).axe.run()
    return violations.flatMap(({ id, nodes }) => nodes.map((node) => `${id}: ${node.html} ${node.failureSummary}`))
  })
  return found.map((line) => `${new URL(page.url()).pathname} ${line}`)
}

/** A conversation in two languages. */
async function talk(server: ChatServer, mei: Person, ola: Person): Promise<void> {
  const lines: [Person, string][] = [
    [mei, 'Hello everybody, 大家好！'],
    [ola, 'Hello! Did the new tea arrive?'],
    [mei, '到了！龙井和一点普洱。'],
    [mei, 'I left you a tin on the shelf by the window.'],
    [ola, '谢谢！我带了杏仁饼干。'],
    [ola, 'Here is the recipe, if you like: https://example.org/almond-biscuits'],
    [mei, '太好了，下午三点一起喝茶？\nThree o’clock, the small room upstairs.'],
    [ola, 'I will be there. 一会儿见！'],
    [mei, '好的 :-)'],
  ]
  for (const [person, text] of lines) await server.post(person, text)
}

for (const [where, options] of Object.entries({ desk: WIDE, phone: PHONE }))
  for (const theme of ['light', 'dark'] as const)
    test(`axe-core finds nothing (${where}, ${theme})`, async ({ server, open }) => {
      const mei = await server.setUp('mei', '梅 Mei', 'Tea room 茶室')
      await talk(server, mei, await server.register('ola', 'Ola'))
      const still = { ...options, colorScheme: theme, reducedMotion: 'reduce' } as const
      const found: string[] = []
      async function examine(page: Page, name: string): Promise<void> {
        await expect(page.locator('html')).toHaveAttribute('data-theme', theme)
        found.push(...(await violations(page)))
        if (process.env.SCREENSHOT) await page.screenshot({ path: `test-results/look/${name}-${where}-${theme}.png` })
      }

      const door = await open(null, still)
      await door.goto('/sign-in')
      await expect(door.getByRole('heading', { name: 'Welcome back' })).toBeVisible()
      await examine(door, 'sign-in')

      const page = await open(mei, still)
      await enter(page)
      await expect(log(page).locator('[data-seq="9"]')).toBeVisible()
      await examine(page, 'room')
      for (const section of SECTIONS) {
        await page.goto(`/settings/${section}`)
        await expect(page.getByRole('main').getByRole('heading', { level: 2 })).toBeAttached()
        await expect(page.getByText('Loading…')).toHaveCount(0)
        await examine(page, section)
      }
      expect(found).toEqual([])
    })

test('the picture for the manual', async ({ server, open }) => {
  test.skip(!process.env.SCREENSHOT, 'only when SCREENSHOT is set')
  const mei = await server.setUp('mei', '梅 Mei', 'Tea room 茶室')
  const ola = await server.register('ola', 'Ola')
  for (const [title, topic] of [
    ['Garden 花园', 'What grows, what blooms'],
    ['Reading circle', 'This month: 红楼梦'],
  ])
    await server.ask('POST', '/rooms', { title, topic }, mei)
  await server.ask('PATCH', '/rooms/1', { topic: 'Tea, biscuits, small talk · 喝茶聊天' }, mei)
  await talk(server, mei, ola)
  const page = await open(mei, { ...WIDE, reducedMotion: 'reduce' })
  await enter(page)
  await expect(log(page).locator('[data-seq="9"]')).toBeInViewport()
  await expect(page.getByText('Ola').last()).toBeVisible()
  await page.screenshot({ path: PICTURE })
})
