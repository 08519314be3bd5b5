// The budget script adds up what it should.
import { describe, expect, it } from 'vitest'
// @ts-expect-error -- a script without types
import { measure, overdrawn } from '../../scripts/budget.mjs'

const manifest = {
  'index.html': { file: 'a/index.js', imports: ['_vendor.js'], css: ['a/index.css'], isEntry: true },
  '_vendor.js': { file: 'a/vendor.js' },
  'src/features/shell/AppShell.vue': {
    file: 'a/shell.js',
    imports: ['index.html', '_vendor.js'],
    css: ['a/shell.css'],
  },
  'src/features/chat/RoomPage.vue': { file: 'a/room.js', imports: ['_list.js'] },
  '_list.js': { file: 'a/list.js' },
  'src/features/auth/SignInPage.vue': { file: 'a/sign-in.js' },
  'src/features/settings/SettingsPage.vue': { file: 'a/settings.js' },
  'src/locales/en.json': { file: 'a/en.js' },
  'src/locales/zh-CN.json': { file: 'a/zh.js' },
}
const sizes: Record<string, number> = {
  'a/index.js': 1_000,
  'a/vendor.js': 10_000,
  'a/shell.js': 100,
  'a/room.js': 200,
  'a/list.js': 400,
  'a/sign-in.js': 50,
  'a/settings.js': 46_000,
  'a/en.js': 3,
  'a/zh.js': 5,
  'a/index.css': 20,
  'a/shell.css': 30,
}
const sum = measure(manifest, (file: string) => sizes[file])

describe('budget', () => {
  it('counts what a room needs once, with the larger language', () => {
    expect(sum.room).toBe(1_000 + 10_000 + 100 + 200 + 400 + 5)
  })

  it('counts what signing in needs', () => {
    expect(sum.signIn).toBe(1_000 + 10_000 + 50 + 5)
  })

  it('counts all styles', () => {
    expect(sum.css).toBe(50)
  })

  it('names the chunk that is too large', () => {
    expect(sum).toMatchObject({ lazy: 46_000, largest: 'src/features/settings/SettingsPage.vue' })
    expect(overdrawn(sum)).toEqual([['lazy', 45]])
  })
})
