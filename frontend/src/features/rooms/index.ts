// What other places take from the rooms: all of it is loaded when first needed.
import { defineAsyncComponent } from 'vue'

export const CreateRoomDialog = defineAsyncComponent(() => import('./CreateRoomDialog.vue'))
export const LevelMenu = defineAsyncComponent(() => import('./LevelMenu.vue'))
export const RoomDoor = defineAsyncComponent(() => import('./RoomDoor.vue'))
export const RoomPanel = defineAsyncComponent(() => import('./RoomPanel.vue'))
export const RoomPanelSheet = defineAsyncComponent(() => import('./RoomPanelSheet.vue'))
