// What waits unsent in a room is known on every device, until it is sent; what was deleted says when.
import { composer, enter, expect, LOBBY, log, PHONE, test } from './stage'

test('a draft is known elsewhere until it is sent, though the page is closed at once', async ({ server, open }) => {
  const mei = await server.setUp('mei', 'Mei')
  const made = await server.ask('POST', '/rooms', { title: 'Harbour' }, mei)
  const { room } = (await made.json()) as { room: number }
  const desk = await open(mei)
  await enter(desk, room)
  const pen = desk.getByRole('link', { name: /Lobby/ }).getByText('Draft')
  const phone = await open(mei, PHONE)
  await enter(phone, LOBBY)
  await composer(phone).fill('half of it')
  await expect(pen).toBeAttached()
  await composer(phone).fill('all of it')
  await phone.getByRole('button', { name: 'Send' }).click()
  await expect(log(phone)).toContainText('all of it')
  await phone.close()
  await expect(pen).not.toBeAttached()
  await desk.reload()
  await expect(desk.getByRole('link', { name: /Lobby/ })).toBeVisible()
  await expect(pen).not.toBeAttached()
})

for (const [name, options] of Object.entries({ desk: {}, phone: { ...PHONE, locale: 'zh-CN' } }))
  test(`a deleted message says when it went, on the ${name}`, async ({ server, open }) => {
    const mei = await server.setUp('mei', 'Mei')
    await server.post(mei, 'One')
    await server.ask('DELETE', `/rooms/${LOBBY}/messages/1`, undefined, mei)
    const page = await open(mei, options)
    await enter(page)
    await expect(log(page).locator('time', { hasText: /Message deleted|消息已删除/ })).toHaveText(/· \d\d:\d\d$/)
    if (process.env.SHOTS) await page.screenshot({ path: `${process.env.SHOTS}/deleted-${name}.png` })
  })
