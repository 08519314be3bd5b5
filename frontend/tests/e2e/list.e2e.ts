// The list of messages: the reader's place is kept whatever comes, and what is drawn stays within bounds.
import type { BrowserContextOptions, Page } from '@playwright/test'
import type { ChatServer, Person } from './server'
import { Cable, composer, enter, expect, LOBBY, log, PHONE, say, screen, test, WIDE } from './stage'

const WORDS = ' and some more words, 还有几个字'

async function fill(server: ChatServer, people: Person[], count: number, from = 1): Promise<void> {
  for (let at = from; at < from + count; at += 1)
    await server.post(people[Math.floor(at / 3) % people.length]!, `Line ${at}${WORDS.repeat(at % 7)}`)
}

const seqs = async (page: Page) => (await screen(page)).map((line) => line.seq ?? 0)

/** Pictures of unknown size: each row grows some time after it was drawn, in the frame's own turn. */
async function growLate(page: Page): Promise<void> {
  await page.addInitScript(() => {
    new MutationObserver((changes) => {
      for (const { addedNodes } of changes)
        for (const node of addedNodes) {
          if (!(node instanceof HTMLElement)) continue
          const rows = node.matches('[data-seq]') ? [node] : [...node.querySelectorAll<HTMLElement>('[data-seq]')]
          for (const row of rows) {
            const seq = Number(row.dataset.seq)
            if (seq % 4 || row.querySelector('.late')) continue
            const picture = document.createElement('i')
            picture.className = 'late'
            picture.style.display = 'block'
            row.append(picture)
            setTimeout(
              () => requestAnimationFrame(() => (picture.style.height = `${40 + (seq % 5) * 30}px`)),
              100 + (seq % 7) * 60,
            )
          }
        }
    }).observe(document, { childList: true, subtree: true })
  })
}

/** From now on: how far the first visible row strays from its place, in px, as it is painted. */
async function watchPlace(page: Page): Promise<void> {
  await log(page).evaluate((box) => {
    const top = () => box.getBoundingClientRect().top
    const rows = [...box.querySelectorAll<HTMLElement>('[data-seq]')]
    const first = rows.find((row) => row.getBoundingClientRect().bottom > top())!
    const start = first.getBoundingClientRect().top - top()
    const told = { most: 0, seq: Number(first.dataset.seq) }
    Object.assign(window, { told })
    const after = new MessageChannel()
    let last = 0
    after.port1.onmessage = () => {
      const now = Math.abs(first.getBoundingClientRect().top - top() - start)
      // What was read once alone may have been read between a change and the frame that answers it.
      if (first.isConnected) told.most = Math.max(told.most, Math.min(last, now))
      last = now
    }
    const look = () => {
      // What is read after the frame was painted is what was seen.
      after.port2.postMessage(null)
      if ((window as { told?: object }).told === told) requestAnimationFrame(look)
    }
    look()
  })
}

async function strayed(page: Page): Promise<number> {
  return page.evaluate(() => (window as unknown as { told: { most: number } }).told.most)
}

/** Nothing moves any more. */
async function still(page: Page): Promise<void> {
  let before = ''
  await expect(async () => {
    const now = await log(page).evaluate((box) => `${box.scrollTop} ${box.scrollHeight}`)
    const isStill = now === before
    before = now
    expect(isStill).toBe(true)
  }).toPass({ intervals: [150, 250, 400] })
}

/** The most rows that were ever in the list. */
async function countRows(page: Page): Promise<() => Promise<number>> {
  await page.evaluate(() => {
    const told = { rows: 0 }
    Object.assign(window, { mostRows: told })
    const count = () => (told.rows = Math.max(told.rows, document.querySelectorAll('[role=log] [data-key]').length))
    new MutationObserver(count).observe(document.body, { childList: true, subtree: true })
    count()
  })
  return () => page.evaluate(() => (window as unknown as { mostRows: { rows: number } }).mostRows.rows)
}

const LOOKS: [string, BrowserContextOptions, string | null][] = [
  ['rows', WIDE, 'rows'],
  ['bubbles', WIDE, 'bubbles'],
  ['a phone', PHONE, null],
]

test('five pages of history with late pictures: what one reads stays where it is', async ({ server, open }) => {
  test.setTimeout(180_000)
  const mei = await server.setUp('mei', 'Mei')
  await fill(server, [mei, await server.register('ola', 'Ola')], 500)

  for (const [name, options, layout] of LOOKS) {
    const page = await open(mei, options)
    await growLate(page)
    let letGo: (() => void) | null = null
    /* One page at a time is held; who is at the top at once asks for the next one by herself. */
    let holds = false
    await page.route(/\/messages\?.*before=/, async (route) => {
      if (holds) await new Promise<void>((resolve) => (letGo = resolve))
      letGo = null
      await route.continue()
    })
    if (layout) {
      await page.goto('/settings/appearance')
      await page.locator(`input[type=radio][value=${layout}]`).check({ force: true })
    }
    await enter(page)
    await expect(log(page).locator('[data-seq="500"]')).toBeInViewport()
    for (let pages = 0; pages < 5; pages += 1) {
      const oldest = Math.min(...(await seqs(page)))
      holds = true
      await expect(async () => {
        await log(page).evaluate((box) => box.scrollBy(0, -500))
        expect(letGo).not.toBeNull()
      }).toPass({ intervals: [60] })
      await still(page)
      await watchPlace(page)
      holds = false
      letGo!()
      await expect.poll(async () => Math.min(...(await seqs(page)))).toBeLessThan(oldest)
      // Until the last of the pictures has its size.
      await still(page)
      expect(await strayed(page), `${name}, page ${pages + 1}`).toBeLessThanOrEqual(1)
    }
    await page.context().close()
  }
})

test('a link leads to a message, from where one reads on both ways without a gap', async ({ server, open }) => {
  const mei = await server.setUp('mei', 'Mei')
  await fill(server, [mei, await server.register('ola', 'Ola')], 480)
  const page = await open(mei)
  await page.goto(`/rooms/${LOBBY}#m-240`)
  await expect(log(page).locator('[data-seq="240"]')).toBeFocused()
  await expect(log(page).locator('[data-seq="240"]')).toBeInViewport()
  const mostRows = await countRows(page)
  await expect(page.getByRole('button', { name: /Latest/ })).toBeVisible()

  const met = new Set<number>()
  async function readTo(seq: number, by: number): Promise<void> {
    const look = async () => {
      const now = await seqs(page)
      for (const one of now) met.add(one)
      for (const [at, one] of now.entries()) if (at > 0) expect(one, 'no gap').toBe(now[at - 1]! + 1)
    }
    await expect(async () => {
      await look()
      await log(page).evaluate((box, by) => box.scrollBy(0, by), by)
      await expect(log(page).locator(`[data-seq="${seq}"]`)).toBeInViewport({ timeout: 100 })
    }).toPass({ timeout: 45_000, intervals: [20] })
    await look()
  }
  await readTo(1, -1500)
  await expect(log(page).getByText('This is the beginning')).toBeVisible()
  await readTo(480, 1500)
  expect([...met].toSorted((a, b) => a - b)).toEqual(Array.from({ length: 480 }, (_, at) => at + 1))
  expect(await mostRows()).toBeLessThanOrEqual(300)
})

test('the place is kept while others write, the page is turned, text grows, much is written, and after a reset', async ({
  server,
  open,
  complaints,
}) => {
  complaints.lineBreaks = true
  const mei = await server.setUp('mei', 'Mei')
  const ola = await server.register('ola', 'Ola')
  await fill(server, [mei, ola], 120)
  const cable = await Cable.to(server)
  complaints.know(cable.url)
  const page = await open(mei, { ...PHONE, baseURL: cable.url })
  await page.context().addCookies([{ name: 'webchat', value: mei.cookie, url: cable.url, httpOnly: true }])
  await enter(page)
  await log(page).evaluate((box) => box.scrollBy(0, -2500))
  await still(page)

  const kept = async (what: string, act: () => Promise<unknown>) => {
    await watchPlace(page)
    await act()
    await still(page)
    expect(await strayed(page), what).toBeLessThanOrEqual(1)
  }
  await kept('others write', async () => {
    await fill(server, [ola], 5, 121)
    await expect(page.getByRole('button', { name: /Latest.*5/ })).toBeVisible()
  })
  await kept('the page is turned, and back', async () => {
    await page.setViewportSize({ width: 844, height: 390 })
    await still(page)
    await page.setViewportSize({ width: 390, height: 844 })
  })
  await kept('larger text', () => page.evaluate(() => void (document.documentElement.style.fontSize = '125%')))
  await kept('much is written', () => composer(page).fill('one\ntwo\nthree\nfour\nfive'))
  await composer(page).fill('')
  await kept('a reset', async () => {
    cable.pull()
    await expect(page.getByText('Reconnecting…').first()).toBeAttached()
    await fill(server, [ola], 501, 126)
    const isReset = page.waitForResponse(/messages\?around=/)
    cable.plugIn()
    await isReset
    await expect(page.getByText('Reconnecting…')).toHaveCount(0)
  })
  expect(await seqs(page)).not.toContain(626)
  await page.getByRole('button', { name: /Latest/ }).click()
  await expect(log(page).locator('[data-seq="626"]')).toBeInViewport()
})

test('the unread line: opened there, frozen while one reads, gone when one comes back', async ({ server, open }) => {
  const mei = await server.setUp('mei', 'Mei')
  const ola = await server.register('ola', 'Ola')
  await server.ask('POST', `/rooms/${LOBBY}/join`, undefined, ola)
  await fill(server, [ola], 130)
  const page = await open(mei)
  await enter(page)
  const line = page.getByRole('separator', { name: '130 new messages' })
  await expect(line).toBeInViewport()
  await expect(log(page).locator('[data-seq="1"]')).toBeInViewport()
  await expect(page.getByRole('button', { name: /Latest/ })).toBeVisible()
  await page.getByRole('button', { name: /Latest/ }).click()
  await expect(log(page).locator('[data-seq="130"]')).toBeInViewport()
  await server.post(ola, 'one more')
  await expect(log(page).locator('[data-seq="131"]')).toBeInViewport()
  const read = async () => {
    const answer = await server.ask('GET', `/rooms/${LOBBY}`, undefined, mei)
    return ((await answer.json()) as { read: number }).read
  }
  await expect.poll(read).toBe(131)

  // Nothing is read behind a dialog.
  await page.keyboard.press('Control+/')
  await expect(page.getByRole('dialog')).toBeVisible()
  await server.post(ola, 'behind it')
  await expect(log(page).locator('[data-seq="132"]')).toBeAttached()
  await page.waitForTimeout(2_000)
  expect(await read()).toBe(131)
  await page.keyboard.press('Escape')
  await expect.poll(read).toBe(132)
  await page.reload()
  await expect(log(page).locator('[data-seq="132"]')).toBeInViewport()
  await expect(page.locator('[data-unread]')).toHaveCount(0)
})

test('days stay in sight, deleted messages make one line, and focus is not lost', async ({ server, open }) => {
  const mei = await server.setUp('mei', 'Mei')
  await fill(server, [mei], 70)
  for (const seq of [30, 31]) await server.ask('DELETE', `/rooms/${LOBBY}/messages/${seq}`, undefined, mei)
  const page = await open(mei)
  await page.goto(`/rooms/${LOBBY}#m-31`)
  const run = log(page).getByText('2 messages deleted')
  await expect(run).toBeFocused()
  await log(page).locator('[data-seq="32"]').focus()
  await server.ask('DELETE', `/rooms/${LOBBY}/messages/32`, undefined, mei)
  await expect(log(page).getByText('3 messages deleted')).toBeVisible()
  await expect(log(page).locator('[data-seq="29"]')).toBeFocused()
  const gap = await log(page).evaluate((box) => {
    const day = box.querySelector('[role=separator]')!
    return day.getBoundingClientRect().top - box.getBoundingClientRect().top
  })
  expect(gap, 'the day stands at the top').toBeGreaterThanOrEqual(0)
  expect(gap).toBeLessThan(30)
})

test('what is written on one device is one’s own on the other, once', async ({ server, open }) => {
  const mei = await server.setUp('mei', 'Mei')
  const pages = [await open(mei), await open(mei)]
  for (const page of pages) await enter(page)
  for (let at = 1; at <= 6; at += 1) await say(pages[at % 2]!, `from ${at % 2}, ${at}`)
  // On the screens they are before they are stored.
  await expect.poll(async () => (await server.history(mei)).length).toBe(6)
  for (const page of pages) {
    await expect(log(page).locator('article.own')).toHaveCount(6)
    await expect.poll(() => screen(page)).toEqual(await server.history(mei))
  }
})

test('a room that was read far up is drawn anew from few rows', async ({ server, open }) => {
  const mei = await server.setUp('mei', 'Mei')
  await fill(server, [mei], 220)
  const other = (await (await server.ask('POST', '/rooms', { title: 'Garden' }, mei)).json()) as { room: number }
  const page = await open(mei)
  await enter(page)
  await expect(async () => {
    await log(page).evaluate((box) => box.scrollBy(0, -2000))
    expect((await seqs(page)).length).toBeGreaterThan(150)
  }).toPass({ intervals: [50] })
  await page.getByRole('link', { name: 'Garden' }).click()
  await expect(page).toHaveURL(new RegExp(`/rooms/${other.room}`))
  await expect(log(page).getByText('Line 200')).toHaveCount(0)
  const mostRows = await countRows(page)
  await page.getByRole('link', { name: 'Lobby' }).click()
  await expect(log(page).locator('[data-seq="220"]')).toBeInViewport()
  expect(await mostRows()).toBeLessThanOrEqual(60)
})

test('many messages a second do not hold the page up', async ({ server, open }) => {
  const count = Number(process.env.LIST_MESSAGES ?? 200)
  test.setTimeout(60_000 + count * 40)
  const mei = await server.setUp('mei', 'Mei')
  const ola = await server.register('ola', 'Ola')
  await server.ask('POST', `/rooms/${LOBBY}/join`, undefined, ola)
  await fill(server, [mei], 60)
  const page = await open(mei)
  await enter(page)
  await page.evaluate(() => {
    const told = { longest: 0 }
    Object.assign(window, { tasks: told })
    new PerformanceObserver((list) => {
      for (const task of list.getEntries()) told.longest = Math.max(told.longest, task.duration)
    }).observe({ type: 'longtask' })
  })
  const mostRows = await countRows(page)
  const start = performance.now()
  for (let at = 0; at < count; at += 1) {
    await server.post(ola, `Line ${at}${WORDS.repeat(at % 7)}`)
    const ahead = start + at * 20 - performance.now()
    if (ahead > 0) await new Promise((resolve) => setTimeout(resolve, ahead))
  }
  const seconds = (performance.now() - start) / 1000
  await expect(log(page).locator(`[data-seq="${60 + count}"]`)).toBeInViewport()
  const longest = await page.evaluate(() => (window as unknown as { tasks: { longest: number } }).tasks.longest)
  test.info().annotations.push({
    type: 'pace',
    description: `${(count / seconds).toFixed(1)} a second; the longest task took ${Math.round(longest)} ms`,
  })
  expect(longest).toBeLessThan(1_000)
  expect(await mostRows()).toBeLessThanOrEqual(300)
})

test('who is in the room before the server has said what is there comes in at its end', async ({ server, open }) => {
  const mei = await server.setUp('mei', 'Mei')
  await fill(server, [mei], 80)
  const page = await open(mei)
  // The device remembers the rooms, and none of their rows.
  await page.goto('/settings/appearance')
  await expect(page.getByRole('link', { name: 'Lobby' })).toBeVisible()
  await page.waitForTimeout(1_000)
  let connect: () => void = () => undefined
  const connected = new Promise<void>((resolve) => (connect = resolve))
  await page.routeWebSocket(/\/ws$/, (socket) => {
    const held: (string | Buffer)[] = []
    socket.onMessage((text) => held.push(text))
    void connected.then(() => {
      const line = socket.connectToServer()
      socket.onMessage((text) => line.send(text))
      line.onMessage((text) => socket.send(text))
      held.forEach((text) => line.send(text))
    })
  })
  await page.goto('/rooms/1')
  await expect(composer(page)).toBeVisible()
  connect()
  await expect(log(page)).toHaveAttribute('aria-busy', 'false')
  await expect(log(page).locator('[data-seq="80"]')).toBeInViewport()
})
