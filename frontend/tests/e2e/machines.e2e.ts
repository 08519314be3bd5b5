// Programs among people: bots are known as such wherever they are named, and a webhook that gives up says so.
import { audit, shot } from './axe'
import { composer, enter, expect, LOBBY, log, PHONE, test, WIDE } from './stage'

for (const [screen, options, words] of [
  ['on a desktop', WIDE, { chip: 'BOT' }],
  ['on a phone, in Chinese', { ...PHONE, locale: 'zh-CN' }, { chip: '机器人' }],
] as const)
  test(`a bot is known as one where it is mentioned, listed and looked at, ${screen}`, async ({ server, open }) => {
    const anna = await server.setUp('anna', 'Anna')
    const made = await server.ask('POST', '/bots', { name: 'weather', display_name: 'Weather' }, anna)
    const { user: bot } = (await made.json()) as { user: { id: number } }
    await server.ask('POST', `/rooms/${LOBBY}/members`, { users: [bot.id] }, anna)
    const page = await open(anna, options)
    await enter(page)

    await composer(page).pressSequentially('@we')
    const option = page.getByRole('listbox').getByRole('option', { name: /Weather/ })
    await expect(option).toContainText(words.chip)
    await audit(page)
    await shot(page, `bot-mention-${options.viewport.width}`)
    await option.click()
    await expect(composer(page)).toHaveValue('@weather ')

    await page.goto('/people')
    const row = page.getByRole('listitem').filter({ hasText: 'Weather' })
    await expect(row).toContainText(words.chip)
    await shot(page, `bot-people-${options.viewport.width}`)
    await page.goto(`/people/${bot.id}`)
    await expect(page.getByRole('main')).toContainText(words.chip)
    await audit(page)
    await shot(page, `bot-profile-${options.viewport.width}`)
    await page.goto(`/rooms/${LOBBY}/members`)
    await expect(page.getByRole('listitem').filter({ hasText: 'Weather' })).toContainText(words.chip)
    await shot(page, `bot-members-${options.viewport.width}`)
  })

for (const [screen, options, words] of [
  ['on a desktop', WIDE, { told: 'I have been paused', server: 'The server' }],
  ['on a phone, in Chinese', { ...PHONE, locale: 'zh-CN' }, { told: '我已被暂停', server: '服务器' }],
] as const)
  test(`who looks after a room is told that its webhook was paused, ${screen}`, async ({ server, open }) => {
    const anna = await server.setUp('anna', 'Anna')
    if (options.viewport.width < 500) await server.ask('PATCH', '/me', { locale: 'zh-CN' }, anna)
    await server.ask('PATCH', '/admin/settings', { webhooks: true }, anna)
    const hook = { label: 'CI', url: 'http://127.0.0.1/hook', events: ['message.posted'], word: '', bots: false }
    await server.ask('POST', `/rooms/${LOBBY}/hooks/outgoing`, hook, anna)
    const page = await open(anna, options)
    await enter(page)
    for (const text of ['one', 'two', 'three']) await server.post(anna, text)
    if (options.viewport.width < 500) await page.goto('/')
    const talk = page.locator('a[href^="/rooms/"]').filter({ hasText: 'CI' })
    await expect(talk).toBeVisible({ timeout: 30_000 })
    await talk.click()
    await expect(log(page)).toContainText(words.told)
    await expect(log(page)).toContainText('Lobby')
    await audit(page)
    await shot(page, `hook-rests-${options.viewport.width}`)
    await page.goto('/admin/audit')
    await expect(page.getByRole('main').getByRole('listitem').filter({ hasText: 'CI' }).first()).toContainText(
      words.server,
    )
    await shot(page, `hook-audit-${options.viewport.width}`)
  })
