// Reports: how many wait for one's decision, and what is done with them.
import { defineStore } from 'pinia'
import { computed, ref } from 'vue'
import type { MessageRow, Millis, RoomId, Seq, UserCard, UserId } from '@/wire/frames'
import { call } from '@/wire/http'
import { useRooms } from './rooms'
import { useSession } from './session'

export type Decision = 'dismissed' | 'deleted' | 'silenced' | 'banned' | 'removed'

export interface Report {
  id: number
  created: Millis
  user: UserCard
  reporters: number
  reasons: string[]
  room: RoomId | null
  room_title: string | null
  seq: Seq | null
  context: MessageRow[]
  closed: Millis | null
  closed_by: UserId | null
  outcome: Decision | null
}

export interface ReportPage {
  reports: Report[]
  users: UserCard[]
  open: number
  next: number | null
}

export const useReports = defineStore('reports', () => {
  const session = useSession()
  const rooms = useRooms()

  /** How many wait for one's decision, up to 100. */
  const open = ref(0)
  const mayDecide = computed(
    () => session.mayAdminister || [...rooms.active, ...rooms.archived].some((room) => rooms.mayDeleteAny(room.room)),
  )

  function tell(count: number): void {
    open.value = count
  }

  async function refresh(): Promise<void> {
    if (!mayDecide.value) return tell(0)
    try {
      tell((await page('open', null, 1)).open)
    } catch {
      // The next event or `welcome` brings the number.
    }
  }

  const page = (state: 'open' | 'closed', before: number | null, limit = 20) =>
    call<ReportPage>('GET', '/reports', { query: { state, before, limit } })

  const decide = (id: number, outcome: Decision, more: { minutes?: number; reason?: string } = {}) =>
    call<void>('PUT', `/reports/${id}`, { body: { outcome, ...more } })

  const reportMessage = (room: RoomId, seq: Seq, reason: string) =>
    call<{ id: number }>('POST', '/reports', { body: { room, seq, reason } })
  const reportUser = (user: UserId, reason: string) =>
    call<{ id: number }>('POST', '/reports', { body: { user, reason } })

  return { open, mayDecide, tell, refresh, page, decide, reportMessage, reportUser, clear: () => tell(0) }
})
