// What the sections share: a list from the server that is read page by page, and how long silence lasts.
import { ref, shallowRef, type Ref, type ShallowRef } from 'vue'
import { useSubmission, type Submission } from '@/features/form'

/** Minutes for which somebody may be silenced. */
export const SILENCES = [60, 24 * 60, 7 * 24 * 60, 30 * 24 * 60] as const

export interface Paged<T> {
  rows: ShallowRef<T[] | null>
  hasMore: Ref<boolean>
  loading: Submission
  /** From the beginning. */
  load(): Promise<void>
  more(): Promise<void>
}

export function usePaged<T, C>(fetch: (after: C | null) => Promise<{ rows: T[]; next: C | null }>): Paged<T> {
  const rows = shallowRef<T[] | null>(null)
  const hasMore = ref(false)
  const loading = useSubmission()
  let next: C | null = null
  let asked = 0

  async function read(after: C | null): Promise<void> {
    const ticket = ++asked
    loading.busy.value = false
    await loading.run(async () => {
      const page = await fetch(after)
      // An answer that was overtaken by a later question does not count.
      if (ticket !== asked) return
      rows.value = after === null ? page.rows : [...(rows.value ?? []), ...page.rows]
      next = page.next
      hasMore.value = next !== null
    })
  }

  return { rows, hasMore, loading, load: () => read(null), more: () => read(next) }
}
