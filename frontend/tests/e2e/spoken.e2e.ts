// Chinese names by the first letters of how they are spoken.
import { composer, enter, expect, test } from './stage'

test('somebody is found by initials where one writes', async ({ server, open }) => {
  const mei = await server.setUp('mei', 'Mei')
  await server.register('tea1', '张三')
  await server.register('tea2', '林娜')
  const page = await open(mei)
  await enter(page)
  await composer(page).pressSequentially('去问@zs')
  const people = page.getByRole('listbox', { name: 'People' }).getByRole('option')
  await expect(people).toHaveText([/张三/])
  await composer(page).press('Enter')
  await expect(composer(page)).toHaveValue('去问@tea1 ')
})
