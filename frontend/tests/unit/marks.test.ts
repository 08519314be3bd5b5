// Reactions before and after the server has them; what means oneself; what is unread again.
import { createPinia, setActivePinia } from 'pinia'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { useConnection } from '@/stores/connection'
import { useContacts } from '@/stores/contacts'
import { useMarks } from '@/stores/marks'
import { useMessages } from '@/stores/messages'
import { usePlaces } from '@/stores/places'
import { useRooms } from '@/stores/rooms'
import { useSession } from '@/stores/session'
import type { MessageRow, Reaction } from '@/wire/frames'
import { Refused } from '@/wire/http'
import { recentEmoji } from '@/features/emoji'
import { useReact } from '@/features/marks'
import { RoomLog, type ChatRow } from '@/wire/roomlog'
import { card, ME, message, OTHER, roomState, serveHttp, welcomeFrame } from '../fake-server'

function row(reactions?: Reaction[], rev = 1): ChatRow {
  const log = new RoomLog(1, ME, rev - 1, 0)
  const ticket = log.askPage()
  const messages = [message(1, rev, { ...(reactions && { reactions }) })]
  log.merge({ room: 1, epoch: 'e', seq: 1, rev, messages, users: [], at_start: true, at_end: true }, ticket)
  return log.row(1)!
}

const thumb = (...users: number[]): Reaction => ({ emoji: '👍', count: users.length, users })

beforeEach(() => {
  localStorage.clear()
  setActivePinia(createPinia())
  serveHttp({})
  useSession().welcome(welcomeFrame([]))
})

/* No question may be left that is asked when the test is over. */
afterEach(() => useRooms().clear())

describe('reactions', () => {
  let answer: (value: { room: number; rev: number }) => void
  let refuse: (error: Error) => void

  beforeEach(() => {
    vi.spyOn(useConnection(), 'request').mockImplementation(
      () =>
        new Promise((resolve, reject) => {
          answer = resolve as typeof answer
          refuse = reject
        }) as never,
    )
  })

  it('shows one at once, and once only when the row comes', async () => {
    const marks = useMarks()
    const before = row([thumb(OTHER)])
    const done = marks.react(before, '👍')
    expect(marks.reactions(before)).toEqual([{ emoji: '👍', count: 2, users: [OTHER, ME], mine: true }])
    const after = row([thumb(OTHER, ME)], 2)
    expect(marks.reactions(after)).toMatchObject([{ count: 2, mine: true }])
    answer({ room: 1, rev: 2 })
    await done
    // The answer may come before the row.
    expect(marks.reactions(before)).toMatchObject([{ count: 2, mine: true }])
    expect(marks.reactions(after)).toMatchObject([{ count: 2, mine: true }])
    marks.settle(after)
    expect(marks.reactions(row([thumb(OTHER)], 3))).toMatchObject([{ count: 1, mine: false }])
  })

  it('takes back what is mine, and a first one that is refused', async () => {
    const marks = useMarks()
    const mine = row([thumb(ME)])
    void marks.react(mine, '👍')
    expect(marks.reactions(mine)).toEqual([])
    const bare = row()
    expect(marks.isReacted(row(undefined, 9))).toBe(true)
    marks.clear()
    const done = marks.react(bare, '🎉')
    expect(marks.reactions(bare)).toMatchObject([{ emoji: '🎉', count: 1, mine: true }])
    refuse(new Refused({ code: 'silenced' }))
    await expect(done).rejects.toThrow()
    expect(marks.reactions(bare)).toEqual([])
    expect(marks.isReacted(bare)).toBe(false)
  })

  it('knows mine where not everybody is named', async () => {
    const marks = useMarks()
    const crowd = row([{ emoji: '👍', count: 200, users: [OTHER] }])
    expect(marks.reactions(crowd)).toMatchObject([{ mine: false }])
    marks.notePage({ room: 1, reacted: { 1: ['👍'] } })
    expect(marks.reactions(crowd)).toMatchObject([{ mine: true, count: 200 }])
    const done = marks.react(crowd, '👍')
    expect(marks.reactions(crowd)).toMatchObject([{ mine: false, count: 199 }])
    answer({ room: 1, rev: 2 })
    await done
    const after = row([{ emoji: '👍', count: 199, users: [OTHER] }], 2)
    expect(marks.reactions(after)).toMatchObject([{ mine: false, count: 199 }])
  })

  it('remembers what one reacts with', () => {
    const react = useReact()
    void react(row(), '🍵')
    // What is taken back is no choice.
    void react(row([thumb(ME)]), '🎉', false)
    void react(row([thumb(ME)]), '👍')
    expect(recentEmoji.value.slice(0, 3)).toEqual(['🍵', '👍', '❤️'])
    expect(recentEmoji.value).toHaveLength(6)
  })
})

describe('mentions', () => {
  const told = (seq: number, changes: Partial<MessageRow> = {}) => useRooms().receiveMessage(message(seq, seq, changes))
  const count = () => useRooms().get(1)?.mentions ?? 0

  it('counts what means me, live', () => {
    useRooms().put(roomState(1))
    told(1, { mentions: [ME] })
    told(2, { everyone: 'all' })
    told(3, { everyone: 'here' })
    told(4, { mentions: [OTHER] })
    expect(count()).toBe(2)
    told(5, { author: ME, mentions: [ME] })
    expect(count()).toBe(0)
  })

  it('does not count those whom I block', async () => {
    serveHttp({ 'PUT /blocks/3': {} })
    useRooms().put(roomState(1))
    useContacts().blocked.set(OTHER, { user: card(OTHER), created: 0 })
    told(1, { mentions: [ME] })
    expect(count()).toBe(0)
  })

  it('is over when all is read; before, the server is asked how much is left', async () => {
    vi.useFakeTimers()
    const calls = serveHttp({ 'GET /rooms/1': roomState(1, { seq: 4, read: 2, mentions: 1 }) })
    useRooms().put(roomState(1, { seq: 4, mentions: 3 }))
    useRooms().setRead(1, 2)
    expect(count()).toBe(3)
    await vi.advanceTimersByTimeAsync(1_600)
    expect([count(), calls]).toEqual([1, ['GET /rooms/1']])
    useRooms().setRead(1, 4)
    expect(count()).toBe(0)
    vi.useRealTimers()
  })

  it('asks again where an unread one was changed', async () => {
    vi.useFakeTimers()
    serveHttp({ 'GET /rooms/1': roomState(1, { seq: 2 }) })
    useRooms().put(roomState(1, { seq: 2, mentions: 1 }))
    told(1, { deleted: 9, text: '' })
    await vi.advanceTimersByTimeAsync(1_600)
    expect(count()).toBe(0)
    vi.useRealTimers()
  })

  it('is what the server says after a reset', async () => {
    serveHttp({ 'GET /rooms/1': roomState(1, { seq: 2 }) })
    useRooms().put(roomState(1, { seq: 2, mentions: 1, unread_from: 1 }))
    await useRooms().refresh(1)
    expect([count(), useRooms().get(1)?.unread_from]).toEqual([0, undefined])
  })

  it('says how many, where one wants to be told', () => {
    const rooms = useRooms()
    rooms.put(roomState(1, { seq: 9, mentions: 2 }))
    rooms.put(roomState(2, { seq: 5, mentions: 1, level: 'mentions' }))
    rooms.put(roomState(3, { seq: 5, mentions: 4, level: 'nothing' }))
    rooms.put(roomState(4, { seq: 5, mentions: 8, muted: 2 ** 53 }))
    expect(usePlaces().mentioned).toBe(3)
    expect(usePlaces().total).toBe(10)
  })
})

describe('marked unread', () => {
  it('counts from there, and ends with a mark that reaches it after the room was left', async () => {
    const rooms = useRooms()
    const messages = useMessages()
    const state = roomState(1, { seq: 5, read: 5, rev: 5 })
    serveHttp({
      'GET /rooms/1/messages': {
        room: 1,
        epoch: 'first',
        seq: 5,
        rev: 5,
        messages: [],
        users: [],
        at_start: true,
        at_end: true,
      },
    })
    const place = { room: 1, read: 5, level: 'all' as const, muted: null, draft: null, unread_from: 3 }
    const request = vi.spyOn(useConnection(), 'request').mockResolvedValue(place as never)
    rooms.put(state)
    messages.open(ME)
    messages.startRoom(state)
    await messages.enter(1)
    await messages.markUnread(1, 3)
    expect([rooms.unread(1), rooms.get(1)?.read]).toEqual([3, 5])
    expect(messages.view(1).unreadAfter).toBe(2)
    messages.markVisible(1, 5)
    expect(rooms.unread(1)).toBe(3)
    messages.leave(1)
    await messages.enter(1)
    expect(messages.view(1).unreadAfter).toBe(2)
    vi.useFakeTimers()
    messages.markVisible(1, 2)
    expect(rooms.unread(1)).toBe(3)
    messages.markVisible(1, 5)
    expect(rooms.unread(1)).toBe(0)
    await vi.advanceTimersByTimeAsync(1_100)
    expect(request).toHaveBeenLastCalledWith('read', { room: 1, seq: 5 })
    vi.useRealTimers()
    messages.close()
  })

  it('is taken back where the server refuses, and follows another device', async () => {
    const rooms = useRooms()
    rooms.put(roomState(1, { seq: 5, read: 5 }))
    vi.spyOn(useConnection(), 'request').mockRejectedValue(new Refused({ code: 'offline' }))
    await expect(useMessages().markUnread(1, 3)).rejects.toThrow()
    expect(rooms.unread(1)).toBe(0)
    const place = { room: 1, read: 5, level: 'all' as const, muted: null, draft: null }
    rooms.receivePlace({ ...place, unread_from: 4 })
    expect(rooms.unread(1)).toBe(2)
    rooms.receivePlace({ ...place, unread_from: null })
    expect(rooms.unread(1)).toBe(0)
  })
})
