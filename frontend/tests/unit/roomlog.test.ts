// The rev rules: whatever order things come in, the log ends with the latest state of every row.
import { describe, expect, it } from 'vitest'
import type { MemberRow, Page, RoomRow } from '@/wire/frames'
import { pendingRow, RoomLog } from '@/wire/roomlog'
import { card, ME, message, OTHER } from '../fake-server'

function page(from: number, to: number, changes: Partial<Page> = {}): Page {
  const messages = []
  for (let seq = from; seq <= to; seq++) messages.push(message(seq, seq))
  return {
    room: 1,
    epoch: 'first',
    seq: to,
    rev: to,
    messages,
    users: [],
    at_start: from <= 1,
    at_end: true,
    ...changes,
  }
}

/** A log that holds messages from..to, at rev *to*. */
function logWith(from: number, to: number, changes: Partial<Page> = {}): RoomLog {
  const log = new RoomLog(1, ME, to, changes.seq ?? to)
  log.merge(page(from, to, changes), log.askPage())
  return log
}

function write(log: RoomLog, nonce: string, text = 'mine'): void {
  log.addPending(pendingRow({ room: 1, author: ME, text, created: 5, nonce, status: 'queued', error: null }))
}

const seqs = (log: RoomLog) => log.list().map((row) => row.seq)
const texts = (log: RoomLog) => log.list().map((row) => row.text)
const own = (seq: number, rev: number, nonce: string) => message(seq, rev, { author: ME, nonce, text: 'mine' })

describe('events', () => {
  it('applies the next rev', () => {
    const log = logWith(1, 3)
    const { applied, sync } = log.receive(message(4, 4))
    expect(applied).toHaveLength(1)
    expect(sync).toBeNull()
    expect(log.mine).toBe(4)
    expect(seqs(log)).toEqual([1, 2, 3, 4])
  })

  it('ignores a rev it has passed', () => {
    const log = logWith(1, 3)
    expect(log.receive(message(2, 2, { text: 'old' })).applied).toEqual([])
    expect(texts(log)[1]).toBe('text 2')
    expect(log.mine).toBe(3)
  })

  it('applies a duplicate once', () => {
    const log = logWith(1, 3)
    log.receive(message(4, 4))
    log.receive(message(4, 4))
    expect(seqs(log)).toEqual([1, 2, 3, 4])
  })

  it('asks for what it missed, once, and holds what came after the hole', () => {
    const log = logWith(1, 3)
    expect(log.receive(message(5, 5)).sync).toBe(3)
    expect(log.receive(message(6, 6)).sync).toBeNull()
    expect(seqs(log)).toEqual([1, 2, 3])
    expect(log.mine).toBe(3)
  })

  it('drains what it held after the block', () => {
    const log = logWith(1, 3)
    log.receive(message(6, 6))
    log.receive(message(5, 5))
    log.syncing()
    log.receive(message(4, 4))
    expect(log.mine).toBe(3)
    const { applied, sync } = log.synced(4)
    expect(applied.map((row) => row.rev)).toEqual([5, 6])
    expect(sync).toBeNull()
    expect(log.mine).toBe(6)
    expect(seqs(log)).toEqual([1, 2, 3, 4, 5, 6])
  })

  it('does not apply again what both the block and the held events brought', () => {
    const log = logWith(1, 3)
    log.receive(message(5, 5))
    log.syncing()
    log.receive(message(4, 4))
    log.receive(message(5, 5))
    expect(log.synced(5).applied).toEqual([])
    expect(seqs(log)).toEqual([1, 2, 3, 4, 5])
  })

  it('asks again when a hole is left after the block', () => {
    const log = logWith(1, 3)
    log.receive(message(6, 6))
    log.syncing()
    log.receive(message(4, 4))
    expect(log.synced(4).sync).toBe(4)
    expect(log.syncFrom).toBe(4)
  })

  it('moves the rev for rows of other kinds, and hands them on', () => {
    const log = logWith(1, 3)
    const row: MemberRow = { type: 'member', room: 1, rev: 4, user: card(OTHER), role: 'member', joined_rev: 4 }
    expect(log.receive(row).applied).toEqual([row])
    expect(log.mine).toBe(4)
    expect(seqs(log)).toEqual([1, 2, 3])
  })

  it('replaces an edited row and keeps its key', () => {
    const log = logWith(1, 3)
    const key = log.row(2)!.key
    log.receive(message(2, 4, { text: 'better', edited: 9 }))
    expect(log.row(2)).toMatchObject({ key, text: 'better', edited: 9, rev: 4 })
  })

  it('turns a deleted row into a tombstone in its place', () => {
    const log = logWith(1, 3)
    log.receive(message(2, 4, { text: '', deleted: 9 }))
    expect(seqs(log)).toEqual([1, 2, 3])
    expect(log.row(2)).toMatchObject({ text: '', deleted: 9 })
  })

  it('passes over an edit of a row that is not loaded', () => {
    const log = logWith(51, 100)
    log.receive(message(7, 101, { text: 'edited', edited: 9 }))
    expect(log.mine).toBe(101)
    expect(seqs(log)[0]).toBe(51)
    expect(seqs(log)).toHaveLength(50)
  })
})

describe('blocks', () => {
  it('takes rising revs with jumps, though the seqs come out of order', () => {
    const log = logWith(1, 3)
    log.syncing()
    log.receive(message(5, 7))
    log.receive(message(4, 9, { edited: 1 }))
    log.synced(9)
    expect(log.mine).toBe(9)
    expect(seqs(log)).toEqual([1, 2, 3, 4, 5])
  })

  it('takes no row that is older than the one held', () => {
    const log = logWith(1, 3)
    log.receive(message(2, 4, { text: 'newer' }))
    log.syncing()
    log.receive(message(2, 3, { text: 'older' }))
    log.synced(4)
    expect(log.row(2)!.text).toBe('newer')
  })

  it('starts over when the line breaks inside one', () => {
    const log = logWith(1, 3)
    log.syncing()
    log.receive(message(4, 6))
    log.interrupt()
    expect(log.mine).toBe(3)
    expect(log.receive(message(4, 4)).applied).toHaveLength(1)
    expect(log.mine).toBe(4)
  })
})

describe('reset', () => {
  it('drops the rows, takes the rev, and goes on from there', () => {
    const log = logWith(1, 3)
    log.receive(message(9, 9))
    log.reset(600)
    expect(log.loaded).toBe(false)
    expect(log.list()).toEqual([])
    expect(log.receive(message(500, 601)).applied).toHaveLength(1)
    expect(log.mine).toBe(601)
  })

  it('keeps what is not sent yet', () => {
    const log = logWith(1, 3)
    write(log, 'n1')
    log.reset(600)
    expect(texts(log)).toEqual(['mine'])
  })

  it('lets a page of before the reset fall', () => {
    const log = logWith(51, 100)
    const ticket = log.askPage()
    log.reset(600)
    expect(log.merge(page(1, 50), ticket)).toBe(false)
    expect(log.loaded).toBe(false)
  })

  it('takes lower numbers after a restored backup', () => {
    const log = logWith(1, 100)
    log.reset(40)
    log.merge(page(1, 30, { rev: 40 }), log.askPage())
    expect(log.atLatest).toBe(true)
    expect(log.mine).toBe(40)
    expect(log.row(30)!.rev).toBe(30)
  })
})

describe('pages', () => {
  it('never move the rev', () => {
    const log = new RoomLog(1, ME, 3, 3)
    log.merge(page(1, 5, { rev: 5 }), log.askPage())
    expect(log.mine).toBe(3)
  })

  it('never replace a newer row', () => {
    const log = logWith(51, 100)
    log.receive(message(60, 101, { text: 'newer' }))
    log.merge(page(41, 60, { seq: 100 }), log.askPage())
    expect(log.row(60)!.text).toBe('newer')
  })

  it('do not bring back an older state of a row that changed while they were on their way', () => {
    const log = logWith(51, 100)
    const ticket = log.askPage()
    log.receive(message(20, 101, { text: 'edited', edited: 1 }))
    log.merge(page(1, 50, { seq: 100 }), ticket)
    expect(log.row(20)!.text).toBe('edited')
  })

  it('hold what is posted while the first page is on its way', () => {
    const log = new RoomLog(1, ME, 5, 5)
    const ticket = log.askPage()
    log.receive(message(6, 6))
    log.merge(page(1, 5), ticket)
    expect(seqs(log)).toEqual([1, 2, 3, 4, 5, 6])
    expect(log.atLatest).toBe(true)
  })

  it('join the window at either end', () => {
    const log = logWith(51, 100, { at_start: false })
    expect(log.atStart).toBe(false)
    log.merge(page(1, 50, { seq: 100 }), log.askPage())
    expect([log.lo, log.hi, log.atStart]).toEqual([1, 100, true])
    expect(seqs(log)).toHaveLength(100)
  })

  it('become the window where they do not touch it', () => {
    const log = logWith(151, 200, { at_start: false })
    log.merge(page(21, 70, { seq: 200, at_start: false }), log.askPage())
    expect([log.lo, log.hi]).toEqual([21, 70])
    expect(log.atLatest).toBe(false)
  })

  it('show an empty room as loaded to both ends', () => {
    const log = new RoomLog(1, ME, 2, 0)
    log.merge({ ...page(1, 0), at_start: true }, log.askPage())
    expect([log.loaded, log.atStart, log.atLatest]).toEqual([true, true, true])
    log.receive(message(1, 3))
    expect(seqs(log)).toEqual([1])
  })

  it('leave the window alone away from its end when something is posted', () => {
    const log = logWith(1, 50, { seq: 100, at_end: false })
    log.receive(message(101, 51))
    expect(log.hi).toBe(50)
    expect(log.seq).toBe(101)
    expect(log.atLatest).toBe(false)
  })

  it('that failed let go of what was kept for them', () => {
    const log = logWith(51, 100)
    const ticket = log.askPage()
    log.receive(message(20, 101, { text: 'edited' }))
    log.missPage(ticket)
    log.merge(
      page(1, 50, { seq: 100, messages: page(1, 50).messages.map((m) => ({ ...m, text: 'page' })) }),
      log.askPage(),
    )
    expect(log.row(20)!.text).toBe('page')
  })

  it('are cut to 300 rows at the far end', () => {
    const log = logWith(1, 320)
    expect(log.trim('top')).toBe(true)
    expect([log.lo, log.hi, log.atStart]).toEqual([51, 320, false])
    expect(log.trim('top')).toBe(false)
    const other = logWith(1, 320)
    other.trim('bottom')
    expect([other.lo, other.hi, other.atLatest]).toEqual([1, 270, false])
  })
})

describe('the own echo', () => {
  it('ok first, then the event: one row, with the key it had', () => {
    const log = logWith(1, 3)
    write(log, 'n1')
    log.acknowledge('n1', { seq: 4, rev: 4, created: 77 })
    expect(log.list().at(-1)).toMatchObject({ key: 'n1', seq: 4, created: 77, status: 'sent' })
    expect(log.mine).toBe(3)
    log.receive(own(4, 4, 'n1'))
    expect(log.mine).toBe(4)
    expect(seqs(log)).toEqual([1, 2, 3, 4])
    expect(log.list().at(-1)!.key).toBe('n1')
  })

  it('the event first, then ok: the same', () => {
    const log = logWith(1, 3)
    write(log, 'n1')
    log.receive(own(4, 4, 'n1'))
    log.acknowledge('n1', { seq: 4, rev: 4, created: 77 })
    expect(seqs(log)).toEqual([1, 2, 3, 4])
    expect(log.list().at(-1)).toMatchObject({ key: 'n1', seq: 4 })
  })

  it('stays in sight when ok runs ahead of what others wrote before', () => {
    const log = logWith(1, 3)
    write(log, 'n1')
    log.acknowledge('n1', { seq: 5, rev: 5, created: 77 })
    expect(seqs(log)).toEqual([1, 2, 3, null])
    log.receive(message(4, 4))
    expect(texts(log).at(-1)).toBe('mine')
    log.receive(own(5, 5, 'n1'))
    expect(seqs(log)).toEqual([1, 2, 3, 4, 5])
    expect(log.list().at(-1)!.key).toBe('n1')
  })

  it('keeps the others waiting behind the numbered rows, in writing order', () => {
    const log = logWith(1, 3)
    write(log, 'n1', 'a')
    write(log, 'n2', 'b')
    log.receive(message(4, 4))
    log.receive({ ...own(5, 5, 'n1'), text: 'a' })
    expect(texts(log)).toEqual(['text 1', 'text 2', 'text 3', 'text 4', 'a', 'b'])
  })

  it('takes a message of an unknown nonce as one from another device', () => {
    const log = logWith(1, 3)
    write(log, 'n1')
    log.receive(own(4, 4, 'phone'))
    expect(seqs(log)).toEqual([1, 2, 3, 4, null])
    expect(log.row(4)!.key).toBe('m-4')
  })

  it("is not fooled by somebody else's message with the same nonce", () => {
    const log = logWith(1, 3)
    write(log, 'n1')
    log.receive(message(4, 4, { nonce: 'n1' }))
    expect(seqs(log)).toEqual([1, 2, 3, 4, null])
  })

  it('of a duplicate that was edited meanwhile leaves the edit', () => {
    const log = logWith(1, 3)
    write(log, 'n1')
    log.syncing()
    log.receive({ ...own(4, 6, 'n1'), text: 'edited', edited: 8 })
    log.synced(6)
    log.acknowledge('n1', { seq: 4, rev: 4, created: 77 })
    expect(log.list().at(-1)).toMatchObject({ key: 'n1', text: 'edited', rev: 6 })
    expect(seqs(log)).toEqual([1, 2, 3, 4])
  })

  it('comes in a page after a reset too', () => {
    const log = logWith(1, 3)
    write(log, 'n1')
    log.reset(9)
    const answer = page(1, 5, { rev: 9 })
    answer.messages[4] = own(5, 9, 'n1')
    log.merge(answer, log.askPage())
    expect(seqs(log)).toEqual([1, 2, 3, 4, 5])
    expect(log.list().at(-1)!.key).toBe('n1')
  })

  it('of an older message, out of sight, only ends the waiting', () => {
    const log = logWith(51, 100, { at_start: false })
    write(log, 'n1')
    log.acknowledge('n1', { seq: 10, rev: 10, created: 77 })
    expect(seqs(log)).toHaveLength(50)
    expect(seqs(log)).not.toContain(null)
  })
})

describe('bounds', () => {
  const floorAt = (rev: number, floor: number): RoomRow => ({
    type: 'room',
    room: 1,
    rev,
    kind: 'public',
    title: 'Lobby',
    topic: '',
    created: 1,
    archived: null,
    posting: 'all',
    inviting: 'all',
    slow: 0,
    mentioning: 'moderators',
    floor,
  })

  it('leaves the newest rows of a room that is entered again', () => {
    const log = logWith(1, 200)
    log.shrink(60)
    expect([log.lo, log.hi, log.list().length, log.atStart]).toEqual([141, 200, 60, false])
    log.shrink(60)
    expect(log.list()).toHaveLength(60)
  })

  it('lets go of what was removed', () => {
    const log = logWith(1, 10)
    log.receive(floorAt(11, 4))
    expect([seqs(log)[0], log.lo, log.atStart]).toEqual([5, 5, true])
    log.receive(floorAt(12, 10))
    expect([seqs(log), log.atLatest, log.atStart]).toEqual([[], true, true])
    log.receive(message(11, 13))
    expect(seqs(log)).toEqual([11])
  })

  it('does not care what was removed out of sight', () => {
    const log = logWith(50, 60, { at_start: false })
    log.receive(floorAt(61, 20))
    expect([log.lo, log.atStart]).toEqual([50, false])
  })
})
