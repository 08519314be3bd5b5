// What this page holds of one room: the rev rules of docs/protocol.md, a window of rows, and the rows not yet numbered.
import type {
  Carried,
  ErrorCode,
  FileRow,
  MessageRow,
  Millis,
  Page,
  Posted,
  Rev,
  RoomId,
  Row,
  Seq,
  UserId,
} from './frames'

export type RowStatus = 'sent' | 'queued' | 'sending' | 'slow' | 'failed'

/** A message as the list shows it; never changed, only replaced. */
export interface ChatRow {
  /** Stays the same from pending to numbered, so that the row is not drawn anew. */
  readonly key: string
  readonly room: RoomId
  /** Null while pending. */
  readonly seq: Seq | null
  readonly rev: Rev
  readonly author: UserId
  readonly text: string
  readonly created: Millis
  readonly edited: Millis | null
  readonly deleted: Millis | null
  readonly nonce: string | null
  /** All else that the message holds, as it was told; absent where it holds nothing. */
  readonly more: MoreOfMessage
  readonly status: RowStatus
  readonly error: ErrorCode | null
  /** When it will be tried again, by Date.now(). */
  readonly retryAt: number | null
}

export type MoreOfMessage = Readonly<
  Omit<MessageRow, 'type' | 'room' | 'seq' | 'rev' | 'author' | 'text' | 'created' | 'edited' | 'deleted' | 'nonce'>
>

/** What came of an event: rows for the other stores to hold, and a `sync` to send (from this rev), if any. */
export interface Outcome {
  applied: Row[]
  sync: Rev | null
}

/** Handed out when a page is asked for, given back when it comes. */
export interface PageTicket {
  generation: number
}

/** What is kept of a log over a reload: rows lo..hi, as they were at *rev*. */
export interface Snapshot {
  rev: Rev
  seq: Seq
  lo: Seq
  hi: Seq
  atStart: boolean
  rows: ChatRow[]
}

type Place = Pick<Posted, 'seq' | 'rev' | 'created'>

const MOST_ROWS = 300
const CUT = 50

export class RoomLog {
  readonly room: RoomId
  readonly me: UserId
  /** The rev held. */
  mine: Rev
  /** The newest seq known of. */
  seq: Seq
  /** Rows lo..hi are held, without a hole; hi < lo when none is. */
  lo = 1
  hi = 0
  /** A first page has come. */
  loaded = false
  /** Nothing older exists than lo. */
  atStart = false

  private readonly rows = new Map<Seq, ChatRow>()
  private pending: ChatRow[] = []
  /** Pending rows known to be stored, by nonce: they wait for their place in the window. */
  private readonly stored = new Map<string, Place>()
  /** Rows outside the window, kept while a block or a page is on its way. */
  private readonly loose = new Map<Seq, ChatRow>()
  private held: Row[] = []
  private asked = false
  private inBlock = false
  private pagesOut = 0
  private generation = 0

  constructor(room: RoomId, me: UserId, rev: Rev, seq: Seq) {
    this.room = room
    this.me = me
    this.mine = rev
    this.seq = seq
  }

  /** As it was kept: it goes on from there, like one that was held while the line was down. */
  static of(snapshot: Snapshot, room: RoomId, me: UserId): RoomLog {
    const log = new RoomLog(room, me, snapshot.rev, snapshot.seq)
    for (const row of snapshot.rows) log.rows.set(row.seq!, row)
    log.lo = snapshot.lo
    log.hi = snapshot.hi
    log.atStart = snapshot.atStart
    log.loaded = true
    return log
  }

  /** The newest *most* rows of the window; null when there is none. */
  snapshot(most: number): Snapshot | null {
    if (!this.loaded) return null
    const lo = Math.max(this.lo, this.hi - most + 1)
    const rows: ChatRow[] = []
    for (let seq = lo; seq <= this.hi; seq++) {
      const row = this.rows.get(seq)
      if (row) rows.push(row)
    }
    return { rev: this.mine, seq: this.seq, lo, hi: this.hi, atStart: this.atStart && lo === this.lo, rows }
  }

  get atLatest(): boolean {
    return this.loaded && this.hi >= this.seq
  }

  /** Window and pending rows, in the order in which they are shown. */
  list(): ChatRow[] {
    const list: ChatRow[] = []
    for (let seq = this.lo; seq <= this.hi; seq++) {
      const row = this.rows.get(seq)
      if (row) list.push(row)
    }
    return list.concat(this.pending)
  }

  row(seq: Seq): ChatRow | undefined {
    return this.rows.get(seq)
  }

  pendingRow(nonce: string): ChatRow | undefined {
    return this.pending.find((row) => row.nonce === nonce)
  }

  // Events.

  receive(row: Row): Outcome {
    const outcome: Outcome = { applied: [], sync: null }
    this.take(row, outcome)
    this.settle()
    return outcome
  }

  syncing(): void {
    this.inBlock = true
  }

  synced(rev: Rev): Outcome {
    const outcome: Outcome = { applied: [], sync: null }
    this.inBlock = false
    this.asked = false
    this.mine = rev
    const held = this.held.sort((a, b) => a.rev - b.rev)
    this.held = []
    for (const row of held) this.take(row, outcome)
    this.settle()
    return outcome
  }

  /** Drops what is held; pending rows stay. The newest page is to be loaded. */
  reset(rev: Rev): void {
    this.mine = rev
    this.seq = 0
    this.interrupt()
    this.unload()
    // The page that comes now holds what was stored, unless the operator restored an older state.
    for (const nonce of this.stored.keys()) this.removePending(nonce)
  }

  /** The line broke: the next `welcome` settles what was open. */
  interrupt(): void {
    this.held = []
    this.asked = false
    this.inBlock = false
  }

  /** The rev to ask from again when a `sync` was refused for now; null when it is no longer needed. */
  get syncFrom(): Rev | null {
    return this.asked ? this.mine : null
  }

  /** A `welcome` or `joined` that did not count on what is held: start anew at *rev*. */
  restart(rev: Rev, seq: Seq): void {
    this.interrupt()
    this.unload()
    this.mine = rev
    this.seq = seq
  }

  /** Forgets the window, to save memory. Pages on their way will not count. */
  unload(): void {
    this.generation += 1
    this.pagesOut = 0
    this.rows.clear()
    this.loose.clear()
    this.lo = 1
    this.hi = 0
    this.loaded = false
    this.atStart = false
  }

  private take(row: Row, outcome: Outcome): void {
    if (this.inBlock) {
      this.absorb(row, outcome)
    } else if (row.rev === this.mine + 1) {
      this.mine = row.rev
      this.absorb(row, outcome)
    } else if (row.rev > this.mine) {
      this.held.push(row)
      if (!this.asked) {
        this.asked = true
        outcome.sync = this.mine
      }
    }
  }

  private absorb(row: Row, outcome: Outcome): void {
    outcome.applied.push(row)
    if (row.type === 'room') this.raiseFloor(row.floor ?? 0)
    if (row.type !== 'message') return
    this.seq = Math.max(this.seq, row.seq)
    this.recognise(row)
    this.put(fromMessage(row))
  }

  /** Messages up to *floor* are gone for good. */
  private raiseFloor(floor: Seq): void {
    if (!this.loaded || floor < this.lo) return
    for (; this.lo <= floor && this.lo <= this.hi; this.lo++) this.rows.delete(this.lo)
    this.lo = floor + 1
    this.hi = Math.max(this.hi, floor)
    this.atStart = true
  }

  /** One's own nonce: the pending row has its number. */
  private recognise(row: MessageRow): void {
    if (row.author === this.me && row.nonce && this.pendingRow(row.nonce)) {
      this.stored.set(row.nonce, row)
    }
  }

  /** The row rule: a row replaces the one held only if its rev is greater. */
  private put(row: ChatRow): void {
    const seq = row.seq!
    const inside = seq >= this.lo && seq <= this.hi
    const place = inside ? this.rows : this.loose
    const was = place.get(seq)
    if (was && was.rev >= row.rev) return
    place.set(seq, was ? { ...row, key: was.key } : row)
  }

  /** Lengthens the window by what now joins it, and lets go of what is no longer needed. */
  private settle(): void {
    if (this.loaded) {
      for (let next = this.loose.get(this.hi + 1); next; next = this.loose.get(this.hi + 1)) {
        this.loose.delete(next.seq!)
        this.hi += 1
        this.rows.set(this.hi, next)
      }
    }
    const quiet = !this.inBlock && this.pagesOut === 0
    if (quiet) this.loose.clear()
    this.placePending(quiet)
  }

  private placePending(quiet: boolean): void {
    for (const [nonce, { seq, rev }] of this.stored) {
      const row = this.rows.get(seq)
      if (row) this.rows.set(seq, { ...row, key: nonce })
      // Passed by, and not in the window: it is in the history, out of sight.
      else if (!quiet || this.mine < rev) continue
      this.removePending(nonce)
    }
  }

  // Pages.

  askPage(): PageTicket {
    this.pagesOut += 1
    return { generation: this.generation }
  }

  /** The page did not come. */
  missPage(ticket: PageTicket): void {
    if (ticket.generation !== this.generation) return
    this.pagesOut -= 1
    this.settle()
  }

  /**
   * Joins the page to the window, or, where they do not touch, makes it the window.  Moves no rev and replaces no
   * newer row.  Answers false when the log was reset meanwhile: the page is then of another history.
   */
  merge(page: Page, ticket: PageTicket): boolean {
    if (ticket.generation !== this.generation) return false
    this.pagesOut -= 1
    this.seq = Math.max(this.seq, page.seq)
    const first = page.messages[0]?.seq ?? (page.at_end ? page.seq + 1 : this.lo)
    const last = first + page.messages.length - 1
    if (page.messages.length > 0 || !this.loaded) this.span(first, last, page)
    else if (page.at_start) this.atStart = true
    for (const message of page.messages) {
      this.recognise(message)
      this.put(fromMessage(message))
    }
    this.settle()
    return true
  }

  private span(first: Seq, last: Seq, page: Page): void {
    const touches = this.loaded && first <= this.hi + 1 && last >= this.lo - 1
    if (!touches) {
      this.rows.clear()
      this.lo = first
      this.hi = last
      this.atStart = page.at_start
    } else if (first <= this.lo) {
      this.atStart = page.at_start
    }
    this.lo = Math.min(this.lo, first)
    this.hi = Math.max(this.hi, last)
    this.loaded = true
    // What came for these places while the page was on its way is at least as new.
    for (const [seq, row] of this.loose) {
      if (seq < this.lo || seq > this.hi) continue
      this.loose.delete(seq)
      this.put(row)
    }
  }

  /** Leaves of the window its newest rows. */
  shrink(most: number): void {
    if (this.hi - this.lo < most) return
    this.atStart = false
    for (; this.hi - this.lo >= most; this.lo++) this.rows.delete(this.lo)
  }

  /** Keeps at most 300 rows by cutting at the end away from the reader. */
  trim(end: 'top' | 'bottom'): boolean {
    const most = this.rows.size > MOST_ROWS
    while (this.rows.size > MOST_ROWS) {
      for (let n = 0; n < CUT; n++) this.rows.delete(end === 'top' ? this.lo++ : this.hi--)
      if (end === 'top') this.atStart = false
    }
    return most
  }

  // Pending rows.

  addPending(row: ChatRow): void {
    if (!this.pendingRow(row.nonce!)) this.pending.push(row)
  }

  changePending(nonce: string, change: Partial<Pick<ChatRow, 'status' | 'error' | 'retryAt' | 'more'>>): void {
    this.pending = this.pending.map((row) => (row.nonce === nonce ? { ...row, ...change } : row))
  }

  removePending(nonce: string): void {
    this.stored.delete(nonce)
    this.pending = this.pending.filter((row) => row.nonce !== nonce)
  }

  /** The `ok` of a post. Event and `ok` come in either order; whichever is second changes nothing. */
  acknowledge(nonce: string, posted: Place): void {
    const pending = this.pendingRow(nonce)
    if (!pending) return
    this.seq = Math.max(this.seq, posted.seq)
    this.stored.set(nonce, posted)
    this.changePending(nonce, { status: 'sent', error: null, retryAt: null })
    // What mine has passed is held already, perhaps in a later state.
    if (posted.rev > this.mine) {
      const { seq, rev, created } = posted
      this.put({ ...pending, seq, rev, created, status: 'sent', error: null, retryAt: null })
    }
    this.settle()
  }
}

const NOTHING_MORE: MoreOfMessage = {}
const MORE = [
  'reply',
  'thread',
  'replies',
  'last_reply',
  'pinned',
  'files',
  'mentions',
  'everyone',
  'reactions',
  'forwarded',
  'previews',
  'action',
  'streaming',
] as const satisfies (keyof MoreOfMessage)[]

function moreOf(message: MessageRow): MoreOfMessage {
  const held = MORE.filter((name) => message[name] !== undefined)
  return held.length > 0 ? Object.fromEntries(held.map((name) => [name, message[name]])) : NOTHING_MORE
}

export function fromMessage(message: MessageRow): ChatRow {
  return {
    key: `m-${message.seq}`,
    room: message.room,
    seq: message.seq,
    rev: message.rev,
    author: message.author,
    text: message.text,
    created: message.created,
    edited: message.edited ?? null,
    deleted: message.deleted ?? null,
    nonce: message.nonce ?? null,
    more: moreOf(message),
    status: 'sent',
    error: null,
    retryAt: null,
  }
}

/** What a message that is not stored yet holds; *files* as they are known here. */
export function morePending(carried?: Carried, files?: FileRow[]): MoreOfMessage {
  if (!carried) return NOTHING_MORE
  const { reply, thread, action } = carried
  return {
    ...(reply && { reply }),
    ...(thread && { thread }),
    ...(action && { action }),
    ...(files?.length && { files }),
  }
}

/** A row that is written and not yet stored. */
export function pendingRow(
  written: Pick<ChatRow, 'room' | 'author' | 'text' | 'created' | 'status' | 'error'> & {
    nonce: string
    carried?: Carried
    files?: FileRow[]
  },
): ChatRow {
  const { carried, files, ...row } = written
  return {
    ...row,
    more: morePending(carried, files),
    key: written.nonce,
    seq: null,
    rev: 0,
    edited: null,
    deleted: null,
    retryAt: null,
  }
}
