// What lies over the page: sheets, dialogs, toasts, and the sentence for screen readers.
import { defineStore } from 'pinia'
import { ref } from 'vue'

export interface Toast {
  id: number
  /** A message key. */
  key: string
  params?: Record<string, string | number>
  tone: 'info' | 'error'
  /** It waits until it is closed. */
  stays?: boolean
  /** *key* is the button's message key. */
  action?: { key: string; run(): void }
}

const MOST_TOASTS = 3

export const useUi = defineStore('ui', () => {
  const sheetOpen = ref(false)
  const switcherOpen = ref(false)
  const helpOpen = ref(false)
  const creatingRoom = ref(false)
  const toasts = ref<Toast[]>([])
  const announcement = ref('')
  let lastId = 0

  function toast(key: string, options: Partial<Omit<Toast, 'id' | 'key'>> = {}): number {
    const id = ++lastId
    toasts.value = [...toasts.value, { tone: 'info' as const, ...options, id, key }].slice(-MOST_TOASTS)
    return id
  }

  function dismiss(id: number): void {
    toasts.value = toasts.value.filter((one) => one.id !== id)
  }

  function announce(text: string): void {
    // A live region is silent when it is given the words it already has.
    announcement.value = announcement.value === text ? `${text}\u00a0` : text
  }

  return { sheetOpen, switcherOpen, helpOpen, creatingRoom, toasts, announcement, toast, dismiss, announce }
})
