// What lies ready to go with the next message of a room.
import { computed, shallowReactive, type ComputedRef } from 'vue'
import type { LocalFile } from '@/lib/db'
import type { RoomId } from '@/wire/frames'

export interface TrayItem {
  file: LocalFile
  /** It has been looked at. */
  isReady: boolean
  problem: 'empty' | 'too_large' | 'unreadable' | null
  /** The picture as it was, where it is large enough to be offered smaller. */
  original: LocalFile | null
}

const trays = shallowReactive(new Map<RoomId, readonly TrayItem[]>())

export function itemsOf(room: RoomId): readonly TrayItem[] {
  return trays.get(room) ?? []
}

export function setItems(room: RoomId, items: readonly TrayItem[]): void {
  if (items.length > 0) trays.set(room, items)
  else trays.delete(room)
}

export interface Tray {
  items: ComputedRef<readonly TrayItem[]>
  /** Of those that can go. */
  ids: ComputedRef<string[]>
  add(files: File[]): Promise<void>
  /** They are on their way. */
  sent(): void
}

export function useTray(room: RoomId): Tray {
  const items = computed(() => itemsOf(room))
  const ids = computed(() => items.value.filter((item) => item.isReady && !item.problem).map((item) => item.file.id))

  async function add(files: File[]): Promise<void> {
    const { add } = await import('./traying')
    await add(room, files)
  }

  function sent(): void {
    const gone = new Set(ids.value)
    setItems(
      room,
      items.value.filter((item) => !gone.has(item.file.id)),
    )
  }

  return { items, ids, add, sent }
}
