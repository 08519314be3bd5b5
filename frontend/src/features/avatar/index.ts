// What other places take from here: all of it is loaded when first needed.
import { defineAsyncComponent } from 'vue'

export const RoomPicture = defineAsyncComponent(() => import('./RoomPicture.vue'))
export const AvatarDialog = defineAsyncComponent(() => import('./AvatarDialog.vue'))
