// The states of a conversation that pass, or that one must bring about: each looked at in both languages, on a desk and
// on a phone.  With LOOK_SHOTS, pictures of all of them.
import type { Locator, Page } from '@playwright/test'
import type { MessageRow } from '../../src/wire/frames'
import { shot, violations } from './axe'
import { png } from './pictures'
import { composer, enter, expect, go, LOBBY, log, PHONE, test, WIDE } from './stage'
import type { ChatServer, Person } from './server'
import { words, type Say } from './words'

test.use({
  launchOptions: {
    executablePath: process.env.CHROMIUM || '/usr/bin/chromium',
    args: [
      ...['--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage', '--no-first-run', '--disable-sync'],
      ...['--use-fake-device-for-media-stream', '--use-fake-ui-for-media-stream'],
    ],
  },
})

const LOOKS = (['en', 'zh-CN'] as const).flatMap((locale) =>
  Object.entries({ desk: WIDE, phone: PHONE }).map(([where, options]) => ({ locale, where, options })),
)
const ROUND_MS = 300_000
const DAY_MS = 86_400_000
/** Of the messages, how many are of other days, how many the readers know, and how many came since. */
const [OLD, READ, NEW] = [4, 19, 20]

/** Slanted bands. */
const banded = (x: number, y: number): number[] => ((x + y) % 40 < 20 ? [70, 140, 120] : [214, 226, 206])

const picture = { name: '窗边的茶.png', mimeType: 'image/png', buffer: png(480, 320, banded) }
const minutes = {
  name: '会议纪要 minutes of the last meeting.txt',
  mimeType: 'text/plain',
  buffer: Buffer.from('tea\n'),
}
const program = { name: 'setup.exe', mimeType: 'application/x-msdownload', buffer: Buffer.from('MZ\x90\0\x03') }

type File = typeof picture

async function bring(server: ChatServer, person: Person, { name, buffer }: File): Promise<string> {
  const answer = await fetch(`${server.url}/api/v1/rooms/${LOBBY}/files?name=${encodeURIComponent(name)}`, {
    method: 'POST',
    headers: {
      origin: server.url,
      cookie: `webchat=${person.cookie}`,
      'content-type': 'application/octet-stream',
    },
    body: new Uint8Array(buffer),
  })
  expect(answer.status).toBe(201)
  return ((await answer.json()) as { id: string }).id
}

const LONG_URL = `https://example.org/${'tea-and-almond-biscuits/'.repeat(8)}?q=${'x'.repeat(60)}#end`

/** One of everything that is said in a room. */
async function furnish(server: ChatServer, mei: Person, ola: Person): Promise<void> {
  const at = `/rooms/${LOBBY}/messages`
  const all: [Person, string, object?][] = [
    [ola, 'Good morning 早上好'],
    [mei, '昨天的茶还剩一点。'],
    [
      ola,
      '**Bold 粗体**, *italic 斜体*, ~~gone 删去~~, `code`, ||她走了||, [tea](https://example.com/tea), #茶室, @mei',
    ],
    [
      ola,
      '```py\ndef steep(leaves: int, seconds: float = 42.0) -> str:  # 一行很长的代码，长到一行放不下为止，再长一点点\n    return f"{leaves} leaves, {seconds} s"\n```',
    ],
    [mei, '> 下午三点喝茶？\n> The small room upstairs.\n\n1. 龙井\n2. 普洱\n\n- cups\n- biscuits'],
    [ola, LONG_URL],
    [ola, `Donaudampfschifffahrtselektrizitäten${'hauptbetriebswerkbauunterbeamten'.repeat(3)}gesellschaft`],
    [mei, '茶'.repeat(120)],
    [ola, '| 茶 | °C | min |\n|---|---|---|\n| 龙井 | 80 | 3 |\n| 普洱 | 95 | 1 |'],
    [mei, '🍵🎉'],
    [ola, 'Almond biscuits: https://example.org/almond-biscuits'],
    [mei, '四点见'],
    [ola, 'spam'],
    [ola, 'spam'],
    [ola, 'spam'],
    [mei, 'nothing'],
    [ola, '谢谢！', { reply: 5 }],
    [mei, '桂花茶也到了', { thread: 2 }],
    [ola, 'From the garden 花园里', { files: [await bring(server, ola, picture), await bring(server, ola, minutes)] }],
  ]
  for (const [person, text, more] of all) await server.ask('POST', at, { text, ...more }, person)
  await server.ask('PATCH', `${at}/12`, { text: '三点见' }, mei)
  await server.ask('PATCH', `${at}/12`, { text: '三点见，楼上的小房间' }, mei)
  for (const seq of [13, 14, 15]) await server.ask('DELETE', `${at}/${seq}`, undefined, ola)
  await server.ask('DELETE', `${at}/16`, undefined, mei)
  await server.ask('PUT', `${at}/3/pin`, undefined, mei)
  for (const person of [mei, ola])
    for (const emoji of ['🍵', '❤️'])
      await server.ask('PUT', `${at}/19/reactions/${encodeURIComponent(emoji)}`, undefined, person)
}

/** What the server would have fetched from another site, and days that have passed: neither is to be had here. */
async function dress(page: Page): Promise<void> {
  await page.route(/\/rooms\/1\/messages\?/, async (route) => {
    const response = await route.fetch()
    const { messages, ...others } = (await response.json()) as { messages: MessageRow[] }
    const card = {
      url: 'https://example.org/almond-biscuits',
      site: 'Tea and biscuits 茶点',
      title: 'Almond biscuits 杏仁饼干: the recipe of a grandmother who never weighed anything',
      description: '面粉、杏仁和一点耐心。Flour, almonds and some patience; half an hour in all.',
      image: 'a'.repeat(32),
    }
    for (const row of messages) {
      if (row.seq === 11) row.previews = [card]
      if (row.seq <= OLD) row.created -= row.seq < 3 ? 40 * DAY_MS : DAY_MS
    }
    await route.fulfill({ response, json: { messages, ...others } })
  })
  await page.route('**/pictures/a*/128', (route) => route.fulfill({ contentType: 'image/png', body: picture.buffer }))
}

/** Notifications are allowed, whatever this browser thinks of them. */
async function allowNotices(page: Page): Promise<void> {
  await page.addInitScript(() => {
    class Notice {
      static permission = 'granted'
      static requestPermission = () => Promise.resolve('granted')
      close(): void {
        // There is nothing to close.
      }
    }
    Object.assign(window, { Notification: Notice })
    // These stories block the worker, and its readiness would be waited for.
    Reflect.deleteProperty(Navigator.prototype, 'serviceWorker')
  })
}

type Look = (name: string) => Promise<void>

/** The text of a room from its beginning to its end, and what opens out of it. */
async function readThrough(page: Page, look: Look, pictures: Look, say: Say): Promise<void> {
  const rowOf = (seq: number): Locator => log(page).locator(`[data-seq="${seq}"]`)
  const layer = page.getByRole('dialog').last()
  async function lookAtLayer(name: string, title: string): Promise<void> {
    await expect(page.getByRole('dialog', { name: title })).toBeVisible()
    await look(name)
    await page.keyboard.press('Escape')
    await expect(layer).toHaveCount(0)
  }

  await expect(log(page).getByRole('separator', { name: say(`${NEW} new messages`) })).toBeVisible()
  await expect(page.getByRole('button', { name: say('Latest', 'history.latest') })).toBeVisible()
  await look('unread')
  await expect(async () => {
    await log(page).evaluate((box) => box.scrollTo(0, 0))
    await expect(page.getByText(say('This is the beginning'))).toBeInViewport({ timeout: 500 })
  }).toPass()
  await expect(rowOf(4).locator('.code-keyword').first()).toBeVisible()
  await look('said')
  for (const seq of [6, 10, 16, READ]) {
    await rowOf(seq).evaluate((row) => row.scrollIntoView({ block: 'end' }))
    await pictures(`said-${seq}`)
  }
  await rowOf(3)
    .getByRole('button', { name: say('Covered text: show it') })
    .click()
  await rowOf(12)
    .getByRole('button', { name: say('(edited)') })
    .click()
  await lookAtLayer('edits', say('Edits'))
  await rowOf(READ)
    .getByRole('button')
    .filter({ has: page.getByRole('img', { name: picture.name }) })
    .click()
  await expect(layer).toContainText(say('1 of 1'))
  await look('viewer')
  await page.keyboard.press('Escape')
  await expect(layer).toHaveCount(0)
}

/** What one is about to send, and what does not go. */
async function write(page: Page, look: Look, pictures: Look, say: Say): Promise<void> {
  const field = composer(page)
  const attach = (...files: File[]) => page.locator('main input[type=file]').setInputFiles(files)
  const sent = log(page).getByRole('article').last()

  await attach(picture, minutes)
  await log(page).evaluate((target) => {
    const dataTransfer = new DataTransfer()
    dataTransfer.items.add(new File([new Uint8Array(27 * 1024 * 1024)], 'huge 很大.bin'))
    target.dispatchEvent(new DragEvent('drop', { dataTransfer, bubbles: true, cancelable: true }))
  })
  await expect(page.getByRole('alert')).toBeVisible()
  await look('tray')
  await page.getByRole('button', { name: say('Remove huge 很大.bin') }).click()
  await page.route('**/files?*', () => undefined)
  await field.fill('Two for the wall 挂墙上')
  await page.getByRole('button', { name: say('Send', 'composer.send'), exact: true }).click()
  await expect(page.getByRole('button', { name: say('Cancel sending') })).toBeVisible()
  await look('uploading')
  await page.getByRole('button', { name: say('Cancel sending') }).click()
  await page.unroute('**/files?*')
  await expect(field).not.toHaveValue('')
  await field.fill('')

  await attach(program)
  await page.getByRole('button', { name: say('Send', 'composer.send'), exact: true }).click()
  await expect(sent.getByRole('button', { name: say('Retry') })).toBeVisible()
  await look('not-sent')
  await sent.getByRole('button', { name: say('Discard', 'status.discard') }).click()

  await field.fill('茶'.repeat(9_990))
  await expect(page.getByText(say('10 characters left'))).toBeVisible()
  await pictures('nearly-full')
  await field.fill('茶'.repeat(10_012))
  await expect(page.getByText(say('12 characters too many'))).toBeVisible()
  await look('too-long')
  await field.fill('')

  await page.getByRole('button', { name: say('Emoji', 'composer.emoji'), exact: true }).click()
  await page.getByRole('combobox', { name: say('Skin tone') }).selectOption('4')
  await page.getByRole('button', { name: say('People', 'emoji.groups.people'), exact: true }).click()
  await pictures('emoji-tone')
  await page.getByRole('searchbox', { name: say('Search emoji') }).fill('zzyzx')
  await expect(page.getByText(say('No emoji of that name.'))).toBeVisible()
  await look('emoji-none')
  await page.keyboard.press('Escape')
  await page.keyboard.press('Escape')

  await page.getByRole('button', { name: say('Record a voice note') }).click()
  await expect(page.getByText(say('Recording', 'files.recording'))).toBeVisible()
  await look('recording')
  await page.getByRole('button', { name: say('Discard', 'files.forget') }).click()

  await page.context().setOffline(true)
  await expect(page.getByText(say('You are offline. Messages will go out when you are back.')).last()).toBeVisible()
  await field.fill('Into the dark 没有网络也先写下来')
  await page.getByRole('button', { name: say('Send', 'composer.send'), exact: true }).click()
  await expect(sent.getByText(say('Waiting for network'))).toBeVisible()
  await look('offline')
  await page.context().setOffline(false)
  await expect(sent).toHaveAttribute('data-seq', /./)
}

/** Beside the conversation: its files, what is looked for, how one is told. */
async function goAside(page: Page, look: Look, say: Say): Promise<void> {
  await go(page, `/rooms/${LOBBY}/info`)
  await page.getByRole('button', { name: say('Files and pictures') }).click()
  await expect(page.getByRole('dialog').getByRole('img', { name: picture.name })).toBeVisible()
  await look('files-grid')
  await page.getByRole('button', { name: say('Files and sounds') }).click()
  await expect(page.getByRole('dialog').getByText(minutes.name)).toBeVisible()
  await look('files-list')
  await page.keyboard.press('Escape')

  for (const [name, query, shown] of [
    ['search-rooms', 'kind=rooms&q=茶', page.getByRole('main').getByRole('link', { name: '茶室' })],
    ['search-people', 'kind=people&q=ola', page.getByRole('main').getByText('@ola').first()],
    ['search-files', 'kind=files&q=minutes', page.getByText(minutes.name)],
    [
      'search-none',
      'q=zzyzx&from=ola&in=1&has=image&after=2026-05-01',
      page.getByText(say('Nothing found', 'search.none')),
    ],
  ] as const) {
    await go(page, `/search?${query}`)
    await expect(shown).toBeVisible()
    await look(name)
  }
  await page.getByRole('searchbox').fill('in:nowhere before:soon x')
  await page.keyboard.press('Enter')
  await expect(page.getByText(say('No room of yours is called “nowhere”.'))).toBeVisible()
  await look('search-wrong')

  await go(page, '/settings/notifications')
  await page.getByRole('button', { name: say('Turn on notifications') }).click()
  await page.getByRole('checkbox', { name: say('Tell me nothing during these hours') }).check()
  await expect(page.getByLabel(say('From', 'notices.quiet_from'), { exact: true })).toBeVisible()
  await expect(page.getByRole('button', { name: say('Turn off notifications') })).toBeVisible()
  await look('notices')
}

for (const { locale, where, options } of LOOKS)
  test(`axe-core finds nothing in any state of a conversation (${where}, ${locale})`, async ({
    server,
    open,
    complaints,
  }) => {
    test.setTimeout(ROUND_MS)
    complaints.lineBreaks = complaints.isRefused = true
    const mei = await server.setUp('mei', '梅 Mei', '茶室')
    const ola = await server.register('ola', 'Ola')
    await furnish(server, mei, ola)
    const lin = await server.register('lin', '林晓月')
    await server.ask('PUT', `/rooms/${LOBBY}/members/3/role`, { role: 'moderator' }, mei)
    for (let at = 1; at <= NEW; at += 1) await server.post(at % 3 ? ola : mei, `第 ${at} 杯茶, cup ${at}`)

    const page = await open(lin, { ...options, locale, reducedMotion: 'reduce', permissions: ['microphone'] })
    const found: string[] = []
    const pictures: Look = (name) => shot(page, `${name}-${where}-${locale}`)
    const look: Look = async (name) => {
      found.push(...(await violations(page)).map((line) => `${name}: ${line}`))
      await pictures(name)
    }
    await dress(page)
    await allowNotices(page)
    await enter(page)
    await readThrough(page, look, pictures, words(locale))
    await write(page, look, pictures, words(locale))
    await goAside(page, look, words(locale))
    expect(found).toEqual([])
  })
