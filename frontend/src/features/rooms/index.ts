// What other places take from the rooms: but for the signs of rooms, all of it is loaded when first needed.
import { defineAsyncComponent } from 'vue'

export { default as RoomSign } from './RoomSign.vue'
export const BanDialog = defineAsyncComponent(() => import('./BanDialog.vue'))
export const CreateRoomDialog = defineAsyncComponent(() => import('./CreateRoomDialog.vue'))
export const DeleteRoomDialog = defineAsyncComponent(() => import('./DeleteRoomDialog.vue'))
export const LevelMenu = defineAsyncComponent(() => import('./LevelMenu.vue'))
export const NewDirectDialog = defineAsyncComponent(() => import('./NewDirectDialog.vue'))
export const RoomDoor = defineAsyncComponent(() => import('./RoomDoor.vue'))
export const RoomPanel = defineAsyncComponent(() => import('./RoomPanel.vue'))
export const RoomPanelSheet = defineAsyncComponent(() => import('./RoomPanelSheet.vue'))
export { findPeople } from './calls'
