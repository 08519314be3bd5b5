// Webhooks: a program posts into the room, and another one is told of it.
import type { Page } from '@playwright/test'
import { audit } from './axe'
import { enter, expect, log, PHONE, test, WIDE } from './stage'

async function look(page: Page, name: string): Promise<void> {
  await audit(page)
  if (process.env.LOOK) await page.screenshot({ path: `${process.env.LOOK}/${name}.png` })
}

test('a moderator makes a URL, and what a program posts to it stands in the open room', async ({ server, open }) => {
  const mei = await server.setUp('mei', 'Mei')
  const page = await open(mei, WIDE)
  await enter(page)
  await page.getByTitle('Info').click()
  await page.getByRole('button', { name: 'Webhooks' }).click()
  const dialog = page.getByRole('dialog', { name: 'Webhooks' })
  await expect(dialog).toContainText('No program is connected yet.')
  await dialog.getByRole('button', { name: 'Add a webhook' }).click()
  await expect(dialog).toContainText('Outgoing webhooks are switched off on this server.')
  await dialog.getByLabel('Name').fill('Build')
  await look(page, 'hooks-form')
  await dialog.getByRole('button', { name: 'Create' }).click()
  const url = await dialog.getByLabel('Address to post to').inputValue()
  expect(url).toMatch(/^http.*\/api\/v1\/hooks\/1\/[0-9a-f]{32}$/)
  await expect(dialog.getByText('not used yet')).toBeVisible()
  await look(page, 'hooks-made')

  const answer = await fetch(url, { method: 'POST', body: JSON.stringify({ text: 'Build 42 is **green**' }) })
  expect(answer.status).toBe(200)
  await dialog.getByRole('button', { name: 'Close' }).last().click()
  await expect(log(page).getByText('Build 42 is green')).toBeVisible()
  await expect(log(page).locator('[data-seq="1"]')).toContainText('Build')

  await page.getByRole('button', { name: 'Webhooks' }).click()
  await dialog.getByRole('button', { name: 'Remove' }).click()
  await page.getByRole('alertdialog').getByRole('button', { name: 'Remove' }).click()
  await expect(dialog).toContainText('No program is connected yet.')
  expect((await fetch(url, { method: 'POST', body: '{"text": "late"}' })).status).toBe(404)
})

test('who tells a program of the room sees why a test did not arrive, in Chinese, on a phone', async ({
  server,
  open,
}) => {
  const mei = await server.setUp('mei', 'Mei')
  await server.ask('PATCH', '/admin/settings', { webhooks: true }, mei)
  const page = await open(mei, { ...PHONE, locale: 'zh-CN' })
  await page.goto('/rooms/1')
  await page.getByRole('button', { name: '房间信息' }).click()
  await page.getByRole('button', { name: 'Webhook 接入' }).click()
  const dialog = page.getByRole('dialog', { name: 'Webhook 接入' })
  await dialog.getByRole('button', { name: '添加 Webhook' }).click()
  await dialog.getByText('推送', { exact: true }).click()
  await dialog.getByLabel('名称').fill('构建')
  await dialog.getByLabel('推送地址').fill('http://127.0.0.1/hook')
  await dialog.getByLabel('成员加入').check()
  await look(page, 'hooks-form-zh')
  await dialog.getByRole('button', { name: '创建' }).click()
  await expect(dialog.getByLabel('用于验证推送来源的密钥')).toHaveValue(/^whsec_/)
  await dialog.getByRole('button', { name: '发送测试' }).click()
  await expect(dialog.getByText('该主机不是公网地址')).toBeVisible({ timeout: 20_000 })
  await look(page, 'hooks-list-zh')
  await dialog.getByRole('button', { name: '暂停' }).click()
  await expect(dialog.getByText('已暂停')).toBeVisible()
  await dialog.getByRole('button', { name: '恢复' }).click()
  await expect(dialog.getByText('已暂停')).toBeHidden()
})
