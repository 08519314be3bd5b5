// What the places inside the frame take from it.
import { lazy } from '@/features/lazy'

export { default as ConnectionStrip } from './ConnectionStrip.vue'
export { default as PageHeader } from './PageHeader.vue'
export { default as PlainPage } from './PlainPage.vue'
export { find, fold, rank } from './rank'
export const SignOutDialog = lazy(() => import('./SignOutDialog.vue'))
export { titleOf } from './entries'
