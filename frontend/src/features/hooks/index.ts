// What other places take from webhooks: loaded when first needed.
import { defineAsyncComponent } from 'vue'
import { saying } from '@/lib/i18n'

export const HooksDialog = defineAsyncComponent(saying('hooks', () => import('./HooksDialog.vue')))
