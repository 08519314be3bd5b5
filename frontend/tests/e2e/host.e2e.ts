// The server inside another program: the one of docs/embedding.md, whose people sign in there.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { composer, Complaints, enter, expect, say, screen, test, WIDE } from './stage'
import { freePort, PYTHON, ROOT } from './server'

async function startHost(folder: string, ports: [number, number]): Promise<() => Promise<void>> {
  const guide = await readFile(join(ROOT, 'docs/embedding.md'), 'utf8')
  const host = /```python\n(.*?)```/s.exec(guide)?.[1] ?? ''
  const program = host.replaceAll(':8080', `:${ports[0]}`).replaceAll(':8081', `:${ports[1]}`)
  const child = spawn(PYTHON, ['-c', `${program}\nservices.startService()\nreactor.run()`], {
    cwd: folder,
    env: { ...process.env, PYTHONPATH: ROOT },
    stdio: 'inherit',
  })
  await expect(async () => {
    expect((await fetch(`http://localhost:${ports[1]}/readyz`)).status).toBe(200)
  }).toPass({ timeout: 60_000, intervals: [100] })
  return async () => {
    const ended = once(child, 'exit')
    child.kill('SIGKILL')
    await ended
  }
}

test('who signs in to the host is in the chat, and has no password there', async ({ browser }) => {
  const folder = await mkdtemp(join(tmpdir(), 'webchat-host-'))
  const ports: [number, number] = [await freePort(), await freePort()]
  const [home, chat] = ports.map((port) => `http://localhost:${port}`)
  const stop = await startHost(folder, ports)
  const context = await browser.newContext({ baseURL: chat, ...WIDE })
  const complaints = new Complaints([home!, chat!])
  await complaints.listen(context)
  // The guide's host has no icon.
  await context.route(`${home}/favicon.ico`, (route) => route.fulfill({ status: 204 }))
  try {
    const page = await context.newPage()
    await page.goto('/')
    await expect(page.getByText(`You sign in at localhost:${ports[0]}.`)).toBeVisible()
    await expect(page.getByLabel('Password')).toHaveCount(0)
    await page.getByRole('button', { name: 'Sign in at' }).click()
    await expect(page.getByText('Signed in.')).toBeVisible()
    await enter(page)
    await say(page, 'At home')
    await expect(async () => expect(await screen(page)).toEqual([{ seq: 1, text: 'At home' }])).toPass()
    await page.goto('/settings')
    await expect(page.getByRole('link', { name: 'Privacy' })).toBeVisible()
    await expect(page.getByRole('link', { name: 'Password' })).toHaveCount(0)
    await page.goto('/settings/privacy')
    await expect(page.getByRole('heading', { name: 'Blocked' })).toBeVisible()
    await expect(page.getByRole('button', { name: 'Delete' })).toHaveCount(0)
    await page.goto('/')
    await expect(composer(page)).toBeVisible()
    complaints.none()
  } finally {
    await context.close()
    await stop()
    await rm(folder, { recursive: true, force: true })
  }
})
