// What can be done with a message of this room; the rows, their toolbar and their sheet share it.
import { inject, provide, ref, shallowRef, type InjectionKey, type Ref, type ShallowRef } from 'vue'
import { useDrafts } from '@/stores/drafts'
import { useMarks } from '@/stores/marks'
import { useMessages, type ChatRow } from '@/stores/messages'
import { useRooms } from '@/stores/rooms'
import { useSession } from '@/stores/session'
import { useUi } from '@/stores/ui'
import { serverNow } from '@/lib/clock'
import type { RoomId } from '@/wire/frames'
import { codeOf } from '@/wire/http'

export type RowActionName =
  'react' | 'copy_text' | 'copy_link' | 'edit' | 'pin' | 'unpin' | 'mark_unread' | 'report' | 'delete'

export interface RowActions {
  /** The key of the row that is being edited. */
  editing: Ref<string | null>
  /** The row whose deletion is being asked about. */
  deleting: ShallowRef<ChatRow | null>
  /** The row that is being reported. */
  reporting: ShallowRef<ChatRow | null>
  /** The row to which an emoji is being chosen. */
  reacting: ShallowRef<ChatRow | null>
  /** The row whose sheet is open (touch). */
  sheet: ShallowRef<ChatRow | null>
  available(row: ChatRow): RowActionName[]
  act(name: RowActionName, row: ChatRow): void
  /** Takes a message that was not sent back to the composer. */
  rewrite(row: ChatRow): void
  /** Adds a name to what is being written. */
  mention(name: string): void
  /** Puts a text into the composer, before what is there. */
  takeBack(text: string): void
}

const KEY: InjectionKey<RowActions> = Symbol('row actions')

export function provideRowActions(room: RoomId, takeBack: (text: string) => void): RowActions {
  const messages = useMessages()
  const marks = useMarks()
  const drafts = useDrafts()
  const rooms = useRooms()
  const session = useSession()
  const ui = useUi()

  const editing = ref<string | null>(null)
  const deleting = shallowRef<ChatRow | null>(null)
  const reporting = shallowRef<ChatRow | null>(null)
  const reacting = shallowRef<ChatRow | null>(null)
  const sheet = shallowRef<ChatRow | null>(null)

  function available(row: ChatRow): RowActionName[] {
    if (row.deleted) return []
    const names: RowActionName[] = ['copy_text']
    if (row.seq === null) return names
    names.push('copy_link')
    const isOwn = row.author === session.me?.id
    const isOpen = !rooms.get(room)?.archived
    const isSilenced = (rooms.get(room)?.silenced ?? 0) > serverNow()
    if (isOpen && !isSilenced) names.unshift('react')
    if (isOwn && isOpen) names.push('edit')
    if (rooms.mayPin(room)) names.push(row.more.pinned === undefined ? 'pin' : 'unpin')
    names.push('mark_unread')
    if (!isOwn) names.push('report')
    if ((isOwn || rooms.mayDeleteAny(room)) && isOpen) names.push('delete')
    return names
  }

  /** A refusal is said in words. */
  async function attempt(work: () => Promise<void>, done: string, tooMany?: string): Promise<void> {
    try {
      await work()
      ui.toast(done)
    } catch (error) {
      const code = codeOf(error)
      ui.toast(code === 'too_many' && tooMany ? tooMany : `error.${code}`, { tone: 'error' })
    }
  }

  function pin(row: ChatRow, on: boolean): void {
    void attempt(() => marks.pin(room, row.seq!, on), on ? 'toast.pinned' : 'toast.unpinned', 'marks.too_many_pins')
  }

  async function copy(text: string, key: 'toast.copied' | 'toast.link_copied'): Promise<void> {
    try {
      await navigator.clipboard.writeText(text)
      ui.toast(key)
    } catch {
      ui.toast('toast.copy_failed', { tone: 'error' })
    }
  }

  function act(name: RowActionName, row: ChatRow): void {
    if (!available(row).includes(name)) return
    if (name === 'copy_text') void copy(row.text, 'toast.copied')
    else if (name === 'copy_link') void copy(`${location.origin}/rooms/${room}#m-${row.seq}`, 'toast.link_copied')
    else if (name === 'edit') editing.value = row.key
    else if (name === 'react') reacting.value = row
    else if (name === 'pin' || name === 'unpin') pin(row, name === 'pin')
    else if (name === 'mark_unread') void attempt(() => messages.markUnread(room, row.seq!), 'toast.marked_unread')
    else if (name === 'report') reporting.value = row
    else deleting.value = row
  }

  function rewrite(row: ChatRow): void {
    if (row.nonce === null) return
    const text = messages.editPending(row.nonce)
    if (text !== undefined) takeBack(text)
  }

  /* After what is there, as a name stands in the middle of a sentence; *takeBack* gives the focus. */
  function mention(name: string): void {
    const before = drafts.get(room)
    drafts.set(room, '')
    takeBack(`${before}${before && !/\s$/.test(before) ? ' ' : ''}@${name} `)
  }

  const actions: RowActions = {
    editing,
    deleting,
    reporting,
    reacting,
    sheet,
    available,
    act,
    rewrite,
    mention,
    takeBack,
  }
  provide(KEY, actions)
  return actions
}

export function useRowActions(): RowActions {
  const actions = inject(KEY)
  if (!actions) throw new Error('no room around this row')
  return actions
}
