// Speaks new messages of others to screen readers, bundled when many come at once; history and own ones are silent.
import { onBeforeUnmount, watch } from 'vue'
import { useI18n } from 'vue-i18n'
import { wordsOf } from '@/lib/markup/pieces'
import { useMessages } from '@/stores/messages'
import { usePeople } from '@/stores/people'
import { useRooms } from '@/stores/rooms'
import { useSession } from '@/stores/session'
import { useUi } from '@/stores/ui'
import type { RoomId, Seq } from '@/wire/frames'

const PAUSE = 700
const MOST_SPOKEN = 3

export function useAnnouncements(room: RoomId, isAtEnd: () => boolean): void {
  const { t } = useI18n()
  const messages = useMessages()
  const people = usePeople()
  const session = useSession()
  const ui = useUi()
  /* What is still growing is spoken once it is complete. */
  const growing = new Set<Seq>()
  let spoken = useRooms().get(room)?.seq ?? 0
  let timer: ReturnType<typeof setTimeout> | undefined

  function speak(): void {
    timer = undefined
    const fresh = messages
      .view(room)
      .items.flatMap((item) =>
        item.kind === 'row' && item.row.seq !== null && (item.row.seq > spoken || growing.has(item.row.seq))
          ? [item.row]
          : [],
      )
    spoken = Math.max(spoken, ...fresh.map((row) => row.seq ?? 0))
    growing.clear()
    for (const row of fresh) if (row.seq !== null && row.more.streaming) growing.add(row.seq)
    if (!isAtEnd() || document.visibilityState !== 'visible') return
    const others = fresh.filter((row) => row.author !== session.me?.id && !row.deleted && !row.more.streaming)
    if (others.length > MOST_SPOKEN) ui.announce(t('message.new', others.length))
    else if (others.length > 0)
      ui.announce(
        others.map((row) => `${people.name(row.author)}${row.more.action ? '' : ':'} ${wordsOf(row.text)}`).join('\n'),
      )
  }

  const stop = messages.onChange(room, ({ kind, own }) => {
    if (kind === 'live' && !own) timer ??= setTimeout(speak, PAUSE)
  })
  watch(
    () => messages.view(room).items,
    () => {
      if (growing.size > 0) timer ??= setTimeout(speak, PAUSE)
    },
  )
  onBeforeUnmount(() => {
    clearTimeout(timer)
    stop()
  })
}
