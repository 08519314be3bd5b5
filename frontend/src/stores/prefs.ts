// How this browser shows webchat: kept here, shared between tabs, known to boot.js before the first paint.
import { useLocalStorage, usePreferredDark } from '@vueuse/core'
import { defineStore } from 'pinia'
import { computed, watch, watchEffect } from 'vue'
import { pickLocale, setLocale, type Locale } from '@/lib/i18n'
import type { SendKey } from '@/lib/ime'

export type Theme = 'system' | 'light' | 'dark'
export type TextSize = 14 | 16 | 18 | 20
export type Layout = 'auto' | 'rows' | 'bubbles'

const TEXT_SIZES: readonly number[] = [14, 16, 18, 20]

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
  const textSize = useLocalStorage<TextSize>('webchat.textSize', 16, {
    serializer: {
      read: (text) => (TEXT_SIZES.includes(Number(text)) ? (Number(text) as TextSize) : 16),
      write: String,
    },
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

  return { theme, resolvedTheme, locale, textSize, sendKey, layout, panelOpen, ready }
})
