// Files of messages: nothing of them stands in the way of the first words; all is there before the first rows.
import { shallowRef, type AsyncComponentLoader, type Component } from 'vue'
import { lazy } from '@/features/lazy'
import { saying } from '@/lib/i18n'
import { rowsNeed } from '@/stores/messages'

export { default as AttachButtons } from './AttachButtons.vue'

function withWords(load: AsyncComponentLoader): Component {
  return lazy(saying('files', load))
}

export const AttachmentTray = withWords(() => import('./AttachmentTray.vue'))
export const DropVeil = withWords(() => import('./DropVeil.vue'))
export const RoomFilesDialog = withWords(() => import('./RoomFilesDialog.vue'))
export const VoiceNote = withWords(() => import('./VoiceNote.vue'))

/** What the rows show files with; an async component would come a moment after its row, and move what is below. */
export const MessageFiles = shallowRef<Component | null>(null)

rowsNeed(
  saying('files', () => import('./MessageFiles.vue'))().then((loaded) => {
    MessageFiles.value = loaded.default
    // Files may be chosen when there is no line any more.
    void Promise.all([import('./AttachmentTray.vue'), import('@/stores/traying')]).catch(() => undefined)
  }),
)
