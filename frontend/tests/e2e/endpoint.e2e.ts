// The robot with a language model: its answer grows before one's eyes, can be stopped, and fails in plain words.
import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import type { Page } from '@playwright/test'
import { audit, shot } from './axe'
import { composer, expect, log, PHONE, say, test as story } from './stage'

/** A question that the model was asked, to be answered word by word. */
class Asked {
  constructor(
    readonly body: { messages: { role: string; content: string }[] },
    private readonly response: ServerResponse,
  ) {}

  say(words: string): void {
    if (!this.response.headersSent) this.response.writeHead(200, { 'content-type': 'text/event-stream' })
    this.response.write(`data: ${JSON.stringify({ choices: [{ delta: { content: words } }] })}\n\n`)
  }

  finish(): void {
    this.response.end('data: [DONE]\n\n')
  }

  fail(status: number): void {
    this.response.writeHead(status).end()
  }

  get isClosed(): boolean {
    return this.response.destroyed || this.response.closed
  }
}

/** An OpenAI-compatible endpoint. */
class Model {
  private readonly questions: Asked[] = []
  private readonly server = createServer((request, response) => void this.hear(request, response))

  private async hear(request: IncomingMessage, response: ServerResponse): Promise<void> {
    this.questions.push(new Asked(JSON.parse(await text(request)) as Asked['body'], response))
  }

  async start(): Promise<string> {
    await once(this.server.listen(0, '127.0.0.1'), 'listening')
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}/v1`
  }

  stop(): void {
    this.server.closeAllConnections()
    this.server.close()
  }

  /** The next question to it. */
  async asked(): Promise<Asked> {
    await expect.poll(() => this.questions.length).toBeGreaterThan(0)
    return this.questions.shift()!
  }
}

const test = story.extend<{ model: Model; url: string }>({
  model: async ({}, use) => {
    const model = new Model()
    await use(model)
    model.stop()
  },
  url: async ({ model }, use) => use(await model.start()),
  robot: async ({ url }, use) => use(url),
})

const isAtEnd = (page: Page) =>
  expect
    .poll(() => log(page).evaluate((box) => box.scrollHeight - box.scrollTop - box.clientHeight), 'at its end')
    .toBeLessThan(2)
const answer = (page: Page, seq: number) => log(page).locator(`[data-seq="${seq}"]`)

test('an answer grows, is stopped, and fails in plain words', async ({ server, open, model }) => {
  const anna = await server.setUp('anna', 'Anna')
  const page = await open(anna)
  await page.goto('/people')
  await page.getByRole('region', { name: 'The robot' }).getByRole('link', { name: 'Write' }).click()
  await expect(page.getByText('Everything else I pass on to a language model')).toBeVisible()
  await audit(page)
  await shot(page, 'endpoint-greeting')

  await say(page, 'What is tea?')
  const tea = await model.asked()
  expect(tea.body.messages.at(-1)).toEqual({ role: 'user', content: 'What is tea?' })
  await expect(page.getByText('大白 is thinking…')).toBeVisible()
  tea.say('Tea is ')
  await expect(answer(page, 2)).toContainText('Tea is')
  const stop = answer(page, 2).getByRole('button', { name: 'Stop' })
  await expect(stop).toBeVisible()
  await audit(page)
  // It grows beyond the window, and its end stays in view.
  for (let line = 1; line <= 30; line++) tea.say(`\n\nline ${line} of a long answer`)
  await expect(answer(page, 2)).toContainText('line 30')
  await isAtEnd(page)
  await expect(page.locator('[aria-live="polite"]').filter({ hasText: 'Tea is' })).toHaveCount(0)
  await shot(page, 'endpoint-growing')
  tea.finish()
  await expect(stop).toHaveCount(0)
  await expect(answer(page, 2)).not.toContainText('edited')
  await expect(page.locator('[aria-live="polite"]').filter({ hasText: 'line 30 of a long answer' })).toBeAttached()
  await isAtEnd(page)

  await say(page, 'And coffee?')
  const coffee = await model.asked()
  coffee.say('Coffee is')
  await answer(page, 4).getByRole('button', { name: 'Stop' }).click()
  await expect(answer(page, 4)).toContainText('Coffee is')
  await expect(answer(page, 4)).toContainText('(Stopped.)')
  await expect.poll(() => coffee.isClosed).toBe(true)

  await say(page, 'And milk?')
  const milk = await model.asked()
  milk.fail(429)
  await expect(answer(page, 6)).toContainText('has too much to do at the moment')
  await shot(page, 'endpoint-failed')

  await page.goto('/admin/server')
  await expect(page.getByText('It asks tea-1 at 127.0.0.1')).toBeVisible()
  await audit(page)
  await page.getByText('It asks tea-1').scrollIntoViewIfNeeded()
  await shot(page, 'endpoint-admin')
})

test('in Chinese, on a phone, over a kill of the server', async ({ server, open, model, complaints }) => {
  complaints.lineBreaks = true
  const anna = await server.setUp('anna', 'Anna')
  const page = await open(anna, { ...PHONE, locale: 'zh-CN' })
  await page.goto('/people')
  await page.getByRole('link', { name: '发消息' }).click()
  await expect(page.getByText('其他问题我会')).toBeVisible()
  await audit(page)
  await shot(page, 'endpoint-zh-greeting')
  const send = async (words: string) => {
    await composer(page).fill(words)
    await page.getByRole('button', { name: '发送', exact: true }).click()
  }
  await send('茶是什么？')
  const tea = await model.asked()
  await expect(page.getByText('大白 正在思考…')).toBeVisible()
  tea.say('茶是一种')
  const stop = answer(page, 2).getByRole('button', { name: '停止' })
  await expect(stop).toBeVisible()
  expect((await stop.boundingBox())!.height).toBeGreaterThanOrEqual(44)
  await audit(page)
  await shot(page, 'endpoint-zh-growing')
  await server.kill()
  await server.start()
  await expect(answer(page, 2)).toContainText('（已中断。）', { timeout: 60_000 })
  await expect(answer(page, 2)).toContainText('茶是一种')
  await expect(stop).toHaveCount(0)
  await send('那咖啡呢？')
  const coffee = await model.asked()
  expect(coffee.body.messages.map((one) => one.content).slice(1)).toEqual(['茶是什么？', '茶是一种', '那咖啡呢？'])
  coffee.fail(401)
  await expect(answer(page, 4)).toContainText('语言模型不接受这台服务器的密钥')
  await shot(page, 'endpoint-zh-failed')
})
