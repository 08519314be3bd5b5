// What the browser keeps: unsent messages, drafts, and what it last saw of the chat, each under its user's id.
import { openDB, type DBSchema, type IDBPDatabase, type IDBPTransaction, type StoreNames } from 'idb'

type FileKind = 'image' | 'video' | 'audio' | 'file'

/** As the server told of it. */
export interface BroughtFile {
  id: string
  name: string
  mime: string
  kind: FileKind
  size: number
  width?: number
  height?: number
  duration?: number
  placeholder?: string
  thumb?: boolean
}

/** A file that is on its way out; `row` once the server has it. */
export interface LocalFile {
  id: string
  name: string
  mime: string
  kind: FileKind
  size: number
  width?: number
  height?: number
  /** ms */
  duration?: number
  blob: Blob
  row?: BroughtFile
}

export interface OutboxRecord {
  /** Given by the database, rising: the order of writing. */
  order?: number
  nonce: string
  user: number
  room: number
  text: string
  /** What it carries besides, as it goes onto the wire. */
  carried?: { reply?: number; thread?: number; files?: string[]; action?: boolean }
  /** The files among it, themselves. */
  files?: LocalFile[]
  /** Server time of writing. */
  at: number
  /** Why it will not be tried again, or null. */
  failed: string | null
}

export interface DraftRecord {
  user: number
  /** The room; of a thread, `room/seq`. */
  room: number | string
  text: string
  /** The seq of the message that it answers. */
  reply?: number
}

/** What a page shows before, or without, an answer of the server; the stores know what stands in it. */
export interface ShellRecord {
  user: number
  shell: unknown
}

/** The newest rows of a room that was opened. */
export interface LogRecord {
  user: number
  room: number
  log: unknown
}

/* Whoever changes the form of what is last seen raises the version: the old is then dropped, and comes anew. */
const VERSION = 2

export interface Schema extends DBSchema {
  outbox: { key: number; value: OutboxRecord; indexes: { nonce: string; user: number } }
  drafts: { key: [number, number | string]; value: DraftRecord; indexes: { user: number } }
  shells: { key: number; value: ShellRecord }
  logs: { key: [number, number]; value: LogRecord; indexes: { user: number } }
}

export type Database = IDBPDatabase<Schema>

let opened: Promise<Database | null> | undefined

/** The database, or null where the browser has none (some private windows): then things last as long as the page. */
export function openDatabase(): Promise<Database | null> {
  opened ??= openDB<Schema>('webchat', VERSION, {
    upgrade(db, from) {
      if (from < 1) makeWritten(db)
      makeSeen(db)
    },
    blocking(_current, _blocked, event) {
      // A newer page wants to upgrade: let it, and open again on the next use.
      ;(event.target as IDBDatabase).close()
      opened = undefined
    },
    terminated() {
      opened = undefined
    },
  }).catch(() => null)
  return opened
}

/**
 * Writes in one transaction, which is committed as soon as all is asked for: a page that is leaving hears no answer, and
 * a transaction that waits for one would go with it.  A browser that keeps nothing loses it.
 */
export async function write<Stores extends StoreNames<Schema>[]>(
  stores: Stores,
  work: (transaction: IDBPTransaction<Schema, Stores, 'readwrite'>) => Promise<unknown>[],
): Promise<void> {
  const db = await openDatabase()
  try {
    const transaction = db?.transaction(stores, 'readwrite')
    if (!transaction) return
    const asked = work(transaction)
    transaction.commit()
    await Promise.all([...asked, transaction.done])
  } catch {
    // Full, broken, or about to be upgraded by a newer page.
  }
}

function makeWritten(db: Database): void {
  const outbox = db.createObjectStore('outbox', { keyPath: 'order', autoIncrement: true })
  outbox.createIndex('nonce', 'nonce', { unique: true })
  outbox.createIndex('user', 'user')
  const drafts = db.createObjectStore('drafts', { keyPath: ['user', 'room'] })
  drafts.createIndex('user', 'user')
}

function makeSeen(db: Database): void {
  for (const name of ['shells', 'logs'] as const) if (db.objectStoreNames.contains(name)) db.deleteObjectStore(name)
  db.createObjectStore('shells', { keyPath: 'user' })
  const logs = db.createObjectStore('logs', { keyPath: ['user', 'room'] })
  logs.createIndex('user', 'user')
}
