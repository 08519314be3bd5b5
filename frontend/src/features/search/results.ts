// What was found for a search, page by page; kept while one looks at a hit, so that coming back finds it as it was.
import { computed, ref, shallowRef, type ComputedRef, type Ref } from 'vue'
import { usePeople } from '@/stores/people'
import { useRooms } from '@/stores/rooms'
import { useSession } from '@/stores/session'
import type { ErrorCode, SearchAnswer, SearchHit } from '@/wire/frames'
import { call, codeOf } from '@/wire/http'
import { isEmpty, parameters, type Asked } from './query'

interface Kept {
  key: string
  hits: SearchHit[]
  next: string | null
  scroll: number
}

let kept: Kept | null = null

export interface Results {
  hits: ComputedRef<SearchHit[]>
  next: Ref<string | null>
  busy: Ref<boolean>
  loaded: Ref<boolean>
  problem: Ref<ErrorCode | null>
  /** Begins *asked*; how far the list was scrolled when it was left, 0 for a search that is new. */
  begin(asked: Asked): Promise<number>
  more(): Promise<void>
  keep(scroll: number): void
}

export function useResults(): Results {
  const rooms = useRooms()
  const people = usePeople()
  const session = useSession()
  const all = shallowRef<SearchHit[]>([])
  const next = ref<string | null>(null)
  const busy = ref(false)
  const loaded = ref(false)
  const problem = ref<ErrorCode | null>(null)
  let now: Asked | null = null
  let turn = 0

  /* Of a room that one has left meanwhile nothing is shown. */
  const hits = computed(() => all.value.filter((hit) => !rooms.loaded || rooms.get(hit.message.room)))

  const keyOf = (asked: Asked): string => `${session.me?.id} ${parameters(asked, null)}`

  async function begin(asked: Asked): Promise<number> {
    now = asked
    turn += 1
    problem.value = null
    busy.value = false
    const old = kept
    kept = null
    if (old?.key === keyOf(asked)) {
      all.value = old.hits
      next.value = old.next
      loaded.value = true
      return old.scroll
    }
    all.value = []
    next.value = null
    loaded.value = false
    if (!isEmpty(asked)) await load(null)
    return 0
  }

  async function load(cursor: string | null): Promise<void> {
    if (!now) return
    const mine = turn
    busy.value = true
    problem.value = null
    try {
      const answer = await call<SearchAnswer>('GET', `/search?${parameters(now, cursor)}`)
      // An answer that was overtaken by a later question does not count.
      if (mine !== turn) return
      people.put(...answer.users)
      all.value = cursor === null ? answer.hits : [...all.value, ...answer.hits]
      next.value = answer.next
      loaded.value = true
    } catch (error) {
      if (mine === turn) problem.value = codeOf(error)
    } finally {
      if (mine === turn) busy.value = false
    }
  }

  return {
    hits,
    next,
    busy,
    loaded,
    problem,
    begin,
    more: () => load(next.value),
    keep(scroll) {
      if (now && loaded.value) kept = { key: keyOf(now), hits: all.value, next: next.value, scroll }
    },
  }
}
