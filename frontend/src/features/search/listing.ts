// A list that is found page by page, begun anew whenever something else is looked for.
import { ref, watch, type Ref } from 'vue'
import { useSubmission } from '@/features/form'

interface Listing<T> {
  /** null until the first page has come. */
  found: Ref<T[] | null>
  next: Ref<string | null>
  busy: Ref<boolean>
  problem: Ref<string>
  load(after: string | null): Promise<void>
}

export function useListing<T>(
  wanted: () => string,
  fetch: (wanted: string, after: string | null) => Promise<{ items: T[]; next: string | null }>,
): Listing<T> {
  const found = ref<T[] | null>(null) as Ref<T[] | null>
  const next = ref<string | null>(null)
  const { busy, problem, run } = useSubmission()

  async function load(after: string | null): Promise<void> {
    const asked = wanted()
    if (after === null) found.value = null
    busy.value = false
    await run(async () => {
      const page = await fetch(asked, after)
      // Something else is looked for meanwhile.
      if (asked !== wanted()) return
      found.value = [...(found.value ?? []), ...page.items]
      next.value = page.next
    })
  }

  watch(wanted, () => void load(null), { immediate: true })
  return { found, next, busy, problem, load }
}
