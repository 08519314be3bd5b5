// What other places take from here: all of it is loaded when first needed, with its words.
import { defineAsyncComponent } from 'vue'
import { saying } from '@/lib/i18n'

export const BotsSection = defineAsyncComponent(saying('bots', () => import('./BotsSection.vue')))
export const BotLine = defineAsyncComponent(saying('bots', () => import('./BotLine.vue')))
export const TokenForm = defineAsyncComponent(saying('bots', () => import('./TokenForm.vue')))
export const TokenFacts = defineAsyncComponent(saying('bots', () => import('./TokenFacts.vue')))
