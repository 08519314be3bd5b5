// What is put on messages: reactions and their picker, pins, mentions.
import { defineAsyncComponent } from 'vue'

export { default as QuickReactions } from './QuickReactions.vue'
export { default as ReactionBar } from './ReactionBar.vue'
export const PinsDialog = defineAsyncComponent(() => import('./PinsDialog.vue'))
export const ReactionPicker = defineAsyncComponent(() => import('./ReactionPicker.vue'))
export { useReact } from './react'
