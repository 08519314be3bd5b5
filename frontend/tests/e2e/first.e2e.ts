// The first visit: whoever has the code makes the house, walks in and says something.
import { composer, expect, expectHistory, LOBBY, log, PASSWORD, PHONE, say, signIn, test, WIDE } from './stage'

for (const [where, options] of Object.entries({ desk: WIDE, phone: PHONE }))
  test(`set-up page makes the owner, then the lobby, then the first message (${where})`, async ({ server, open }) => {
    const page = await open(null, options)
    await page.goto(`/setup#${await server.setupCode()}`)
    await expect(page.getByLabel('Set-up code')).not.toHaveValue('')
    await expect(page, 'the code leaves the address bar').toHaveURL('/setup')
    await page.getByLabel('Name', { exact: true }).fill('mei')
    await page.getByLabel('Display name').fill('梅 Mei')
    await page.getByLabel('Password', { exact: true }).fill(PASSWORD)
    await page.getByLabel('First room').fill('Lobby 大厅')
    await page.getByRole('button', { name: 'Open the doors' }).click()

    if (where === 'phone') await page.getByRole('link', { name: 'Lobby 大厅' }).click()
    await expect(page).toHaveURL(`/rooms/${LOBBY}`)
    await expect(page.getByRole('heading', { name: 'Lobby 大厅' })).toBeVisible()
    await expect(log(page)).toContainText('No messages yet')

    if (where === 'desk') await say(page, 'Hello, 世界')
    else {
      await composer(page).fill('Hello, 世界')
      await page.getByRole('button', { name: 'Send', exact: true }).tap()
    }
    await expect(log(page).locator('[data-seq="1"]')).toContainText('Hello, 世界')
    await expect(composer(page)).toHaveValue('')
    const wide = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)
    expect(wide, 'nothing sticks out at the side').toBeLessThanOrEqual(0)
  })

test('two people talk, one came by the register page, one by the sign-in page', async ({ server, open }) => {
  const mei = await server.setUp('mei', '梅 Mei')
  const first = await open(null)
  await signIn(first, 'mei')
  await expect(composer(first)).toBeVisible()

  const second = await open(null)
  await second.goto('/register')
  await second.getByLabel('Name', { exact: true }).fill('ola')
  await second.getByLabel('Display name').fill('Ola')
  await second.getByLabel('Password', { exact: true }).fill(PASSWORD)
  await second.getByRole('button', { name: 'Create account' }).click()
  await expect(composer(second)).toBeVisible()

  await say(first, '你好，Ola！')
  await expect(log(second)).toContainText('你好，Ola！')
  await say(second, 'Hello Mei!\n<b>no</b> markup here')
  await expect(log(first)).toContainText('<b>no</b> markup here')
  for (const page of [first, second]) await expectHistory(page, () => server.history(mei))
  await expect(log(first).getByRole('article')).toHaveCount(2)
  await expect(log(first).locator('[data-seq="2"]')).toContainText('Ola')
})
