// What lies ready to go with the next message of a room, or of one of its threads.
import { computed, shallowReactive, type ComputedRef } from 'vue'
import type { LocalFile } from '@/lib/db'
import { fetched } from '@/lib/fetched'
import type { DraftPlace } from './drafts'
import { hold } from './outgoing'

export interface TrayItem {
  file: LocalFile
  /** It has been looked at. */
  isReady: boolean
  problem: 'empty' | 'too_large' | 'unreadable' | null
  /** The picture as it was, where it is large enough to be offered smaller. */
  original: LocalFile | null
}

const trays = shallowReactive(new Map<DraftPlace, readonly TrayItem[]>())

export function itemsOf(place: DraftPlace): readonly TrayItem[] {
  return trays.get(place) ?? []
}

export function setItems(place: DraftPlace, items: readonly TrayItem[]): void {
  if (items.length > 0) trays.set(place, items)
  else trays.delete(place)
}

/** What was on its way and is not to go now lies in the tray again. */
export function putBack(place: DraftPlace, files: readonly LocalFile[]): void {
  const back = files.map((file): TrayItem => {
    hold(file)
    return { file, isReady: true, problem: null, original: null }
  })
  setItems(place, [...itemsOf(place), ...back])
}

export interface Tray {
  items: ComputedRef<readonly TrayItem[]>
  /** Of those that can go. */
  ids: ComputedRef<string[]>
  add(files: File[]): Promise<void>
  /** They are on their way. */
  sent(): void
}

export function useTray(place: DraftPlace): Tray {
  const items = computed(() => itemsOf(place))
  const ids = computed(() => items.value.filter((item) => item.isReady && !item.problem).map((item) => item.file.id))

  async function add(files: File[]): Promise<void> {
    const { add } = await fetched(() => import('./traying'))
    await add(place, files)
  }

  function sent(): void {
    const gone = new Set(ids.value)
    setItems(
      place,
      items.value.filter((item) => !gone.has(item.file.id)),
    )
  }

  return { items, ids, add, sent }
}
