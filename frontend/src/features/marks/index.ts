// What is put on messages: reactions and their picker, pins, mentions.
import { lazy } from '@/features/lazy'

export { default as QuickReactions } from './QuickReactions.vue'
export { default as ReactionBar } from './ReactionBar.vue'
export const PinsDialog = lazy(() => import('./PinsDialog.vue'))
export const ReactionPicker = lazy(() => import('./ReactionPicker.vue'))
export { useReact } from './react'
