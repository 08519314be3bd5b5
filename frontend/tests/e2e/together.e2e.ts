// One room, and in it the pages of older chats, a phone, and our own page: each shows everybody's words, once, in order.
import { execFileSync, spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import { createServer, request } from 'node:http'
import { connect, type AddressInfo, type Socket } from 'node:net'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import type { Page } from '@playwright/test'
import { picture } from './pictures'
import { PYTHON, ROOT, type ChatServer } from './server'
import { enter, expect, log, PASSWORD, say, screen, test } from './stage'

const CLIENTS = join(ROOT, 'tests/clients')
/** A text that goes wrong wherever somebody takes it for HTML, or counts its bytes. */
const words = (name: string) => `${name}: 你好 & <b>"'\\ 🎉`

/** Somebody in the room. */
interface Talker {
  say(text: string): Promise<void>
  /** What is shown, from top to bottom; a picture is ''. */
  shown(): Promise<string[]>
  /** Resolves once she is in the room. */
  isIn(): Promise<void>
}

class OldPage implements Talker {
  constructor(readonly page: Page) {}

  static async open(page: Page, kind: 'laravel' | 'raw', email: string): Promise<OldPage> {
    await page.goto(`/old/${kind}.html`)
    await page.getByLabel('邮箱').fill(email)
    await page.getByLabel('密码').fill(PASSWORD)
    await page.getByRole('button', { name: '登录' }).click()
    return new OldPage(page)
  }

  async say(text: string): Promise<void> {
    await this.page.getByLabel('消息').fill(text)
    await this.page.getByRole('button', { name: '发送' }).click()
  }

  shown(): Promise<string[]> {
    return this.page.locator('li span').allTextContents()
  }

  async isIn(): Promise<void> {
    await expect(this.page.locator('body')).toHaveAttribute('data-state', 'in')
  }
}

/** What nginx is to those systems: the pages lie here, and whatever they ask, of the same origin, the server answers. */
async function frontOf(server: ChatServer): Promise<{ url: string; close: () => void }> {
  const port = Number(new URL(server.url).port)
  const front = createServer(async (asked, answer) => {
    const name = /^\/old\/([a-z.]+)$/.exec(asked.url!)?.[1]
    if (name) {
      const folder = name.endsWith('.js')
        ? join(CLIENTS, 'node_modules/client-2/dist')
        : join(import.meta.dirname, 'old')
      answer.setHeader('Content-Type', name.endsWith('.js') ? 'text/javascript' : 'text/html')
      return void answer.end(await readFile(join(folder, name)))
    }
    const { method, url: path, headers } = asked
    const passed = request({ port, host: '127.0.0.1', method, path, headers }, (said) => {
      answer.writeHead(said.statusCode!, said.headers)
      said.pipe(answer)
    })
    passed.on('error', () => answer.destroy())
    answer.on('close', () => passed.destroy())
    asked.pipe(passed)
  })
  front.on('upgrade', (asked, near: Socket) => {
    const far = connect(port, '127.0.0.1')
    const lines = asked.rawHeaders.map((text, place) => text + (place % 2 ? '\r\n' : ': '))
    far.write(`GET ${asked.url} HTTP/1.1\r\n${lines.join('')}\r\n`)
    near.on('error', () => far.destroy()).on('close', () => far.destroy())
    far.on('error', () => near.destroy()).on('close', () => near.destroy())
    near.pipe(far).pipe(near)
  })
  front.listen(0, '127.0.0.1').unref()
  await once(front, 'listening')
  return { url: `http://127.0.0.1:${(front.address() as AddressInfo).port}`, close: () => front.close() }
}

/** An app that knows the events of the older pages: a WebSocket from the start, no cookie, no Origin. */
class Phone implements Talker {
  private readonly child: ChildProcess
  private readonly heard: string[] = []
  private isThere = false

  constructor(
    url: string,
    private readonly email: string,
    private readonly token: string,
  ) {
    this.child = spawn(process.execPath, ['driver.js'], { cwd: CLIENTS, stdio: ['pipe', 'pipe', 'inherit'] })
    createInterface({ input: this.child.stdout! }).on('line', (line) => this.take(JSON.parse(line)))
    const options = { transports: ['websocket'], reconnectionDelay: 200, reconnectionDelayMax: 1000 }
    this.order({ do: 'open', client: 'client-4', url: `${url}?api_token=${token}`, options })
  }

  private take(line: { state?: string; event?: string; args?: { msg: string }[] }): void {
    if (line.state === 'connect') {
      this.emit('login', {})
      this.emit('room', { roomid: '1' })
    }
    if (line.state === 'disconnect') this.isThere = false
    if (line.event === 'room') this.isThere = true
    if (line.event === 'message') this.heard.push(...line.args!.map(({ msg }) => msg.replaceAll('&lt;', '<')))
  }

  private emit(event: string, more: object): void {
    this.order({ do: 'emit', args: [event, { name: this.email, src: '', api_token: this.token, ...more }] })
  }

  private order(line: object): void {
    this.child.stdin!.write(JSON.stringify(line) + '\n')
  }

  async say(text: string): Promise<void> {
    this.emit('message', { msg: text.replaceAll('<', '&lt;'), img: '', roomid: '1', time: 'now' })
  }

  async shown(): Promise<string[]> {
    return this.heard
  }

  async isIn(): Promise<void> {
    await expect.poll(() => this.isThere).toBe(true)
  }

  close(): void {
    this.child.kill()
  }
}

test.use({ options: ['--legacy', 'laravel', '--legacy', 'raw'] })

test('older pages, a phone and our own page talk in one room, and go on when the server has died', async ({
  server,
  open,
  complaints,
}) => {
  const missing = execFileSync(PYTHON, ['-c', 'from tests.clients.stock import why_not; print(why_not())'], {
    cwd: ROOT,
    encoding: 'utf8',
  }).trim()
  test.skip(missing !== '', missing)
  complaints.lineBreaks = true
  const anna = await server.setUp('anna', 'Anna')
  const register = async (email: string): Promise<string> => {
    const body = new URLSearchParams({ name: email, password: PASSWORD })
    const answer = await fetch(`${server.url}/api/register`, { method: 'POST', body })
    return ((await answer.json()) as { user: { api_token: string } }).user.api_token
  }
  const token = await register('phone@example.org')
  for (const email of ['laravel@example.org', 'raw@example.org']) await register(email)

  const page = await open(anna)
  await enter(page)
  const front = await frontOf(server)
  complaints.know(front.url)
  const laravel = await OldPage.open(await open(null, { baseURL: front.url }), 'laravel', 'laravel@example.org')
  const raw = await OldPage.open(await open(null, { baseURL: front.url }), 'raw', 'raw@example.org')
  const phone = new Phone(server.url, 'phone@example.org', token)
  const browser: Talker = {
    say: (text) => say(page, text),
    shown: async () => (await screen(page)).map((line) => line.text),
    isIn: async () => void (await expect(log(page)).toHaveAttribute('aria-busy', 'false')),
  }
  const everybody = Object.entries<Talker>({ browser, laravel, raw, phone })
  const allShow = async (texts: string[]) => {
    for (const [name, talker] of everybody) await expect.poll(() => talker.shown(), name).toEqual(texts)
  }

  try {
    const texts: string[] = []
    for (const [, talker] of everybody) await talker.isIn()
    for (const [name, talker] of everybody) {
      texts.push(words(name))
      await talker.say(words(name))
      await allShow(texts)
    }
    await laravel.page.getByLabel('图片').setInputFiles(picture('garden.png', 60, 40))
    await allShow([...texts, ''])
    for (const shown of [page.getByRole('log'), laravel.page.locator('li'), raw.page.locator('li')])
      await expect(shown.locator('img').last()).not.toHaveJSProperty('naturalWidth', 0)

    await server.kill()
    for (const old of [laravel, raw]) await expect(old.page.locator('body')).toHaveAttribute('data-state', 'out')
    await server.start()
    for (const [, talker] of everybody) await talker.isIn()
    // All at once: in which order, the room says.
    await Promise.all(everybody.map(([name, talker]) => talker.say(words(`again ${name}`))))
    await expect.poll(async () => (await server.history(anna)).length).toBe(2 * everybody.length + 1)
    const said = (await server.history(anna)).map((line) => line.text)
    expect([...said].sort()).toEqual([...texts, '', ...everybody.map(([name]) => words(`again ${name}`))].sort())
    await allShow(said)
  } finally {
    phone.close()
    front.close()
  }
})
