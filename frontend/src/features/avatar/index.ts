// What other places take from here: the dialog, loaded when first needed.
import { defineAsyncComponent } from 'vue'

export const AvatarDialog = defineAsyncComponent(() => import('./AvatarDialog.vue'))
