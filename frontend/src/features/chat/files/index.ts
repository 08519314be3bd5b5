// Files of messages: those in the rows at once, all else when it is first needed.
import { defineAsyncComponent } from 'vue'

export { default as AttachButtons } from './AttachButtons.vue'
export { default as MessageFiles } from './MessageFiles.vue'
export const AttachmentTray = defineAsyncComponent(() => import('./AttachmentTray.vue'))
export const DropVeil = defineAsyncComponent(() => import('./DropVeil.vue'))
export const RoomFilesDialog = defineAsyncComponent(() => import('./RoomFilesDialog.vue'))
export const VoiceNote = defineAsyncComponent(() => import('./VoiceNote.vue'))
