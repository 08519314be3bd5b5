// Messages written and not yet stored: kept over reloads, sent in order, one at a time in each room.
import { openDatabase, type LocalFile, type OutboxRecord } from '../lib/db'
import { newNonce } from '../lib/nonce'
import { serverNow } from '../lib/clock'
import type { Carried, ErrorCode, Posted, RoomId, UserId } from './frames'
import { Refused } from './refused'

export type { OutboxRecord } from '../lib/db'

/** What becomes of a record, told to whoever shows it. */
export interface OutboxPort {
  /** Sends one; throws Refused. */
  post(record: OutboxRecord): Promise<Posted>
  /** May posts go out now? */
  isOpen(): boolean
  written(record: OutboxRecord): void
  sending(record: OutboxRecord): void
  slow(record: OutboxRecord): void
  /** Not now; *retryAt* by Date.now(), or null: as soon as there is a connection. */
  waiting(record: OutboxRecord, retryAt: number | null): void
  stored(record: OutboxRecord, posted: Posted): void
  failed(record: OutboxRecord, code: ErrorCode): void
  /** It goes without *file*, which is not brought any further. */
  withdrawn(record: OutboxRecord, file: string): void
  gone(record: OutboxRecord): void
}

/** What tabs of one browser tell each other, so that each shows the same rows. */
type News =
  | { kind: 'written'; record: OutboxRecord }
  | { kind: 'failed'; record: OutboxRecord; code: ErrorCode }
  | { kind: 'stored'; record: OutboxRecord; posted: Posted }
  | { kind: 'withdrawn'; record: OutboxRecord; file: string }
  | { kind: 'gone'; record: OutboxRecord }

const SLOW_AFTER = 10_000
/** Files together larger than this are not kept over a reload. */
const MOST_KEPT = 20 * 1024 * 1024
/** The server keeps nonces at least this long, so a resend is safe until then. */
const KEPT_FOR = 7 * 86_400_000

/** Nothing was done, or it is not known whether: the same again, with the same nonce. */
const AGAIN = new Set<ErrorCode>(['retry', 'rate_limited', 'slow_mode', 'busy', 'unavailable', 'timeout', 'reset'])
/** No use before there is another connection. */
const NO_LINE = new Set<ErrorCode>(['offline', 'unauthenticated'])

export class Outbox {
  private readonly user: UserId
  private readonly port: OutboxPort
  private readonly records = new Map<string, OutboxRecord>()
  private readonly channel: BroadcastChannel | null
  private readonly flushing = new Map<RoomId, Promise<void>>()
  private readonly timers = new Map<RoomId, ReturnType<typeof setTimeout>>()
  private readonly pausedUntil = new Map<RoomId, number>()
  /** `internal` is tried once more. */
  private readonly secondTry = new Set<string>()
  private readonly saved = new Map<string, Promise<void>>()
  private readonly roundsWanted = new Set<RoomId>()
  private loaded: Promise<void> = Promise.resolve()
  private closed = false

  constructor(user: UserId, port: OutboxPort) {
    this.user = user
    this.port = port
    this.channel = typeof BroadcastChannel === 'undefined' ? null : new BroadcastChannel(`webchat-outbox-${user}`)
    if (this.channel) this.channel.onmessage = (message) => this.hear(message.data as News)
  }

  /** Brings back what an earlier page left. */
  load(): Promise<void> {
    return (this.loaded = this.read())
  }

  private async read(): Promise<void> {
    const db = await openDatabase()
    const found = (await db?.getAllFromIndex('outbox', 'user', this.user).catch(() => [])) ?? []
    for (const record of found) {
      if (this.closed) return
      // Refused, and nobody came to see it for a week.
      if (record.failed && serverNow() - record.at > KEPT_FOR) void this.erase(record)
      else this.keep(record)
    }
  }

  close(): void {
    this.closed = true
    this.channel?.close()
    for (const timer of this.timers.values()) clearTimeout(timer)
    this.timers.clear()
  }

  get size(): number {
    return [...this.records.values()].filter((record) => !record.failed).length
  }

  /** Shown at once, sent when it is kept. */
  write(room: RoomId, text: string, carried?: Carried, files?: LocalFile[]): OutboxRecord {
    const record: OutboxRecord = {
      nonce: newNonce(),
      user: this.user,
      room,
      text,
      ...(carried && { carried }),
      ...(files?.length && { files }),
      at: serverNow(),
      failed: null,
    }
    this.keep(record)
    const saved = this.save(record)
    this.saved.set(record.nonce, saved)
    void saved.then(() => {
      this.saved.delete(record.nonce)
      this.tell({ kind: 'written', record: { ...record } })
      return this.flush(room)
    })
    return record
  }

  /** Something of the record has changed: a file of it is there. */
  async update(record: OutboxRecord): Promise<void> {
    await this.saved.get(record.nonce)
    if (this.records.has(record.nonce)) await this.save(record)
  }

  /** After a final refusal: once more, at the reader's wish. */
  async retry(nonce: string): Promise<void> {
    const record = this.records.get(nonce)
    if (!record) return
    record.failed = null
    this.secondTry.delete(nonce)
    this.pausedUntil.delete(record.room)
    await this.save(record)
    this.port.waiting(record, null)
    this.tell({ kind: 'written', record: { ...record } })
    await this.flush(record.room)
  }

  /** The files of a record that is not sent yet. */
  filesOf(nonce: string): LocalFile[] {
    return this.records.get(nonce)?.files ?? []
  }

  /** Leaves one of its files behind that is not brought yet; a record that then says nothing goes with it. */
  withdraw(nonce: string, file: string): void {
    const record = this.records.get(nonce)
    const files = record?.files ?? []
    if (!record || !files.some(({ id, row }) => id === file && !row)) return
    if (files.length === 1 && !record.text.trim()) return void this.discard(nonce)
    this.leaveBehind(record, file)
    this.tell({ kind: 'withdrawn', record: { ...record }, file })
    void this.update(record)
  }

  private leaveBehind(record: OutboxRecord, file: string): void {
    const rest = (record.files ?? []).filter(({ id }) => id !== file)
    // The ids among it are of this page; the server's take their place when all are brought.
    record.carried = { ...record.carried }
    delete record.carried.files
    if (rest.length > 0) record.files = rest
    else delete record.files
    this.port.withdrawn(record, file)
  }

  /** Takes it out; answers its text, as it was written. */
  discard(nonce: string): string | undefined {
    const record = this.records.get(nonce)
    if (!record) return undefined
    this.forget(record)
    this.port.gone(record)
    void this.erase(record)
    this.tell({ kind: 'gone', record: { ...record } })
    return record.carried?.action ? `/me ${record.text}` : record.text
  }

  /** All of a room that is no longer one's own. */
  discardRoom(room: RoomId): void {
    for (const record of [...this.records.values()]) {
      if (record.room === room) this.discard(record.nonce)
    }
  }

  /** After `welcome`: every room, each in its order. */
  async flushAll(): Promise<void> {
    const rooms = new Set([...this.records.values()].map((record) => record.room))
    await Promise.all([...rooms].map((room) => this.flush(room)))
  }

  /** Sends what waits in the room. One flush at a time: here by this map, between tabs by a Web Lock. */
  flush(room: RoomId): Promise<void> {
    const running = this.flushing.get(room)
    if (running) {
      // Perhaps it has just found nothing more: one more round looks again.
      this.roundsWanted.add(room)
      return running
    }
    const flush = this.rounds(room).finally(() => this.flushing.delete(room))
    this.flushing.set(room, flush)
    return flush
  }

  private async rounds(room: RoomId): Promise<void> {
    await this.loaded
    do {
      this.roundsWanted.delete(room)
      await this.locked(room, () => this.drain(room))
    } while (this.roundsWanted.has(room))
  }

  private async locked(room: RoomId, work: () => Promise<void>): Promise<void> {
    // Web Locks exist on https pages only; without them two tabs may both send, and the nonce keeps it one message.
    if (!navigator.locks) return work()
    await navigator.locks.request(`webchat-outbox-${this.user}-${room}`, work)
  }

  private async drain(room: RoomId): Promise<void> {
    for (;;) {
      const record = await this.next(room)
      if (!record || this.closed || !this.port.isOpen()) return
      const pause = (this.pausedUntil.get(room) ?? 0) - Date.now()
      if (pause > 0) return this.wake(room, pause)
      if (!(await this.send(record))) return
    }
  }

  /** The oldest in the room that may still go out, and that no other tab has sent meanwhile. */
  private async next(room: RoomId): Promise<OutboxRecord | undefined> {
    // What an earlier page left comes before what was written while it was being read.
    const inOrder = [...this.records.values()].sort((a, b) => (a.order ?? Infinity) - (b.order ?? Infinity) || 0)
    for (const record of inOrder) {
      if (record.room !== room || record.failed) continue
      await this.saved.get(record.nonce)
      if (!(await this.stillThere(record))) {
        // The tab that sent it says so on the channel; until then the row stays as it is.
        this.records.delete(record.nonce)
        continue
      }
      if (serverNow() - record.at <= KEPT_FOR) return record
      await this.fail(record, 'timeout')
    }
    return undefined
  }

  /** True when the next one may follow. */
  private async send(record: OutboxRecord): Promise<boolean> {
    this.port.sending(record)
    const slow = setTimeout(() => this.port.slow(record), SLOW_AFTER)
    try {
      const posted = await this.port.post(record)
      this.forget(record)
      this.port.stored(record, posted)
      this.tell({ kind: 'stored', record: { ...record }, posted })
      await this.erase(record)
      return true
    } catch (error) {
      if (!(error instanceof Refused)) throw error
      // Discarded while it was on its way.
      if (!this.records.has(record.nonce)) return true
      return await this.refused(record, error)
    } finally {
      clearTimeout(slow)
    }
  }

  private async refused(record: OutboxRecord, error: Refused): Promise<boolean> {
    if (NO_LINE.has(error.code)) {
      this.port.waiting(record, null)
      return false
    }
    const onceMore = error.code === 'internal' && !this.secondTry.has(record.nonce)
    if (onceMore) this.secondTry.add(record.nonce)
    if (onceMore || AGAIN.has(error.code)) {
      const pause = (error.retryAfter ?? 1) * 1_000
      this.pausedUntil.set(record.room, Date.now() + pause)
      this.port.waiting(record, Date.now() + pause)
      this.wake(record.room, pause)
      return false
    }
    await this.fail(record, error.code)
    return true
  }

  private async fail(record: OutboxRecord, code: ErrorCode): Promise<void> {
    record.failed = code
    this.port.failed(record, code)
    this.tell({ kind: 'failed', record: { ...record }, code })
    await this.save(record)
  }

  private wake(room: RoomId, pause: number): void {
    clearTimeout(this.timers.get(room))
    this.timers.set(
      room,
      setTimeout(() => void this.flush(room), pause),
    )
  }

  private keep(record: OutboxRecord): void {
    if (this.records.has(record.nonce)) return
    this.records.set(record.nonce, record)
    this.port.written(record)
  }

  private forget(record: OutboxRecord): void {
    this.records.delete(record.nonce)
    this.secondTry.delete(record.nonce)
  }

  private async save(record: OutboxRecord): Promise<void> {
    if ((record.files ?? []).reduce((sum, file) => sum + file.size, 0) > MOST_KEPT) return
    const db = await openDatabase()
    // A full or broken database costs durability over a reload, not the message.
    const order = await db?.put('outbox', { ...record }).catch(() => undefined)
    if (order !== undefined) record.order = order
  }

  private async erase(record: OutboxRecord): Promise<void> {
    await this.saved.get(record.nonce)
    const db = await openDatabase()
    if (record.order !== undefined) await db?.delete('outbox', record.order).catch(() => undefined)
  }

  private async stillThere(record: OutboxRecord): Promise<boolean> {
    const db = await openDatabase()
    if (!db || record.order === undefined) return this.records.has(record.nonce)
    const kept = await db.get('outbox', record.order).catch(() => record)
    return kept !== undefined && this.records.has(record.nonce)
  }

  private tell(news: News): void {
    if (!this.closed) this.channel?.postMessage(news)
  }

  private hear(news: News): void {
    const record = this.records.get(news.record.nonce) ?? news.record
    switch (news.kind) {
      case 'written':
        if (this.records.has(record.nonce)) {
          record.failed = null
          return this.port.waiting(record, null)
        }
        return this.keep(record)
      case 'failed':
        record.failed = news.code
        return this.port.failed(record, news.code)
      case 'stored':
        this.forget(record)
        return this.port.stored(record, news.posted)
      case 'withdrawn':
        return this.leaveBehind(record, news.file)
      case 'gone':
        this.forget(record)
        return this.port.gone(record)
    }
  }
}
