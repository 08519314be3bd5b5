// What the browser keeps: unsent messages and drafts, each under its user's id.
import { openDB, type DBSchema, type IDBPDatabase } from 'idb'

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
  carried?: { reply?: number; thread?: number; files?: string[] }
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

export interface Schema extends DBSchema {
  outbox: { key: number; value: OutboxRecord; indexes: { nonce: string; user: number } }
  drafts: { key: [number, number | string]; value: DraftRecord; indexes: { user: number } }
}

export type Database = IDBPDatabase<Schema>

let opened: Promise<Database | null> | undefined

/** The database, or null where the browser has none (some private windows): then things last as long as the page. */
export function openDatabase(): Promise<Database | null> {
  opened ??= openDB<Schema>('webchat', 1, {
    upgrade(db) {
      const outbox = db.createObjectStore('outbox', { keyPath: 'order', autoIncrement: true })
      outbox.createIndex('nonce', 'nonce', { unique: true })
      outbox.createIndex('user', 'user')
      const drafts = db.createObjectStore('drafts', { keyPath: ['user', 'room'] })
      drafts.createIndex('user', 'user')
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
