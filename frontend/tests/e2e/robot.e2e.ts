// The robot: found among the people, greeting, answering, reminding.
import { audit, shot } from './axe'
import { composer, expect, log, PHONE, say, test } from './stage'

test.use({ robot: true })

test('somebody finds the robot, takes a suggestion, and is reminded', async ({ server, open }) => {
  const anna = await server.setUp('anna', 'Anna')
  const page = await open(anna)
  await page.goto('/people')
  const robot = page.getByRole('region', { name: 'The robot' })
  await expect(robot).toContainText('大白')
  await audit(page)
  await shot(page, 'robot-1')
  await robot.getByRole('link', { name: 'Write' }).click()

  await expect(page.getByText('Hello, I am 大白.')).toBeVisible()
  await audit(page)
  await shot(page, 'robot-2')
  await page.getByRole('button', { name: 'Roll the dice' }).click()
  await expect(composer(page)).toBeFocused()
  await expect(log(page).locator('[data-seq]')).toHaveCount(2)
  await expect(page.getByRole('button', { name: 'Roll the dice' })).toHaveCount(0)
  // In the list of conversations, and beside the conversation.
  await expect(page.getByRole('link', { name: '大白', exact: false }).getByText('Online')).toHaveCount(2)

  await say(page, 'remind me in 2 seconds to pour the tea')
  await expect(log(page)).toContainText('I will remind you')
  await expect(log(page)).toContainText('You asked me to remind you: pour the tea')

  await page.goto('/admin/server')
  await expect(page.getByRole('link', { name: '大白 · @dabai' })).toBeVisible()
  await audit(page)
  await shot(page, 'robot-admin')
})

test('in Chinese, on a phone, after the server was killed', async ({ server, open, complaints }) => {
  complaints.lineBreaks = true
  const anna = await server.setUp('anna', 'Anna')
  const page = await open(anna, { ...PHONE, locale: 'zh-CN' })
  await page.goto('/people')
  await page.getByRole('link', { name: '发消息' }).click()
  await expect(page.getByText('你好，我是大白。')).toBeVisible()
  await audit(page)
  await shot(page, 'robot-3')
  await page.getByRole('button', { name: '掷骰子' }).click()
  await expect(log(page).locator('[data-seq]')).toHaveCount(2)
  await server.kill()
  await composer(page).fill('三加五等于几')
  await page.getByRole('button', { name: '发送', exact: true }).click()
  await server.start()
  await expect(log(page).locator('[data-seq]')).toHaveCount(4, { timeout: 30_000 })
  await expect(log(page)).toContainText('8')
})
