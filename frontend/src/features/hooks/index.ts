// What other places take from webhooks: loaded when first needed.
import { lazy } from '@/features/lazy'
import { saying } from '@/lib/i18n'

export const HooksDialog = lazy(saying('hooks', () => import('./HooksDialog.vue')))
