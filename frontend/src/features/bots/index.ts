// What other places take from here: all of it is loaded when first needed, with its words.
import { lazy, lazyPlace } from '@/features/lazy'
import { saying } from '@/lib/i18n'

export const BotsSection = lazyPlace(saying('bots', () => import('./BotsSection.vue')))
export const BotLine = lazy(saying('bots', () => import('./BotLine.vue')))
export const TokenForm = lazy(saying('bots', () => import('./TokenForm.vue')))
export const TokenFacts = lazy(saying('bots', () => import('./TokenFacts.vue')))
