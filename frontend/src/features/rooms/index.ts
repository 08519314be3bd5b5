// What other places take from the rooms: but for the signs of rooms, all of it is loaded when first needed.
import { lazy, lazyPlace } from '@/features/lazy'

export { default as RoomSign } from './RoomSign.vue'
export const BanDialog = lazy(() => import('./BanDialog.vue'))
export const CreateRoomDialog = lazy(() => import('./CreateRoomDialog.vue'))
export const DeleteRoomDialog = lazy(() => import('./DeleteRoomDialog.vue'))
export const LevelMenu = lazy(() => import('./LevelMenu.vue'))
export const NewDirectDialog = lazy(() => import('./NewDirectDialog.vue'))
export const RoomDoor = lazyPlace(() => import('./RoomDoor.vue'))
export const RoomPanel = lazyPlace(() => import('./RoomPanel.vue'))
export const RoomPanelSheet = lazy(() => import('./RoomPanelSheet.vue'))
export { findPeople } from './calls'
