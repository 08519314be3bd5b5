// How many reports wait: asked for by those who decide, told to them afterwards.
import { createPinia, setActivePinia } from 'pinia'
import { beforeEach, describe, expect, it } from 'vitest'
import { useReports } from '@/stores/reports'
import { useRooms } from '@/stores/rooms'
import { useSession } from '@/stores/session'
import type { UserRole } from '@/wire/frames'
import { roomState, serveHttp, welcomeFrame } from '../fake-server'

let calls: string[]

beforeEach(() => {
  setActivePinia(createPinia())
  calls = serveHttp({ 'GET /reports': { reports: [], users: [], open: 3, next: null } })
})

function be(role: UserRole): void {
  useSession().me = { ...welcomeFrame([]).user, role }
}

describe('open reports', () => {
  it('are nothing to members', async () => {
    be('member')
    useRooms().put(roomState(1, { role: 'member' }))
    await useReports().refresh()
    expect(useReports().open).toBe(0)
    expect(calls).toEqual([])
  })

  it.each([
    ['admin', 'member'],
    ['member', 'moderator'],
  ] as const)('are counted for an %s of the server who is %s of a room', async (role, place) => {
    be(role)
    useRooms().put(roomState(1, { role: place }))
    const reports = useReports()
    expect(reports.mayDecide).toBe(true)
    await reports.refresh()
    expect(reports.open).toBe(3)
    reports.tell(4)
    expect(reports.open).toBe(4)
    reports.clear()
    expect(reports.open).toBe(0)
  })
})
