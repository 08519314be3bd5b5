// What the tab is called: every place by its name, before and after signing in.
import { enter, expect, PASSWORD, test } from './stage'

test('every address has a title of its own', async ({ server, open }) => {
  const mei = await server.setUp('mei', 'Mei')
  const stranger = await open(null)
  for (const [address, title] of [
    ['/sign-in', 'Sign in'],
    ['/register', 'Create an account'],
    ['/terms', 'Terms of use'],
  ] as const) {
    await stranger.goto(address)
    const heading = await stranger.getByRole('heading', { level: 1 }).innerText()
    await expect(stranger, title).toHaveTitle(`${heading} · Tea house`)
    expect(heading).not.toContain('auth.')
  }
  const page = await open(mei)
  await enter(page)
  await expect(page).toHaveTitle('Lobby · Tea house')
  for (const [address, title] of [
    ['/search', 'Search'],
    ['/browse', 'Browse rooms'],
    ['/mentions', 'Mentions'],
    ['/people', 'People'],
    ['/people/1', 'Mei'],
    ['/settings/profile', 'Settings'],
    ['/admin', 'Administration'],
    ['/announcements', 'Announcements'],
    ['/nowhere', 'Not found'],
  ] as const) {
    await page.goto(address)
    await expect(page, address).toHaveTitle(`${title} · Tea house`)
  }
  // Signed out, the room is not named any longer.
  await enter(page)
  // Whatever is still asked for when the session ends is refused, which Chromium writes on the console.
  await page.waitForLoadState('networkidle')
  await server.ask('POST', '/password', { current: PASSWORD, new: `${PASSWORD} too` }, mei)
  await expect(page).not.toHaveTitle(/Lobby/)
})
