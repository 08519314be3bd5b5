// A list from the server with things to end in it: load, show, end one, load again.
import { onMounted, shallowRef, ref, type Ref, type ShallowRef } from 'vue'
import { useSubmission, type Submission } from '@/features/form'

export interface Ledger<T> {
  rows: ShallowRef<T[] | null>
  loading: Submission
  /** Which row is being ended now. */
  ending: Ref<number | null>
  load(): Promise<void>
  end(id: number, work: () => Promise<unknown>): Promise<void>
}

export function useLedger<T>(fetch: () => Promise<T[]>): Ledger<T> {
  const rows = shallowRef<T[] | null>(null)
  const ending = ref<number | null>(null)
  const loading = useSubmission()

  async function load(): Promise<void> {
    await loading.run(async () => {
      rows.value = await fetch()
    })
  }

  async function end(id: number, work: () => Promise<unknown>): Promise<void> {
    ending.value = id
    const done = await loading.run(work)
    ending.value = null
    if (done) await load()
  }

  onMounted(load)
  return { rows, loading, ending, load, end }
}
