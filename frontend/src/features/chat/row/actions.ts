// What can be done with a message of this room; the rows, their toolbar and their sheet share it.
import { inject, provide, ref, shallowRef, type InjectionKey, type Ref, type ShallowRef } from 'vue'
import { useMessages, type ChatRow } from '@/stores/messages'
import { useRooms } from '@/stores/rooms'
import { useSession } from '@/stores/session'
import { useUi } from '@/stores/ui'
import type { RoomId } from '@/wire/frames'

export type RowActionName = 'copy_text' | 'copy_link' | 'edit' | 'report' | 'delete'

export interface RowActions {
  /** The key of the row that is being edited. */
  editing: Ref<string | null>
  /** The row whose deletion is being asked about. */
  deleting: ShallowRef<ChatRow | null>
  /** The row that is being reported. */
  reporting: ShallowRef<ChatRow | null>
  /** The row whose sheet is open (touch). */
  sheet: ShallowRef<ChatRow | null>
  available(row: ChatRow): RowActionName[]
  act(name: RowActionName, row: ChatRow): void
  /** Takes a message that was not sent back to the composer. */
  rewrite(row: ChatRow): void
  /** Puts a text into the composer, before what is there. */
  takeBack(text: string): void
}

const KEY: InjectionKey<RowActions> = Symbol('row actions')

export function provideRowActions(room: RoomId, takeBack: (text: string) => void): RowActions {
  const messages = useMessages()
  const rooms = useRooms()
  const session = useSession()
  const ui = useUi()

  const editing = ref<string | null>(null)
  const deleting = shallowRef<ChatRow | null>(null)
  const reporting = shallowRef<ChatRow | null>(null)
  const sheet = shallowRef<ChatRow | null>(null)

  function available(row: ChatRow): RowActionName[] {
    if (row.deleted) return []
    const names: RowActionName[] = ['copy_text']
    if (row.seq === null) return names
    names.push('copy_link')
    const isOwn = row.author === session.me?.id
    const isOpen = !rooms.get(room)?.archived
    if (isOwn && isOpen) names.push('edit')
    if (!isOwn) names.push('report')
    if ((isOwn || rooms.mayDeleteAny(room)) && isOpen) names.push('delete')
    return names
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
    else if (name === 'report') reporting.value = row
    else deleting.value = row
  }

  function rewrite(row: ChatRow): void {
    if (row.nonce === null) return
    const text = messages.editPending(row.nonce)
    if (text !== undefined) takeBack(text)
  }

  const actions: RowActions = { editing, deleting, reporting, sheet, available, act, rewrite, takeBack }
  provide(KEY, actions)
  return actions
}

export function useRowActions(): RowActions {
  const actions = inject(KEY)
  if (!actions) throw new Error('no room around this row')
  return actions
}
