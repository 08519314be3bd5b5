// Languages of the interface: one locale is loaded, compiled at build time.
import { nextTick } from 'vue'
import { createI18n } from 'vue-i18n'
import { fetched } from './fetched'
import type adminEn from '../locales/admin/en.json'
import type authEn from '../locales/auth/en.json'
import type botsEn from '../locales/bots/en.json'
import type emojiEn from '../locales/emoji/en.json'
import type filesEn from '../locales/files/en.json'
import type notifyEn from '../locales/notify/en.json'
import type hooksEn from '../locales/hooks/en.json'
import type en from '../locales/en.json'
import type searchEn from '../locales/search/en.json'
import type settingsEn from '../locales/settings/en.json'
import type slashEn from '../locales/slash/en.json'

export type Locale = 'en' | 'zh-CN'
export const supportedLocales: readonly Locale[] = ['en', 'zh-CN']

declare module 'vue-i18n' {
  // eslint-disable-next-line @typescript-eslint/no-empty-object-type -- the keys of en.json are the schema
  export interface DefineLocaleMessage extends Messages {}
}
type Messages = typeof en & {
  admin: typeof adminEn.admin
  auth: typeof authEn.auth
  bots: typeof botsEn.bots
  emoji: typeof emojiEn.emoji
  hooks: typeof hooksEn.hooks
  search: typeof searchEn.search
  settings: typeof settingsEn.settings
  slash: typeof slashEn.slash
  notices: typeof notifyEn.notices
} & typeof filesEn

const load: Record<Locale, () => Promise<{ default: unknown }>> = {
  en: () => import('../locales/en.json'),
  'zh-CN': () => import('../locales/zh-CN.json'),
}

/** What is said in one part of the interface only, and loaded with it. */
const parts = {
  admin: { en: () => import('../locales/admin/en.json'), 'zh-CN': () => import('../locales/admin/zh-CN.json') },
  auth: { en: () => import('../locales/auth/en.json'), 'zh-CN': () => import('../locales/auth/zh-CN.json') },
  bots: { en: () => import('../locales/bots/en.json'), 'zh-CN': () => import('../locales/bots/zh-CN.json') },
  emoji: { en: () => import('../locales/emoji/en.json'), 'zh-CN': () => import('../locales/emoji/zh-CN.json') },
  notify: { en: () => import('../locales/notify/en.json'), 'zh-CN': () => import('../locales/notify/zh-CN.json') },
  files: { en: () => import('../locales/files/en.json'), 'zh-CN': () => import('../locales/files/zh-CN.json') },
  hooks: { en: () => import('../locales/hooks/en.json'), 'zh-CN': () => import('../locales/hooks/zh-CN.json') },
  search: { en: () => import('../locales/search/en.json'), 'zh-CN': () => import('../locales/search/zh-CN.json') },
  settings: {
    en: () => import('../locales/settings/en.json'),
    'zh-CN': () => import('../locales/settings/zh-CN.json'),
  },
  slash: { en: () => import('../locales/slash/en.json'), 'zh-CN': () => import('../locales/slash/zh-CN.json') },
} satisfies Record<string, Record<Locale, () => Promise<{ default: unknown }>>>
export type Part = keyof typeof parts

export const i18n = createI18n({
  legacy: false,
  locale: 'en' as string,
  // Each locale is complete (i18n-check sees to it), so there is nothing to fall back to, nor to load for it.
  fallbackLocale: false,
  messages: {},
  missingWarn: false,
  fallbackWarn: false,
})

/** The first language of the reader's list that there is; English when there is none. */
export function pickLocale(languages: readonly string[]): Locale {
  for (const language of languages) {
    const base = language.toLowerCase().split('-')[0]
    if (base === 'zh') return 'zh-CN'
    if (base === 'en') return 'en'
  }
  return 'en'
}

const added = new Set<Part>()
const loaded = new Set<string>()

async function loadPart(part: Part, locale: Locale): Promise<void> {
  const key = `${part} ${locale}`
  if (loaded.has(key)) return
  const messages = await fetched(parts[part][locale])
  loaded.add(key)
  i18n.global.mergeLocaleMessage(locale, messages.default as never)
}

/** Loads what *part* of the interface says, now and whenever the language changes. */
export async function addPart(part: Part): Promise<void> {
  added.add(part)
  await loadPart(part, i18n.global.locale.value as Locale)
}

/** A loader of a page or dialog that loads along with it what it says. */
export function saying<T>(part: Part, load: () => Promise<T>): () => Promise<T> {
  return () => fetched(async () => (await Promise.all([load(), addPart(part)]))[0])
}

let wanted: Locale | undefined

/** Loads the messages if need be, then switches; of several calls the last one wins. */
export async function setLocale(locale: Locale): Promise<void> {
  wanted = locale
  const global = i18n.global
  if (!(global.availableLocales as string[]).includes(locale)) {
    const messages = await fetched(load[locale])
    global.setLocaleMessage(locale, messages.default as never)
  }
  await Promise.all([...added].map((part) => loadPart(part, locale)))
  if (wanted !== locale) return
  global.locale.value = locale
  document.documentElement.lang = locale
  await nextTick()
}
