// The rooms one was in lately, the last one first: kept in this browser.
import { useLocalStorage } from '@vueuse/core'
import { watch, type Ref } from 'vue'
import { useRooms } from '@/stores/rooms'
import type { RoomId } from '@/wire/frames'

const MOST = 20

const recent = useLocalStorage<RoomId[]>('webchat.recent', [], {
  serializer: {
    read: (text) =>
      text
        .split(',')
        .map(Number)
        .filter((id) => Number.isSafeInteger(id) && id > 0),
    write: (ids) => ids.join(),
  },
  writeDefaults: false,
})

export function useRecentRooms(): Ref<RoomId[]> {
  return recent
}

/** Notes each room that is opened. */
export function noteRecentRooms(): void {
  const rooms = useRooms()
  watch(
    () => rooms.lastOpened,
    (id) => {
      if (id !== null) recent.value = [id, ...recent.value.filter((one) => one !== id)].slice(0, MOST)
    },
    { immediate: true },
  )
}
