// Lines that begin with a slash, and what comes of them; both are loaded when the first one is given.
import { lazy } from '@/features/lazy'
import { saying } from '@/lib/i18n'
import { useUi } from '@/stores/ui'
import type { Carried, RoomId } from '@/wire/frames'
import { codeOf } from '@/wire/http'
import type { Given } from './give'

export const AsideRows = lazy(saying('slash', () => import('./AsideRows.vue')))
/** For the page of a bot: its commands, for who answers for it. */
export const BotCommands = lazy(saying('slash', () => import('./BotCommands.vue')))

const load = saying('slash', () => import('./give'))

/** Never throws: what cannot be carried out is kept, and said why. */
export async function give(room: RoomId, line: string, carried?: Carried): Promise<Given> {
  try {
    return await (await load()).give(room, line, carried)
  } catch (error) {
    // Without a connection not even this part of the page can be had.
    useUi().toast(navigator.onLine ? `error.${codeOf(error)}` : 'error.offline', { tone: 'error' })
    return 'kept'
  }
}
