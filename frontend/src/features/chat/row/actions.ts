// What can be done with a message of this room; the rows, their toolbar, its menu and their sheet share it.
import {
  inject,
  nextTick,
  provide,
  ref,
  shallowRef,
  type Component,
  type InjectionKey,
  type Ref,
  type ShallowRef,
} from 'vue'
import { useRouter } from 'vue-router'
import {
  Copy,
  Flag,
  Forward,
  Link,
  MessageSquareDot,
  MessagesSquare,
  Pencil,
  Pin,
  PinOff,
  Reply,
  SmilePlus,
  Trash2,
} from '@lucide/vue'
import { draftPlace, useDrafts } from '@/stores/drafts'
import { useMarks } from '@/stores/marks'
import { useMessages, type ChatRow } from '@/stores/messages'
import { useRooms } from '@/stores/rooms'
import { useSession } from '@/stores/session'
import { putBack } from '@/stores/tray'
import { useUi } from '@/stores/ui'
import { serverNow } from '@/lib/clock'
import type { RoomId, Seq } from '@/wire/frames'
import { codeOf } from '@/wire/http'

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
  /** The row to which an emoji is being chosen. */
  reacting: ShallowRef<ChatRow | null>
  /** The row whose sheet is open (touch). */
  sheet: ShallowRef<ChatRow | null>
  /** The row that is being passed on. */
  forwarding: ShallowRef<ChatRow | null>
  /** The row of which is shown what it said before. */
  history: ShallowRef<ChatRow | null>
  /** The thread that these rows are shown as; null: the room. */
  thread: Seq | null
  /** In the order in which they are shown. */
  available(row: ChatRow): RowAction[]
  act(name: string, row: ChatRow): void
  /** The action that a key calls, if there is one for this row. */
  keyed(key: string, row: ChatRow): RowAction | undefined
  /** Takes a message that was not sent back to the composer, with its files. */
  rewrite(row: ChatRow): void
  /** Adds a name to what is being written. */
  mention(name: string): void
  /** Puts a text into the composer, before what is there. */
  takeBack(text: string): void
  /** To the composer. */
  write(): void
  /** To a message of the room, wherever it stands. */
  jump(seq: Seq): void
  /** To the thread that message *seq* began. */
  openThread(seq: Seq): void
  /** The id of the element of message *seq*, which may stand both in the room and in its thread. */
  idOf(seq: Seq): string
  /** Where the focus goes when what was opened from a row closes. */
  elementOf(row: ChatRow): HTMLElement | null
}

/** Where rows are shown: what is around them. */
export interface RowSurroundings {
  thread?: Seq
  write(): void
  jump(seq: Seq): void
}

const KEY: InjectionKey<RowActions> = Symbol('row actions')

export function provideRowActions(room: RoomId, around: RowSurroundings): RowActions {
  const drafts = useDrafts()
  const messages = useMessages()
  const marks = useMarks()
  const rooms = useRooms()
  const session = useSession()
  const ui = useUi()
  const router = useRouter()
  const { write, jump } = around
  const thread = around.thread ?? null
  const place = draftPlace(room, thread)

  const editing = ref<string | null>(null)
  const deleting = shallowRef<ChatRow | null>(null)
  const reporting = shallowRef<ChatRow | null>(null)
  const reacting = shallowRef<ChatRow | null>(null)
  const sheet = shallowRef<ChatRow | null>(null)
  const forwarding = shallowRef<ChatRow | null>(null)
  const history = shallowRef<ChatRow | null>(null)

  const isStored = (row: ChatRow): boolean => row.seq !== null
  const isOwn = (row: ChatRow): boolean => row.author === session.me?.id
  const isOpen = (): boolean => !rooms.get(room)?.archived

  const isSilenced = (): boolean => (rooms.get(room)?.silenced ?? 0) > serverNow()

  // What is deleted is offered to none of them.
  const all: readonly RowAction[] = [
    {
      name: 'react',
      icon: SmilePlus,
      isFrequent: true,
      key: 'a',
      available: (row) => isStored(row) && isOpen() && !isSilenced(),
      act: (row) => (reacting.value = row),
    },
    {
      name: 'reply',
      icon: Reply,
      isFrequent: true,
      key: 'r',
      available: (row) => isStored(row) && isOpen() && rooms.mayPost(room),
      act: reply,
    },
    {
      name: 'thread',
      icon: MessagesSquare,
      isFrequent: true,
      key: 't',
      available: (row) => isStored(row) && thread === null,
      act: (row) => openThread(row.more.thread ?? row.seq!),
    },
    {
      name: 'edit',
      icon: Pencil,
      isFrequent: true,
      key: 'e',
      available: (row) => isStored(row) && isOwn(row) && isOpen() && !row.more.forwarded,
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
      name: 'forward',
      icon: Forward,
      available: isStored,
      act: (row) => (forwarding.value = row),
    },
    {
      name: 'pin',
      icon: Pin,
      available: (row) => isStored(row) && rooms.mayPin(room) && row.more.pinned === undefined,
      act: (row) => pin(row, true),
    },
    {
      name: 'unpin',
      icon: PinOff,
      available: (row) => isStored(row) && rooms.mayPin(room) && row.more.pinned !== undefined,
      act: (row) => pin(row, false),
    },
    {
      name: 'mark_unread',
      icon: MessageSquareDot,
      available: (row) => isStored(row) && thread === null,
      act: (row) => void attempt(() => messages.markUnread(room, row.seq!), 'toast.marked_unread'),
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

  /* What answers a message of a thread belongs to the thread. */
  function reply(row: ChatRow): void {
    const within = row.more.thread
    drafts.setReply(within ? draftPlace(room, within) : place, row.seq)
    if (within && thread === null) openThread(within)
    else write()
  }

  function openThread(seq: Seq): void {
    void router.push(`/rooms/${room}/threads/${seq}`)
  }

  const idOf = (seq: Seq): string => `${thread === null ? '' : 'thread-'}m-${seq}`

  function elementOf({ seq }: ChatRow): HTMLElement | null {
    return seq === null ? null : document.getElementById(idOf(seq))
  }

  function takeBack(text: string, within: Seq | null | undefined = thread): void {
    const to = draftPlace(room, within)
    drafts.set(to, [text, drafts.get(to)].filter(Boolean).join('\n'))
    if (within && within !== thread) openThread(within)
    else void nextTick(write)
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
    const files = messages.pendingFiles(row.nonce)
    const text = messages.editPending(row.nonce)
    if (text === undefined) return
    const to = draftPlace(room, row.more.thread)
    if (row.more.reply) drafts.setReply(to, row.more.reply)
    putBack(to, files)
    takeBack(text, row.more.thread)
  }

  /* After what is there, as a name stands in the middle of a sentence; *takeBack* gives the focus. */
  function mention(name: string): void {
    const before = drafts.get(place)
    drafts.set(place, '')
    takeBack(`${before}${before && !/\s$/.test(before) ? ' ' : ''}@${name} `)
  }

  const actions: RowActions = {
    editing,
    deleting,
    reporting,
    sheet,
    forwarding,
    history,
    thread,
    available,
    act,
    keyed,
    rewrite,
    takeBack,
    write,
    jump,
    openThread,
    idOf,
    elementOf,
    reacting,
    mention,
  }
  provide(KEY, actions)
  return actions
}

export function useRowActions(): RowActions {
  const actions = inject(KEY)
  if (!actions) throw new Error('no room around this row')
  return actions
}
