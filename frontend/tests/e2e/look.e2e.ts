// What axe-core finds everywhere, in both languages and themes, on a desk and on a phone; reflow; and the picture of the manual.
import { fileURLToPath } from 'node:url'
import type { Locator, Page } from '@playwright/test'
import { shot, violations } from './axe'
import { composer, enter, expect, go, log, PHONE, test, WIDE } from './stage'
import type { ChatServer, Person } from './server'
import { words, type Say } from './words'

const PICTURE = fileURLToPath(new URL('../../../docs/images/room.png', import.meta.url))
const SECTIONS = [
  'Profile',
  'Appearance',
  'Notifications',
  'Language',
  'Devices',
  'Password',
  'API tokens',
  'Privacy',
  'Invitations',
  'Keyboard',
  'About',
]

/** A whole round, on a machine that does much else besides. */
const ROUND_MS = 300_000

/** A picture of one pixel. */
const DOT = {
  name: 'dot.png',
  mimeType: 'image/png',
  buffer: Buffer.from(
    'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg==',
    'base64',
  ),
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

/** What is put on messages and beside them: a thread in which one is mentioned, a pin, a reaction. */
async function furnish(server: ChatServer, mei: Person, ola: Person): Promise<void> {
  const at = '/rooms/1/messages'
  await server.ask('POST', at, { text: '到了，@mei 看看桂花茶也到了没有', thread: 2 }, ola)
  await server.ask('PUT', `${at}/7/pin`, undefined, mei)
  await server.ask('PUT', `${at}/7/reactions/${encodeURIComponent('🍵')}`, undefined, ola)
}

type Look = (page: Page, name: string) => Promise<void>

/** The doors, for somebody who is not signed in; ends with everybody there. */
async function goPastDoors(page: Page, server: ChatServer, look: Look, say: Say): Promise<Person> {
  await page.goto(`/setup#${await server.setupCode()}`)
  await expect(page.getByLabel(say('Set-up code'))).not.toHaveValue('')
  await look(page, 'set-up')
  const mei = await server.setUp('mei', '梅 Mei', 'Tea room 茶室')
  const ola = await server.register('ola', 'Ola')
  await talk(server, mei, ola)
  await furnish(server, mei, ola)
  await page.goto('/register')
  await page.getByLabel(say('Password'), { exact: true }).fill('short')
  await look(page, 'register')
  const { code } = (await (await server.ask('POST', '/invites', { days: 7, uses: 1 }, mei)).json()) as { code: string }
  await page.goto(`/invite/${code}`)
  await expect(page.getByRole('heading', { name: say('You are invited') })).toBeVisible()
  await look(page, 'invitation')
  await page.goto('/sign-in')
  await expect(page.getByRole('heading', { name: say('Welcome back') })).toBeVisible()
  await look(page, 'sign-in')
  await go(page, '/reset/abcdef')
  await expect(page.getByRole('heading', { name: say('A new password') })).toBeVisible()
  await look(page, 'reset')
  await server.ask('PATCH', '/admin/settings', { guests: true, terms: 'Be kind. 好好说话。' }, mei)
  await page.goto('/terms')
  await expect(page.getByText('好好说话')).toBeVisible()
  await look(page, 'terms')
  await go(page, '/look-round')
  await page.getByLabel(say('Display name')).fill('Gus')
  await look(page, 'look-round')
  await page.getByRole('button', { name: say('Come in') }).click()
  // On a desk the way goes on to the room by itself: it must have arrived before another is taken.
  await expect(page).toHaveURL(page.viewportSize()!.width < 640 ? /\/(rooms\/1)?$/ : /\/rooms\/1$/)
  await expect(page.getByRole('link', { name: 'Tea room 茶室' }).or(composer(page)).first()).toBeVisible()
  await go(page, '/stay')
  await expect(page.getByRole('heading', { name: say('Create an account') })).toBeVisible()
  await look(page, 'stay')
  return mei
}

/** A long press by a finger. */
async function holdDown(page: Page, row: Locator): Promise<void> {
  const { x, y } = (await row.boundingBox())!
  const touch = { identifier: 1, pointerId: 1, pointerType: 'touch', isPrimary: true, clientX: x + 5, clientY: y + 5 }
  await row.dispatchEvent('pointerdown', touch)
  await expect(page.getByRole('dialog')).toBeVisible()
  await row.dispatchEvent('pointerup', touch)
}

/** Every place and every layer inside. */
async function goRound(page: Page, look: Look, say: Say): Promise<void> {
  const layer = page.getByRole('dialog').or(page.getByRole('alertdialog')).last()
  async function lookAtLayer(name: string, title: string): Promise<void> {
    await expect(layer.getByRole('heading', { name: title })).toBeAttached()
    await look(page, name)
    await page.keyboard.press('Escape')
    await expect(page.getByRole('heading', { name: title })).toHaveCount(0)
  }
  async function lookAtMenu(name: string): Promise<void> {
    await expect(page.getByRole('menuitem').first()).toBeVisible()
    await look(page, name)
    await page.keyboard.press('Escape')
    await expect(page.getByRole('menuitem')).toHaveCount(0)
  }
  const own = log(page).locator('[data-seq="9"]')

  await enter(page)
  await expect(own).toBeVisible()
  await look(page, 'room')
  await log(page).getByRole('button', { name: 'Ola' }).first().click()
  await expect(page.getByRole('button', { name: say('Add contact') })).toBeVisible()
  await lookAtLayer('card', 'Ola')
  await page.keyboard.press('Control+k')
  await lookAtLayer('switcher', say('Jump to'))
  await page.keyboard.press('Control+/')
  await lookAtLayer('keys', say('Keyboard shortcuts'))
  await own.focus()
  await page.keyboard.press('Delete')
  await lookAtLayer('delete', say('Delete this message?'))
  await own.focus()
  await page.keyboard.press('e')
  await expect(own.getByRole('textbox')).toBeFocused()
  const { width } = (await own.getByRole('textbox').boundingBox())!
  expect(width, 'room to write').toBeGreaterThan(0.45 * page.viewportSize()!.width)
  await look(page, 'edit')
  await page.keyboard.press('Escape')
  await page
    .getByRole('button', { name: say('Notifications') })
    .first()
    .click()
  await lookAtMenu('level')
  if (page.viewportSize()!.width < 640) await holdDown(page, own)
  else await own.hover()
  const isNarrow = page.viewportSize()!.width < 640
  await expect(page.getByRole('button', { name: say(isNarrow ? 'Copy text' : 'More…') }).last()).toBeVisible()
  await look(page, 'message-tools')
  if (!isNarrow) {
    await own.getByRole('button', { name: say('More…') }).click()
    await expect(page.getByRole('menuitem', { name: say('Copy text') })).toBeVisible()
    await look(page, 'message-menu')
  }
  await page.getByRole(isNarrow ? 'button' : 'menuitem', { name: say('Forward…') }).click()
  await page.getByRole('searchbox', { name: say('Find rooms and people') }).fill('ola')
  await expect(page.getByRole('checkbox', { name: 'Ola' })).toBeVisible()
  await lookAtLayer('forward', say('Forward'))
  const emoji = page.locator('[data-emoji][role="option"]')
  await own.focus()
  await page.keyboard.press('a')
  await expect(emoji.first()).toBeVisible()
  await lookAtLayer('reaction-picker', say('Choose a reaction'))
  // On a phone there is room for the tools only while one writes.
  await composer(page).fill('茶')
  await page.getByRole('button', { name: say('Formatting') }).click()
  await page.getByRole('button', { name: say('Emoji', 'composer.emoji'), exact: true }).click()
  await expect(emoji.first()).toBeVisible()
  await look(page, 'emoji')
  await emoji.first().press('Escape')
  await expect(emoji).toHaveCount(0)
  await page.getByRole('button', { name: say('Formatting') }).click()
  await composer(page).fill('')
  await go(page, '/rooms/1/threads/2')
  const thread = page.getByRole('complementary', { name: say('Thread', 'thread.title') })
  await expect(thread.getByText('桂花')).toBeVisible()
  await look(page, 'thread')
  await go(page, '/rooms/1/threads')
  await expect(page.getByRole('link', { name: /Did the new tea arrive/ })).toBeVisible()
  await look(page, 'threads')
  await go(page, '/rooms/1')
  if (!isNarrow) {
    await page.getByRole('button', { name: say('Your menu') }).click()
    await lookAtMenu('user-menu')
  }

  await go(page, '/search')
  await expect(page.getByText(say('What are you looking for?'))).toBeVisible()
  await page.getByText(say('Filters', 'search.filters'), { exact: true }).click()
  await look(page, 'search')
  await page.getByRole('searchbox').fill('tea has:link')
  await page.keyboard.press('Enter')
  await expect(page.getByText(say('Nothing found', 'search.none')).or(page.locator('mark')).first()).toBeVisible()
  await go(page, '/search?q=茶')
  await expect(page.locator('mark').first()).toBeVisible()
  await page
    .getByRole('button', { name: say('Show around it') })
    .first()
    .click()
  await look(page, 'found')
  await go(page, '/mentions')
  await expect(page.getByRole('main').getByText('桂花').first()).toBeVisible()
  await look(page, 'mentions')
  await go(page, '/rooms/1/members')
  await expect(page.getByText('@ola')).toBeVisible()
  await look(page, 'members')
  await page.getByRole('button', { name: say('What to do with Ola') }).click()
  await expect(page.getByRole('menuitem', { name: say('Ban…') })).toBeVisible()
  await look(page, 'member-menu')
  await page.getByRole('menuitem', { name: say('Ban…') }).click()
  await lookAtLayer('ban', say('Ban Ola?'))
  for (const [name, item, title] of [
    ['hand-over', say('Make owner'), 'Hand the room over to Ola?'],
    ['remove-member', say('Remove', 'member.remove'), 'Remove Ola?'],
  ] as const) {
    await page.getByRole('button', { name: say('What to do with Ola') }).click()
    await page.getByRole('menuitem', { name: item }).click()
    await lookAtLayer(name, say(title))
  }
  await page
    .getByRole('group', { name: say('Panel') })
    .getByRole('button', { name: say('Info') })
    .click()
  await look(page, 'room-info')
  for (const [name, button, title] of [
    ['invite', 'Invite people', 'Invite to Tea room 茶室'],
    ['pins', 'Pinned messages', 'Pinned messages'],
    ['room-settings', 'Room settings', 'Room settings'],
    ['bans', 'Banned people', 'Banned people'],
    ['room-log', 'What moderators did', 'What moderators did'],
    ['files', 'Files and pictures', 'Files and pictures'],
    ['export', 'Export…', 'Export Tea room 茶室'],
    ['archive', 'Archive', 'Archive Tea room 茶室?'],
    ['delete-room', 'Delete room', 'Delete Tea room 茶室?'],
  ] as const) {
    await page.getByRole('button', { name: say(button), exact: true }).click()
    await expect(page.getByText(say('Loading…'))).toHaveCount(0)
    await lookAtLayer(name, say(title))
  }
  await page.getByRole('button', { name: say('Edit title and topic') }).click()
  await look(page, 'info')

  await go(page, '/browse')
  await expect(page.getByRole('main').getByRole('heading', { name: 'Tea room 茶室' })).toBeVisible()
  await look(page, 'directory')
  await page.getByRole('button', { name: say('Create'), exact: true }).click()
  await lookAtLayer('create', say('New room'))

  await go(page, '/dm/2')
  await expect(page).toHaveURL(/\/rooms\/2$/)
  await expect(page.getByRole('heading', { name: 'Ola' })).toBeVisible()
  await look(page, 'direct')
  if (page.viewportSize()!.width < 640) await go(page, '/')
  await page.getByRole('button', { name: say('New conversation') }).click()
  await page.getByLabel(say('With whom?')).fill('ola')
  await expect(page.getByRole('button', { name: 'Ola @ola' })).toBeVisible()
  await lookAtLayer('new-direct', say('New conversation'))
  await go(page, '/people')
  await expect(page.getByRole('link', { name: 'Ola' }).first()).toBeVisible()
  await look(page, 'people')
  await go(page, '/people/2')
  await expect(page.getByRole('button', { name: say('Block') })).toBeVisible()
  await look(page, 'person')
  await page.getByRole('button', { name: say('Add contact') }).click()
  await lookAtLayer('ask', say('Ask Ola to be your contact?'))
  await page.getByRole('button', { name: say('Block'), exact: true }).click()
  await lookAtLayer('block', say('Block Ola?'))
  await page.getByRole('button', { name: say('Report…') }).click()
  await lookAtLayer('report-person', say('Report Ola'))
  await go(page, '/settings/privacy')
  await page.getByRole('button', { name: say('Delete account') }).click()
  await lookAtLayer('delete-account', say('Delete your account?'))
  await go(page, '/settings/profile')
  await page.getByRole('button', { name: say('Change picture') }).click()
  await page.getByRole('dialog').locator('input[type=file]').setInputFiles(DOT)
  await expect(
    page.getByRole('group', { name: say('Picture. Arrow keys move it, plus and minus zoom, R turns.') }),
  ).toBeVisible()
  await lookAtLayer('avatar', say('Your picture'))

  for (const section of SECTIONS) {
    const place = section.toLowerCase().replace('api ', '')
    await go(page, `/settings/${place}`)
    await expect(page.getByRole('region', { name: say(section, `settings.sections.${place}`) })).toBeVisible()
    await expect(page.getByText(say('Loading…'))).toHaveCount(0)
    await look(page, section)
  }
  await go(page, '/settings')
  await page.getByRole('button', { name: say('Sign out', 'sign_out.action'), exact: true }).click()
  await lookAtLayer('sign-out', say('Sign out on this device?'))
  await go(page, '/nowhere')
  await expect(page.getByText(say('There is nothing here'))).toBeVisible()
  await look(page, '404')
}

/** What those who look after the place have: with a report to decide, and something announced. */
async function lookAfterIt(page: Page, server: ChatServer, mei: Person, look: Look, say: Say): Promise<void> {
  const pia = await server.register('pia', 'Pia')
  await server.ask('POST', '/reports', { room: 1, seq: 2, reason: 'Not about tea 跑题了' }, pia)
  const text =
    'Tea at three in the small room upstairs: bring a cup, and somebody who likes almonds. 三点楼上小房间喝茶，请自带杯子。'
  await server.ask('POST', '/announcements', { text, link: '/rooms/1' }, mei)
  for (const section of ['Overview', 'Reports', 'People', 'Rooms', 'Announcements', 'Server', 'Audit log']) {
    const place = section.toLowerCase().replace(' log', '')
    await go(page, `/admin/${place}`)
    // An announcement stands above, by the same name in Chinese.
    await expect(page.getByRole('region', { name: say(section, `admin.sections.${place}`) }).last()).toBeVisible()
    await expect(page.getByText(say('Loading…'))).toHaveCount(0)
    await look(page, `admin-${section}`)
  }
  await go(page, '/admin/reports')
  for (const [name, button, title] of [
    ['delete', 'Delete message…', 'Delete the message by Ola?'],
    ['silence', 'Silence…', 'Silence Ola?'],
    ['disable', 'Disable account…', 'Disable the account of Ola?'],
  ] as const) {
    await page.getByRole('button', { name: say(button) }).click()
    await expect(page.getByRole('heading', { name: say(title) })).toBeAttached()
    await look(page, `admin-${name}`)
    await page.keyboard.press('Escape')
    await expect(page.getByRole('heading', { name: say(title) })).toHaveCount(0)
  }
  await go(page, '/admin/people')
  await page.getByRole('checkbox', { name: say('Select Ola') }).check()
  await look(page, 'admin-selected')
  await page.getByRole('button', { name: say('Clear selection') }).click()
  await page.getByRole('button', { name: say('Manage Ola') }).click()
  await expect(page.getByRole('dialog').getByRole('button', { name: say('Cancel') })).toBeFocused()
  await look(page, 'admin-person')
  await page.keyboard.press('Escape')
  await go(page, '/announcements')
  await expect(page.getByRole('article')).toBeVisible()
  await look(page, 'announcements')
  await enter(page)
  await expect(page.getByRole('region', { name: say('Announcement'), exact: true })).toBeVisible()
  const row = log(page).locator('[data-seq="2"]')
  await row.focus()
  await page.keyboard.press('Enter')
  // A finger has the sheet instead of the toolbar; what it opens is the same.
  await row.getByRole('button', { name: say('More…'), includeHidden: true }).dispatchEvent('click')
  await page.getByRole('menuitem', { name: say('Report…') }).dispatchEvent('click')
  await expect(page.getByLabel(say('What is wrong?'))).toBeVisible()
  await look(page, 'report')
  await page.keyboard.press('Escape')
}

/** Each language at each width and in each theme; with LOOK_SHOTS, all of them together. */
const LOOKS = (['en', 'zh-CN'] as const).flatMap((locale) =>
  Object.entries({ desk: WIDE, phone: PHONE }).flatMap(([where, options]) =>
    (['light', 'dark'] as const).map((theme) => ({ locale, where, options, theme })),
  ),
)
const CHOSEN = ['desk light en', 'desk dark zh-CN', 'phone light zh-CN', 'phone dark en']

for (const { locale, where, options, theme } of LOOKS)
  if (process.env.LOOK_SHOTS || CHOSEN.includes(`${where} ${theme} ${locale}`))
    test(`axe-core finds nothing (${where}, ${theme}, ${locale})`, async ({ server, open }) => {
      test.setTimeout(ROUND_MS)
      const still = { ...options, locale, colorScheme: theme, reducedMotion: 'reduce' } as const
      const say = words(locale)
      const found: string[] = []
      const examine: Look = async (page, name) => {
        await expect(page.locator('html')).toHaveAttribute('data-theme', theme)
        await expect(page.locator('html')).toHaveAttribute('lang', locale)
        found.push(...(await violations(page)).map((line) => `${name}: ${line}`))
        await shot(page, `${name}-${where}-${theme}-${locale}`)
      }
      const mei = await goPastDoors(await open(null, still), server, examine, say)
      const page = await open(mei, still)
      await goRound(page, examine, say)
      await lookAfterIt(page, server, mei, examine, say)
      expect(found).toEqual([])
    })

/** What is wider than the window, or lies beside it, or still moves. */
async function outOfPlace(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const found: string[] = []
    const { scrollWidth } = document.documentElement
    if (scrollWidth > innerWidth) found.push(`the page is ${scrollWidth} wide`)
    for (const element of document.querySelectorAll(
      'a, button, input, textarea, summary, h1, h2, h3, p, dt, dd, label',
    )) {
      const { left, right, width } = element.getBoundingClientRect()
      const isSeen = element.checkVisibility({ visibilityProperty: true, opacityProperty: true }) && width > 1
      if (isSeen && (left < -1 || right > innerWidth + 1)) found.push(`${left}–${right}: ${element.outerHTML}`)
    }
    for (const animation of document.getAnimations())
      if (Number(animation.effect?.getComputedTiming().duration) > 1) found.push('something moves')
    return found
  })
}

test('at 320 px, in forced colours and without motion, everything is within reach', async ({ server, open }) => {
  test.setTimeout(ROUND_MS)
  const narrow = {
    ...PHONE,
    viewport: { width: 320, height: 640 },
    forcedColors: 'active',
    reducedMotion: 'reduce',
  } as const
  const found: string[] = []
  const examine: Look = async (page, name) => {
    found.push(...(await outOfPlace(page)).map((line) => `${name}: ${line}`))
    await shot(page, `${name}-narrow`)
  }
  const say = words('en')
  const mei = await goPastDoors(await open(null, narrow), server, examine, say)
  const page = await open(mei, narrow)
  await goRound(page, examine, say)
  await lookAfterIt(page, server, mei, examine, say)
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
