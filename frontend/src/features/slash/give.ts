// Has a line carried out. What it posts goes the way of every message, so that it waits for a connection if need be.
import { i18n } from '@/lib/i18n'
import { useAsides } from '@/stores/asides'
import { useConnection } from '@/stores/connection'
import { draftPlace, type DraftPlace } from '@/stores/drafts'
import { useUi } from '@/stores/ui'
import type { Carried, ErrorCode, RoomId } from '@/wire/frames'
import { Refused } from '@/wire/http'
import { lineOf, saidBy, type Line } from './line'

/** As Markdown, which would take the bare one's strokes for its own marks. */
const SHRUG = '¯\\\\\\_(ツ)\\_/¯'

/** To be posted; carried out; or not, and the line stays where it is. */
export type Given = { text: string; action?: true } | 'done' | 'kept'

const NO_LINE: readonly ErrorCode[] = ['offline', 'timeout']

export async function give(room: RoomId, text: string, carried?: Carried): Promise<Given> {
  const place = draftPlace(room, carried?.thread)
  useAsides().forgetUnknown(place)
  const said = saidBy(text)
  if (said !== null) return { text: said }
  const line = lineOf(text)
  if (!line) return { text }
  if (line.name === 'me') return line.rest ? { text: line.rest, action: true } : keep('error.empty_text')
  if (line.name === 'shrug') return { text: `${line.rest} ${SHRUG}`.trimStart() }
  if (!useConnection().isLive) return keep('slash.offline')
  return ask(room, text, line, place, carried)
}

async function ask(room: RoomId, text: string, line: Line, place: DraftPlace, carried?: Carried): Promise<Given> {
  const asides = useAsides()
  const command = line.name
  try {
    const { notice } = await useConnection().request('command', {
      room,
      text,
      language: i18n.global.locale.value,
      ...(carried?.thread && { thread: carried.thread }),
    })
    if (notice) asides.add(place, { text: notice.text, command, ...(notice.code === 'asked' && { isWaiting: true }) })
    return 'done'
  } catch (error) {
    if (!(error instanceof Refused)) throw error
    if (error.code !== 'no_such_command')
      return keep(NO_LINE.includes(error.code) ? 'slash.offline' : `error.${error.code}`)
    const unknown = { line: text, suggestions: error.suggestions }
    asides.add(place, { text: i18n.global.t('slash.unknown', { name: command }), command, unknown })
    return 'kept'
  }
}

function keep(key: string): 'kept' {
  useUi().toast(key, { tone: 'error' })
  return 'kept'
}
