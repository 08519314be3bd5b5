// The emoji that were picked lately on this device, the last one first.
import { useLocalStorage } from '@vueuse/core'
import { computed, type ComputedRef } from 'vue'

const MOST = 24
/** Before one has picked any. */
const FIRST = ['👍', '❤️', '😂', '🎉', '😮', '🙏']

const kept = useLocalStorage<string[]>('webchat.emoji', [], {
  serializer: {
    read: (text) => {
      try {
        const list: unknown = JSON.parse(text)
        return Array.isArray(list)
          ? list.filter((one): one is string => typeof one === 'string' && one.length < 40)
          : []
      } catch {
        return []
      }
    },
    write: JSON.stringify,
  },
  writeDefaults: false,
})

/** Those picked lately, filled up with the usual ones; at least six. */
export const recentEmoji: ComputedRef<string[]> = computed(() => {
  const usual = FIRST.filter((emoji) => !kept.value.includes(emoji))
  return [...kept.value, ...usual.slice(0, Math.max(0, FIRST.length - kept.value.length))]
})

export function rememberEmoji(emoji: string): void {
  kept.value = [emoji, ...kept.value.filter((one) => one !== emoji)].slice(0, MOST)
}
