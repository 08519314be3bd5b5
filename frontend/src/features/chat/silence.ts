// Why one cannot write in a room, in words; empty where one can.
import { computed, type ComputedRef } from 'vue'
import { useI18n } from 'vue-i18n'
import { clockTime, dateTime, sameDay, useMinute } from '@/lib/time'
import { useRooms, type Room } from '@/stores/rooms'

/* A pause of slow mode is waited out by the message itself. */
export function useSilence(room: () => Room): ComputedRef<string> {
  const { t, locale } = useI18n()
  const rooms = useRooms()
  const now = useMinute()
  return computed(() => {
    const { archived, silenced, room: id } = room()
    if (archived) return t('room.archived')
    const until = silenced ?? 0
    if (until > now.value) {
      const at = sameDay(until, now.value) ? clockTime : dateTime
      return t('room.silenced', { time: at(until, locale.value) })
    }
    return rooms.mayPost(id) ? '' : t('room.read_mostly')
  })
}
