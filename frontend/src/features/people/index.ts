// What other places take from the people: all of it is loaded when first needed.
import { lazy } from '@/features/lazy'

export { default as PersonDot } from './PersonDot.vue'
export const PersonCard = lazy(() => import('./PersonCard.vue'))
export const PersonRow = lazy(() => import('./PersonRow.vue'))
