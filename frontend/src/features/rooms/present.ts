// Who of a room is here, in two groups, a hundred at a time: the states come by the socket, names and roles by HTTP.
import { useDebounceFn } from '@vueuse/core'
import { computed, onScopeDispose, ref, shallowReactive, watch, type ComputedRef, type Ref } from 'vue'
import { collator } from '@/lib/collate'
import { usePeople } from '@/stores/people'
import { usePrefs } from '@/stores/prefs'
import { usePresenceStore, useRoomPresence } from '@/stores/presence'
import type { MemberEntry, PresentEntry, RoomId, State, UserId } from '@/wire/frames'
import { call } from '@/wire/http'

export type Group = 'online' | 'away'

interface Answer {
  members: PresentEntry[]
  next: string | null
}

const PAGE = 100
const MOST_IDS = 200
/** Newcomers of a moment are looked up together. */
const GATHER = 1_000

export function groupOf(state: State): Group | null {
  if (state === 'offline') return null
  return state === 'away' ? 'away' : 'online'
}

export interface PresentGroup {
  entries: MemberEntry[]
  count: number
  hasMore: boolean
}

export function usePresent(room: RoomId): {
  groups: ComputedRef<Record<Group, PresentGroup>>
  loading: Ref<boolean>
  /** Who is here has been told: before, nobody seems to be. */
  isKnown: ComputedRef<boolean>
  more(group: Group): Promise<void>
  stateOf(id: UserId): State
} {
  const presence = usePresenceStore()
  const people = usePeople()
  const prefs = usePrefs()

  useRoomPresence(room)
  const known = shallowReactive(new Map<UserId, MemberEntry>())
  const shown = shallowReactive<Record<Group, number>>({ online: PAGE, away: PAGE })
  const cursors: Record<Group, string | null> = { online: null, away: null }
  const loading = ref(false)
  const asked = new Set<UserId>()
  let isGone = false

  const isKnown = computed(() => presence.knownRoom === room)

  function stateOf(id: UserId): State {
    return isKnown.value ? (presence.members.get(id) ?? 'offline') : 'offline'
  }

  const groups = computed(() => {
    const names = collator(prefs.locale)
    const found: Record<Group, MemberEntry[]> = { online: [], away: [] }
    const counts: Record<Group, number> = { online: 0, away: 0 }
    for (const [id, state] of isKnown.value ? presence.members : []) {
      const group = groupOf(state)
      if (!group) continue
      counts[group] += 1
      const entry = known.get(id)
      if (entry) found[group].push(entry)
    }
    // The list of the server has an end; its count has none.
    if (isKnown.value) counts.online = Math.max(counts.online, presence.count - counts.away)
    const groupFor = (group: Group): PresentGroup => ({
      entries: found[group]
        .sort((a, b) => names.compare(a.user.display_name, b.user.display_name) || a.user.id - b.user.id)
        .slice(0, shown[group]),
      count: counts[group],
      hasMore: found[group].length > shown[group] || (cursors[group] !== null && counts[group] > found[group].length),
    })
    return { online: groupFor('online'), away: groupFor('away') }
  })

  function keep(entries: readonly MemberEntry[]): void {
    people.put(...entries.map((entry) => entry.user))
    for (const { user, role } of entries) known.set(user.id, { user, role })
  }

  async function page(group: Group): Promise<void> {
    const answer = await call<Answer>('GET', `/rooms/${room}/present`, {
      query: { group, after: cursors[group], limit: PAGE },
    })
    cursors[group] = answer.next
    keep(answer.members)
  }

  async function start(): Promise<void> {
    loading.value = true
    known.clear()
    asked.clear()
    cursors.online = cursors.away = null
    try {
      await Promise.all([page('online'), page('away')])
    } catch {
      // The groups stay short; the list of all members says what is wrong.
    } finally {
      loading.value = false
    }
  }

  async function more(group: Group): Promise<void> {
    shown[group] += PAGE
    if (groups.value[group].entries.length < shown[group] && cursors[group] !== null) await page(group)
  }

  /* Who has come since: a few are looked up by name; of a crowd only those whose page is asked for. */
  const meet = useDebounceFn(async () => {
    if (isGone || loading.value) return
    const unmet = [...presence.members.keys()].filter((id) => !known.has(id) && !asked.has(id))
    const isWhole = cursors.online === null && cursors.away === null
    if (unmet.length === 0 || (!isWhole && unmet.length > MOST_IDS)) return
    const ids = unmet.slice(0, MOST_IDS)
    for (const id of ids) asked.add(id)
    try {
      keep((await call<Answer>('GET', `/rooms/${room}/present?${ids.map((id) => `id=${id}`).join('&')}`)).members)
    } catch {
      for (const id of ids) asked.delete(id)
    }
  }, GATHER)

  watch(isKnown, (now) => now && void start(), { immediate: true })
  const strangers = computed(() =>
    isKnown.value ? [...presence.members.keys()].filter((id) => !known.has(id)).join() : '',
  )
  watch(strangers, (some) => some && void meet())
  onScopeDispose(() => (isGone = true))

  return { groups, loading, isKnown, more, stateOf }
}
