// What can be done with a message of this room; the rows, their toolbar, its menu and their sheet share it.
import { inject, provide, ref, shallowRef, type Component, type InjectionKey, type Ref, type ShallowRef } from 'vue'
import { Copy, Flag, Link, Pencil, Trash2 } from '@lucide/vue'
import { useMessages, type ChatRow } from '@/stores/messages'
import { useRooms } from '@/stores/rooms'
import { useSession } from '@/stores/session'
import { useUi } from '@/stores/ui'
import type { RoomId } from '@/wire/frames'

/** One thing that can be done with a message. */
export interface RowAction {
  /** What it is called stands at `message.<name>`. */
  name: string
  icon: Component
  /** It stands in the toolbar itself; the others are in its menu. */
  isFrequent?: boolean
  /** It cannot be taken back. */
  isGrave?: boolean
  /** What calls it while the row has the focus. */
  key?: string
  available(row: ChatRow): boolean
  act(row: ChatRow): void
}

export interface RowActions {
  /** The key of the row that is being edited. */
  editing: Ref<string | null>
  /** The row whose deletion is being asked about. */
  deleting: ShallowRef<ChatRow | null>
  /** The row that is being reported. */
  reporting: ShallowRef<ChatRow | null>
  /** The row whose sheet is open (touch). */
  sheet: ShallowRef<ChatRow | null>
  /** In the order in which they are shown. */
  available(row: ChatRow): RowAction[]
  act(name: string, row: ChatRow): void
  /** The action that a key calls, if there is one for this row. */
  keyed(key: string, row: ChatRow): RowAction | undefined
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

  const isStored = (row: ChatRow): boolean => row.seq !== null
  const isOwn = (row: ChatRow): boolean => row.author === session.me?.id
  const isOpen = (): boolean => !rooms.get(room)?.archived

  // What is deleted is offered to none of them.
  const all: readonly RowAction[] = [
    {
      name: 'edit',
      icon: Pencil,
      isFrequent: true,
      key: 'e',
      available: (row) => isStored(row) && isOwn(row) && isOpen(),
      act: (row) => (editing.value = row.key),
    },
    {
      name: 'copy_text',
      icon: Copy,
      key: 'c',
      available: (row) => row.text !== '',
      act: (row) => void copy(row.text, 'toast.copied'),
    },
    {
      name: 'copy_link',
      icon: Link,
      available: isStored,
      act: (row) => void copy(`${location.origin}/rooms/${room}#m-${row.seq}`, 'toast.link_copied'),
    },
    {
      name: 'report',
      icon: Flag,
      available: (row) => isStored(row) && !isOwn(row),
      act: (row) => (reporting.value = row),
    },
    {
      name: 'delete',
      icon: Trash2,
      isGrave: true,
      key: 'Delete',
      available: (row) => isStored(row) && (isOwn(row) || rooms.mayDeleteAny(room)) && isOpen(),
      act: (row) => (deleting.value = row),
    },
  ]

  async function copy(text: string, key: 'toast.copied' | 'toast.link_copied'): Promise<void> {
    try {
      await navigator.clipboard.writeText(text)
      ui.toast(key)
    } catch {
      ui.toast('toast.copy_failed', { tone: 'error' })
    }
  }

  function available(row: ChatRow): RowAction[] {
    return row.deleted ? [] : all.filter((action) => action.available(row))
  }

  function act(name: string, row: ChatRow): void {
    available(row)
      .find((action) => action.name === name)
      ?.act(row)
  }

  function keyed(key: string, row: ChatRow): RowAction | undefined {
    return available(row).find((action) => action.key === key)
  }

  function rewrite(row: ChatRow): void {
    if (row.nonce === null) return
    const text = messages.editPending(row.nonce)
    if (text !== undefined) takeBack(text)
  }

  const actions: RowActions = { editing, deleting, reporting, sheet, available, act, keyed, rewrite, takeBack }
  provide(KEY, actions)
  return actions
}

export function useRowActions(): RowActions {
  const actions = inject(KEY)
  if (!actions) throw new Error('no room around this row')
  return actions
}
