// What is shown of how somebody is.
import { afterEach, beforeEach, expect, it } from 'vitest'
import { createApp, type App } from 'vue'
import { PersonDot } from '@/features/people'
import { i18n, setLocale } from '@/lib/i18n'
import type { State, UserKind } from '@/wire/frames'

let app: App | undefined

function show(kind: UserKind, state: State): string {
  const root = document.createElement('div')
  const person = { id: 7, name: 'deploy', display_name: 'Deploy', kind, avatar: null }
  app = createApp(PersonDot, { person, state })
  app.use(i18n)
  app.mount(root)
  return root.textContent
}

beforeEach(() => setLocale('en'))

afterEach(() => app?.unmount())

it.each([
  ['human', 'offline', 'offline'],
  ['human', 'away', 'away'],
  ['bot', 'online', 'online'],
  ['bot', 'offline', ''],
] as const)('a %s that is %s is said to be "%s"', (kind, state, said) => {
  expect(show(kind, state).toLowerCase()).toBe(said)
})
