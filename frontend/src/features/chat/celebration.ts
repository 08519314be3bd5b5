// A party popper alone in a message, just posted, is celebrated once; not where motion or celebrations are not wanted.
import { nextTick, onBeforeUnmount, ref, type Ref } from 'vue'
import { serverNow } from '@/lib/clock'
import { useMessages } from '@/stores/messages'
import { usePrefs } from '@/stores/prefs'
import type { RoomId } from '@/wire/frames'

const POPPER = '🎉'
/** ms; what is older comes out of history. */
const FRESH = 15_000
/** So many of the newest may have come together. */
const LATEST = 5

/** How many celebrations there have been; 0 as long as there was none. */
export function useCelebration(room: RoomId): Ref<number> {
  const messages = useMessages()
  const prefs = usePrefs()
  const count = ref(0)
  const seen = new Set<string>()

  const stop = messages.onChange(room, async ({ kind }) => {
    if (kind !== 'live') return
    await nextTick()
    const latest = messages.view(room).items.slice(-LATEST)
    const fresh = latest.flatMap((item) => (item.kind === 'row' && isPopper(item.row) ? [item.row.key] : []))
    const unseen = fresh.filter((key) => !seen.has(key))
    for (const key of unseen) seen.add(key)
    if (unseen.length === 0 || prefs.celebrations === 'off' || document.hidden) return
    if (!matchMedia('(prefers-reduced-motion: reduce)').matches) count.value += 1
  })
  onBeforeUnmount(stop)
  return count
}

function isPopper(row: { text: string; created: number; deleted: number | null }): boolean {
  return row.text.trim() === POPPER && row.deleted === null && serverNow() - row.created < FRESH
}
