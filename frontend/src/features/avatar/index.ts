// What other places take from here: all of it is loaded when first needed.
import { lazy } from '@/features/lazy'

export const RoomPicture = lazy(() => import('./RoomPicture.vue'))
export const AvatarDialog = lazy(() => import('./AvatarDialog.vue'))
