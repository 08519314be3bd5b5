// What every story has: a server, people with browsers of their own, and an ear for complaints of the browser.
import { test as base, expect, type BrowserContext, type BrowserContextOptions, type Page } from '@playwright/test'
import { Cable, ChatServer, LOBBY, PASSWORD, type Line, type Person } from './server'

export const WIDE = { viewport: { width: 1280, height: 800 } } satisfies BrowserContextOptions
export const PHONE = {
  viewport: { width: 390, height: 844 },
  isMobile: true,
  hasTouch: true,
} satisfies BrowserContextOptions

/** A browser of its own for *person*, signed in unless null. */
type Open = (person: Person | null, options?: BrowserContextOptions) => Promise<Page>

/** A server is made while the story before is played: starting one takes as long as many a story. */
interface Backstage {
  nextServer: () => Promise<ChatServer>
}

interface Stage {
  /** Whether the server has one: `test.use({ robot: true })`; or where the endpoint is that it asks. */
  robot: boolean | string
  /** Further options of the server. */
  options: string[]
  server: ChatServer
  open: Open
  complaints: Complaints
}

/** The machine's own network went up or down during a story: the page asks again. */
const NETWORK_CHANGED = 'net::ERR_NETWORK_CHANGED'

const HARMLESS = [
  'Service Worker registration blocked',
  // An attempt to connect was given up: on a network that is back, or since the page is left.
  'WebSocket is closed before the connection is established',
]

/** What browsers complain about: errors, violations of the CSP, requests to strangers. */
export class Complaints {
  private readonly heard: string[] = []
  /** A story that breaks the line says so: the browser then reports each failed attempt. */
  lineBreaks = false
  /** A story in which the server refuses something says so, for the same reason. */
  isRefused = false

  constructor(private readonly homes: string[]) {}

  /** Another way to the same server. */
  know(home: string): void {
    this.homes.push(home)
  }

  async listen(context: BrowserContext): Promise<void> {
    context.on('weberror', (error) => this.heard.push(`exception: ${error.error().stack ?? error.error().message}`))
    context.on('console', (message) => {
      const { url } = message.location()
      if (message.type() === 'error' && !this.expected(message.text(), url))
        this.heard.push(`console: ${message.text()} (${url})`)
      else if (message.type() === 'warning' && !HARMLESS.some((part) => message.text().includes(part)))
        this.heard.push(`warning: ${message.text()} (${url})`)
    })
    context.on('request', (request) => {
      const { origin, protocol } = new URL(request.url())
      if (!this.homes.includes(origin) && !['data:', 'blob:'].includes(protocol))
        this.heard.push(`foreign: ${request.url()}`)
    })
    context.on('page', (page) =>
      page.on('websocket', (socket) => {
        if (!this.homes.includes(socket.url().replace(/^ws(:..[^/]+).*/, 'http$1')))
          this.heard.push(`foreign: ${socket.url()}`)
      }),
    )
    await context.addInitScript(() => {
      document.addEventListener('securitypolicyviolation', (event) => {
        console.error(`securitypolicyviolation: ${event.violatedDirective} ${event.blockedURI} ${event.sample}`)
      })
    })
  }

  /** "Who am I?" is answered by 401 when nobody is signed in, and Chromium writes every 401 on the console. */
  private expected(text: string, url: string): boolean {
    if (text.includes(NETWORK_CHANGED)) return true
    // What the worker says carries no address.
    if (url && new URL(url).pathname === '/api/v1/session' && text.includes('status of 401')) return true
    if (this.isRefused && text.includes('status of 400')) return true
    return this.lineBreaks && (text.includes('net::ERR_') || text.startsWith('WebSocket connection to '))
  }

  none(): void {
    expect(this.heard, 'complaints of the browser').toEqual([])
  }
}

export const test = base.extend<Stage, Backstage>({
  robot: [false, { option: true }],
  options: [[], { option: true }],
  nextServer: [
    async ({}, use) => {
      let next = ChatServer.start()
      await use(() => {
        const current = next
        next = ChatServer.start()
        // Whoever takes it hears of it.
        next.catch(() => undefined)
        return current
      })
      await (await next).stop()
    },
    { scope: 'worker' },
  ],
  server: async ({ robot, options, nextServer }, use) => {
    const isPlain = !robot && options.length === 0
    const server = await (isPlain ? nextServer() : ChatServer.start(robot, options))
    await use(server)
    await server.stop()
    expect(server.mishaps(), 'errors in the log of the server').toEqual([])
  },
  complaints: async ({ server }, use) => {
    const complaints = new Complaints([server.url])
    await use(complaints)
    complaints.none()
  },
  open: async ({ browser, server, complaints }, use) => {
    const contexts: BrowserContext[] = []
    await use(async (person, options = WIDE) => {
      const context = await browser.newContext({ baseURL: server.url, ...options })
      contexts.push(context)
      await complaints.listen(context)
      if (person)
        await context.addCookies([
          { name: 'webchat', value: person.cookie, url: server.url, httpOnly: true, sameSite: 'Lax' },
        ])
      return context.newPage()
    })
    for (const context of contexts) await context.close()
  },
})

export { Cable, expect, LOBBY, PASSWORD }

export const composer = (page: Page) => page.locator('#composer')
export const log = (page: Page) => page.getByRole('log')

/** Open the room and wait until one can write and the line is up. */
export async function enter(page: Page, room = LOBBY): Promise<void> {
  await page.goto(`/rooms/${room}`)
  await expect(composer(page)).toBeVisible()
  await expect(log(page)).toHaveAttribute('aria-busy', 'false')
}

/** Another place without loading the page anew, which takes most of the time. */
export async function go(page: Page, path: string): Promise<void> {
  await page.evaluate((to) => {
    history.pushState(null, '', to)
    dispatchEvent(new PopStateEvent('popstate', { state: null }))
  }, path)
  await expect(page).toHaveURL(path)
}

export async function say(page: Page, text: string): Promise<void> {
  await composer(page).fill(text)
  await composer(page).press('Enter')
}

/** The messages on the screen, from top to bottom; those that the server has not taken yet have no number. */
export async function screen(page: Page): Promise<Line[]> {
  return log(page)
    .locator('[data-key]')
    .evaluateAll((rows) =>
      rows.map((row) => ({
        seq: row instanceof HTMLElement && row.dataset.seq ? Number(row.dataset.seq) : null,
        text: row.querySelector('.text')?.textContent ?? '',
      })),
    )
}

/** Everything on the screen is what the server holds, in the same order. */
export async function expectHistory(page: Page, history: () => Promise<Line[]>): Promise<void> {
  await expect(async () => expect(await screen(page)).toEqual(await history())).toPass({ timeout: 20_000 })
}

export async function signIn(page: Page, name: string): Promise<void> {
  await page.goto('/sign-in')
  await page.getByLabel('Name or e-mail').fill(name)
  await page.getByLabel('Password', { exact: true }).fill(PASSWORD)
  await page.getByRole('button', { name: 'Sign in' }).click()
  await expect(page).not.toHaveURL(/sign-in/)
}
