// People whom those who run the server show to everybody.
import { enter, expect, test } from './stage'

test('an admin shows somebody to everybody, and takes it back', async ({ server, open }) => {
  const anna = await server.setUp('anna', 'Anna')
  const mei = await server.register('mei', 'Mei')
  await server.register('doc', 'Dr. Lin')
  const desk = await open(anna)
  await enter(desk)
  await desk.goto('/admin/people')
  await desk.getByRole('button', { name: 'Manage Dr. Lin' }).click()
  await desk.getByRole('button', { name: 'Show to everybody' }).click()
  await expect(desk.getByRole('dialog')).toHaveCount(0)

  const page = await open(mei)
  await enter(page)
  await page.goto('/people')
  const known = page.getByRole('region', { name: 'People to know' })
  await expect(known.getByRole('listitem')).toHaveCount(1)
  await expect(known).toContainText('Dr. Lin')

  await desk.getByRole('button', { name: 'Manage Dr. Lin' }).click()
  await desk.getByRole('button', { name: 'Stop showing to everybody' }).click()
  await page.reload()
  await expect(page.getByRole('region', { name: 'Everybody' })).toContainText('Dr. Lin')
  await expect(known).toHaveCount(0)
})
