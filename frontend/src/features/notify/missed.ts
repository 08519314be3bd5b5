// When to offer notifications: somebody was called twice while she looked elsewhere, and has never been asked.
import { useLocalStorage } from '@vueuse/core'
import { defineStore } from 'pinia'
import { computed } from 'vue'
import { serverNow } from '@/lib/clock'
import { useNoticeDevice } from './device'

/** Once is no reason to ask. */
const ENOUGH = 2
/** "Not now" is an answer for so long. */
const LATER = 30 * 86_400_000

function kept(name: string) {
  const serializer = { read: (text: string) => Number(text) || 0, write: String }
  return useLocalStorage<number>(`webchat.${name}`, 0, { serializer, writeDefaults: false })
}

export const useMissed = defineStore('notice-missed', () => {
  const device = useNoticeDevice()
  /** So many calls came while nobody looked. */
  const calls = kept('missedCalls')
  const notBefore = kept('noticesNotBefore')

  const isUnasked = computed(() => device.can === 'able' && device.permission === 'default' && !device.wanted)
  const isDue = computed(() => isUnasked.value && calls.value >= ENOUGH && serverNow() >= notBefore.value)

  function note(): void {
    if (isUnasked.value && serverNow() >= notBefore.value) calls.value += 1
  }

  function later(): void {
    notBefore.value = serverNow() + LATER
    calls.value = 0
  }

  /** From a click only. A question that was closed without an answer is not put again at once. */
  async function turnOn(): Promise<void> {
    await device.turnOn()
    if (isUnasked.value) later()
  }

  return { isUnasked, isDue, note, later, turnOn }
})
