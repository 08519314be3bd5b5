// How webchat is shown: kept here, shared between tabs, known to boot.js before the first paint; and kept by the
// server, from where it follows a person to her other devices.
import { useLocalStorage, usePreferredDark } from '@vueuse/core'
import { defineStore } from 'pinia'
import { computed, watch, watchEffect, type Ref } from 'vue'
import { pickLocale, setLocale, type Locale } from '@/lib/i18n'
import { call } from '@/wire/http'
import type { SendKey } from '@/lib/ime'

export type Theme = 'system' | 'light' | 'dark'
export type TextSize = 14 | 16 | 18 | 20
export type Layout = 'auto' | 'rows' | 'bubbles'

const TEXT_SIZES: readonly number[] = [14, 16, 18, 20]

/** Somebody tries several before she stays with one. */
const SETTLE = 400

/** From when to when, by the clock of a time zone, one is told nothing: "22:00" to "07:00". */
export interface Quiet {
  from: string
  to: string
  zone: string
}

const CLOCK = /^([01]\d|2[0-3]):[0-5]\d$/

export function isQuiet(value: unknown): value is Quiet | null {
  if (value === null) return true
  const { from, to, zone } = Object(value) as Partial<Quiet>
  return [from, to].every((at) => CLOCK.test(String(at))) && typeof zone === 'string' && zone !== ''
}

function quietOf(text: string): Quiet | null {
  try {
    const kept: unknown = JSON.parse(text)
    return isQuiet(kept) ? kept : null
  } catch {
    return null
  }
}

/** Storage belongs to the user and to older versions: what is none of the choices becomes the first. */
function choice<T extends string>(name: string, choices: readonly [T, ...T[]], start: T = choices[0]) {
  const known = (text: string): T => choices.find((one) => one === text) ?? choices[0]
  return useLocalStorage<T>(`webchat.${name}`, start, {
    serializer: { read: known, write: String },
    writeDefaults: false,
  })
}

export const usePrefs = defineStore('prefs', () => {
  const theme = choice<Theme>('theme', ['system', 'light', 'dark'])
  const locale = choice<Locale>('locale', ['en', 'zh-CN'], pickLocale(navigator.languages))
  const sendKey = choice<SendKey>('sendKey', ['enter', 'ctrl-enter'])
  const layout = choice<Layout>('layout', ['auto', 'rows', 'bubbles'])
  const celebrations = choice<'on' | 'off'>('celebrations', ['on', 'off'])
  const textSize = useLocalStorage<TextSize>('webchat.textSize', 16, {
    serializer: {
      read: (text) => (TEXT_SIZES.includes(Number(text)) ? (Number(text) as TextSize) : 16),
      write: String,
    },
    writeDefaults: false,
  })
  /** What a notification says of a message: all of it, or only that there is one. */
  const noticeText = choice<'shown' | 'hidden'>('noticeText', ['shown', 'hidden'])
  const noticeSound = choice<'off' | 'on'>('noticeSound', ['off', 'on'])
  const quiet = useLocalStorage<Quiet | null>('webchat.quiet', null, {
    // Another value is another object: what is kept here and there is compared so.
    shallow: true,
    serializer: { read: quietOf, write: JSON.stringify },
    writeDefaults: false,
  })
  const panelOpen = useLocalStorage('webchat.panelOpen', true, { writeDefaults: false })

  const prefersDark = usePreferredDark()
  const resolvedTheme = computed<'light' | 'dark'>(() =>
    theme.value === 'system' ? (prefersDark.value ? 'dark' : 'light') : theme.value,
  )

  watchEffect(() => {
    const page = document.documentElement
    page.dataset.theme = resolvedTheme.value
    page.dataset.layout = layout.value
    page.style.fontSize = `${textSize.value}px`
  })

  let speaking: Promise<void> = Promise.resolve()
  watch(locale, (next) => (speaking = setLocale(next)), { immediate: true })

  /** Resolves when the messages of the chosen language are here. */
  function ready(): Promise<void> {
    return speaking
  }

  // What follows a person: each with the server's key and the values it may have.

  const SHARED: { key: string; here: Ref<unknown>; values: readonly unknown[] | ((value: unknown) => boolean) }[] = [
    { key: 'theme', here: theme, values: ['system', 'light', 'dark'] },
    { key: 'locale', here: locale, values: ['en', 'zh-CN'] },
    { key: 'send.key', here: sendKey, values: ['enter', 'ctrl-enter'] },
    { key: 'layout', here: layout, values: ['auto', 'rows', 'bubbles'] },
    { key: 'celebrations', here: celebrations, values: ['on', 'off'] },
    { key: 'text.size', here: textSize, values: TEXT_SIZES },
    { key: 'notice.text', here: noticeText, values: ['shown', 'hidden'] },
    { key: 'notice.sound', here: noticeSound, values: ['off', 'on'] },
    { key: 'quiet', here: quiet, values: (value) => value !== undefined && isQuiet(value) },
  ]
  /** What the server is known to have. */
  const there = new Map<string, unknown>()
  /** What was changed here, and is not known to have reached the server: until then it stands against what that has. */
  const unsent = new Set<string>()
  let isFollowing = false
  let sending: ReturnType<typeof setTimeout> | undefined

  /** Takes over what was set on another device. */
  function follow(values: Record<string, unknown>): void {
    for (const { key, here, values: known } of SHARED) {
      const value = values[key]
      const isKnown = typeof known === 'function' ? known(value) : known.includes(value)
      if (!isKnown) continue
      there.set(key, value)
      if (here.value === value) unsent.delete(key)
      else if (!unsent.has(key)) here.value = value
    }
  }

  /** Somebody is signed in: from now on what she changes is for all her devices. */
  function startFollowing(): void {
    isFollowing = true
  }

  /** After a welcome: takes over what was set elsewhere meanwhile, and tells what was set here. */
  async function catchUp(): Promise<void> {
    try {
      const { preferences } = await call<{ preferences: Record<string, unknown> }>('GET', '/me/preferences')
      if (!isFollowing) return
      follow(preferences)
      await send()
      await tellZone(preferences.zone)
    } catch {
      // The mirror here does until the next welcome.
    }
  }

  /** By whose clock one is reminded; where somebody is now is where she was last seen. */
  async function tellZone(told: unknown): Promise<void> {
    const zone = Intl.DateTimeFormat().resolvedOptions().timeZone
    if (zone && zone !== told) await call('PATCH', '/me/preferences', { body: { changes: { zone } } })
  }

  function stopFollowing(): void {
    isFollowing = false
    there.clear()
    unsent.clear()
    clearTimeout(sending)
  }

  async function send(): Promise<void> {
    clearTimeout(sending)
    const changed = SHARED.filter(({ key }) => unsent.has(key)).map(({ key, here }) => [key, here.value] as const)
    if (changed.length === 0) return
    try {
      await call('PATCH', '/me/preferences', { body: { changes: Object.fromEntries(changed) } })
    } catch {
      // This device still has it; the next welcome or the next change brings it along.
      return
    }
    for (const [key, value] of changed) {
      there.set(key, value)
      if (valueOf(key) === value) unsent.delete(key)
    }
  }

  const valueOf = (key: string): unknown => SHARED.find((one) => one.key === key)?.here.value

  for (const { key, here } of SHARED)
    watch(here, (value) => {
      // What another device set comes this way, too; and so does what another tab of this browser has sent already.
      if (!isFollowing || there.get(key) === value) return void unsent.delete(key)
      unsent.add(key)
      clearTimeout(sending)
      sending = setTimeout(() => void send(), SETTLE)
    })

  return {
    theme,
    resolvedTheme,
    locale,
    textSize,
    sendKey,
    layout,
    noticeText,
    noticeSound,
    quiet,
    celebrations,
    panelOpen,
    ready,
    follow,
    startFollowing,
    catchUp,
    stopFollowing,
  }
})
