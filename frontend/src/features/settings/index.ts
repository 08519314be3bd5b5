// What other places take from the settings: loaded when first needed.
import { defineAsyncComponent } from 'vue'

export const LedgerRow = defineAsyncComponent(() => import('./LedgerRow.vue'))
export const LedgerState = defineAsyncComponent(() => import('./LedgerState.vue'))
export const SecretOnce = defineAsyncComponent(() => import('./SecretOnce.vue'))
