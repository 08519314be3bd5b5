// What other places take from the settings: loaded when first needed.
import { lazy } from '@/features/lazy'

export const LedgerRow = lazy(() => import('./LedgerRow.vue'))
export const LedgerState = lazy(() => import('./LedgerState.vue'))
export const SecretOnce = lazy(() => import('./SecretOnce.vue'))
