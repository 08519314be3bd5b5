// What lies ready to go with the next message of a room.
import { computed, shallowReactive, type ComputedRef } from 'vue'
import type { LocalFile } from '@/lib/db'
import type { RoomId } from '@/wire/frames'
import * as outgoing from './outgoing'
import { useSession } from './session'
import { useUi } from './ui'

export interface TrayItem {
  file: LocalFile
  /** It has been looked at. */
  isReady: boolean
  problem: 'empty' | 'too_large' | 'unreadable' | null
  /** The picture as it was, where it is large enough to be offered smaller. */
  original: LocalFile | null
}

const trays = shallowReactive(new Map<RoomId, readonly TrayItem[]>())

export interface Tray {
  items: ComputedRef<readonly TrayItem[]>
  /** Of those that can go. */
  ids: ComputedRef<string[]>
  add(files: File[]): Promise<void>
  remove(id: string): void
  /** Between the smaller picture and the one that was chosen. */
  toggleSize(id: string): Promise<void>
  /** They are on their way. */
  sent(): void
}

export function useTray(room: RoomId): Tray {
  const session = useSession()
  const ui = useUi()
  const items = computed(() => trays.get(room) ?? [])
  const ids = computed(() => items.value.filter((item) => item.isReady && !item.problem).map((item) => item.file.id))

  function set(next: readonly TrayItem[]): void {
    if (next.length > 0) trays.set(room, next)
    else trays.delete(room)
  }

  function change(id: string, changes: Partial<TrayItem>): void {
    set(items.value.map((item) => (item.file.id === id ? { ...item, ...changes } : item)))
  }

  async function add(files: File[]): Promise<void> {
    const free = session.limits.files - items.value.length
    if (files.length > free) ui.toast('files.too_many', { params: { count: session.limits.files }, tone: 'error' })
    const { kindOf } = await import('@/lib/media')
    const added = files.slice(0, Math.max(free, 0)).map((blob): TrayItem => {
      const kind = kindOf(blob.type)
      // What is pasted has no name of its own.
      const file = {
        id: outgoing.newId(),
        name: blob.name || 'image.png',
        mime: blob.type,
        kind,
        size: blob.size,
        blob,
      }
      outgoing.hold(file)
      return { file, isReady: false, problem: null, original: null }
    })
    set([...items.value, ...added])
    await Promise.all(added.map((item) => look(item.file)))
  }

  async function look(file: LocalFile): Promise<void> {
    const { factsOf, LARGE } = await import('@/lib/media')
    try {
      // A folder looks like a file until one reads it.
      await file.blob.slice(0, 1).arrayBuffer()
    } catch {
      return change(file.id, { isReady: true, problem: 'unreadable' })
    }
    Object.assign(file, await factsOf(file.blob, file.kind))
    const isLarge = file.kind === 'image' && Math.max(file.width ?? 0, file.height ?? 0) > LARGE
    if (isLarge && file.mime !== 'image/gif' && (await shrink(file))) return
    change(file.id, { isReady: true, problem: problemOf(file) })
  }

  function problemOf(file: LocalFile): TrayItem['problem'] {
    if (file.size === 0) return 'empty'
    return file.size > session.limits.file ? 'too_large' : null
  }

  async function shrink(file: LocalFile): Promise<boolean> {
    const { smaller } = await import('@/lib/media')
    const made = await smaller(file.blob)
    if (!made) return false
    const { blob, width, height } = made
    const name = blob.type === file.mime ? file.name : `${file.name.replace(/\.[^.]*$/, '')}.jpg`
    replace(
      file.id,
      { ...file, id: outgoing.newId(), name, mime: blob.type, size: blob.size, blob, width, height },
      file,
    )
    return true
  }

  function replace(id: string, file: LocalFile, original: LocalFile): void {
    outgoing.drop(id)
    outgoing.hold(file)
    set(
      items.value.map((item) =>
        item.file.id === id ? { file, isReady: true, problem: problemOf(file), original } : item,
      ),
    )
  }

  async function toggleSize(id: string): Promise<void> {
    const item = items.value.find((one) => one.file.id === id)
    if (!item?.original) return
    if (item.file === item.original) await shrink(item.original)
    else replace(id, item.original, item.original)
  }

  function remove(id: string): void {
    set(items.value.filter((item) => item.file.id !== id))
    outgoing.drop(id)
  }

  function sent(): void {
    const gone = new Set(ids.value)
    set(items.value.filter((item) => !gone.has(item.file.id)))
  }

  return { items, ids, add, remove, toggleSize, sent }
}
