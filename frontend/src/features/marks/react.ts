// Reacting from wherever one is: what one gives is offered sooner the next time, and a refusal is said in words.
import { useMarks } from '@/stores/marks'
import type { ChatRow } from '@/stores/messages'
import { useUi } from '@/stores/ui'
import { rememberEmoji } from '@/features/emoji'
import { codeOf } from '@/wire/http'

export function useReact(): (row: ChatRow, emoji: string, on?: boolean) => Promise<void> {
  const marks = useMarks()
  const ui = useUi()
  return async (row, emoji, on = !marks.isMine(row, emoji)) => {
    if (on) rememberEmoji(emoji)
    try {
      await marks.react(row, emoji, on)
    } catch (error) {
      const code = codeOf(error)
      ui.toast(code === 'too_many' ? 'marks.too_many_reactions' : `error.${code}`, { tone: 'error' })
    }
  }
}
