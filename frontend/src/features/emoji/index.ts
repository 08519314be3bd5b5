// Emoji for whoever needs one: a panel to pick from (lazy), and those that were picked lately.
import { lazy } from '@/features/lazy'
import { saying } from '@/lib/i18n'

export { emojiOf, findEmoji, inTone, loadEmoji, type EmojiGroup } from './data'
export { recentEmoji, rememberEmoji } from './recent'
export { tone } from './tone'

/**
 * The panel, without a place of its own: whoever mounts it says where it stands.
 * Emits `pick: [emoji: string]` for each emoji picked, and `close: []` on Esc.
 */
export const EmojiPanel = lazy(saying('emoji', () => import('./EmojiPanel.vue')))
