// What the switcher can jump to or do: rooms, places of the page, and commands.
import { computed, type ComputedRef } from 'vue'
import { useI18n } from 'vue-i18n'
import { useRouter } from 'vue-router'
import { initials } from '@/lib/pinyin'
import { usePlaces } from '@/stores/places'
import { usePrefs } from '@/stores/prefs'
import { usePresenceStore } from '@/stores/presence'
import { useRooms, type Room } from '@/stores/rooms'
import { useSession } from '@/stores/session'
import { useUi } from '@/stores/ui'
import type { UserCard } from '@/wire/frames'
import { codeOf } from '@/wire/http'
import { fold, type Kind } from './rank'
import { useRecentRooms } from './recent'

export interface Entry {
  key: string
  label: string
  /** What it is found by, folded. */
  names: readonly string[]
  kind: Kind
  unread: number
  /** The person it shows: of a direct room, or herself. */
  card?: UserCard
  run(): void
}

const SECTIONS = [
  'profile',
  'appearance',
  'notifications',
  'language',
  'devices',
  'password',
  'tokens',
  'keyboard',
  'about',
] as const
const STATUSES = ['auto', 'away', 'busy', 'invisible'] as const
const THEMES = ['system', 'light', 'dark'] as const

export function titleOf(room: Room): string {
  return room.title || (room.people ?? []).map((card) => card.display_name).join(', ')
}

export function useEntries(): {
  rooms: ComputedRef<Entry[]>
  actions: ComputedRef<Entry[]>
  person(card: UserCard): Entry
  /** Looks for what was typed in the messages. */
  search(wanted: string): Entry
} {
  const { t } = useI18n()
  const router = useRouter()
  const rooms = useRooms()
  const places = usePlaces()
  const session = useSession()
  const presence = usePresenceStore()
  const prefs = usePrefs()
  const ui = useUi()
  const recent = useRecentRooms()

  const go = (to: string) => () => void router.push(to)

  function attempt(work: () => Promise<unknown>, done?: string): () => void {
    return () =>
      void work().then(
        () => done && ui.toast(done),
        (error: unknown) => ui.toast(`error.${codeOf(error)}`, { tone: 'error' }),
      )
  }

  function ofRoom(room: Room): Entry {
    const people = room.people ?? []
    return {
      key: `room-${room.room}`,
      label: titleOf(room),
      names: [room.title, ...people.flatMap((card) => [card.display_name, card.name, initials(card.display_name)])]
        .filter(Boolean)
        .map(fold),
      kind: 'room',
      unread: rooms.unread(room.room),
      card: people.length === 1 ? people[0] : undefined,
      run: go(`/rooms/${room.room}`),
    }
  }

  /* What is unread and counted comes first, then what is merely unread, then where one was lately. */
  const roomEntries = computed(() => {
    const place = new Map(recent.value.map((id, at) => [id, at]))
    const weight = (room: Room): number => {
      if (rooms.unread(room.room) > 0 && !places.isMuted(room)) return places.isLoud(room) ? -2 : -1
      return place.get(room.room) ?? place.size
    }
    const open = rooms.active.map((room) => ({ room, weight: weight(room) }))
    return [...open.sort((a, b) => a.weight - b.weight).map(({ room }) => room), ...rooms.archived].map(ofRoom)
  })

  function action(key: string, label: string, run: () => void): Entry {
    return { key, label, names: [fold(label)], kind: 'action', unread: 0, run }
  }

  const actions = computed(() => [
    action('search', t('switcher.search'), go('/search')),
    action('mentions', t('mentions.title'), go('/mentions')),
    action('browse', t('directory.title'), go('/browse')),
    action('create', t('rooms.create.title'), () => (ui.creatingRoom = true)),
    action(
      'read-all',
      t('level.read_all'),
      attempt(() => places.readAll(), 'toast.all_read'),
    ),
    ...SECTIONS.map((name) =>
      action(
        `settings-${name}`,
        t('switcher.of', { place: t('settings.title'), name: t(`settings.sections.${name}`) }),
        go(`/settings/${name}`),
      ),
    ),
    ...STATUSES.map((status) =>
      action(
        `status-${status}`,
        t('switcher.of', { place: t('user.status.title'), name: t(`user.status.${status}`) }),
        attempt(() => presence.setStatus(status)),
      ),
    ),
    ...THEMES.map((theme) => action(`theme-${theme}`, t(`theme.switch.${theme}`), () => (prefs.theme = theme))),
    action('help', t('keys.title'), () => (ui.helpOpen = true)),
  ])

  function person(card: UserCard): Entry {
    const names = [card.display_name, card.name, initials(card.display_name)].filter(Boolean).map(fold)
    return {
      key: `person-${card.id}`,
      label: card.display_name,
      names,
      kind: 'person',
      unread: 0,
      card,
      run: card.id === session.me?.id ? go('/settings/profile') : go(`/people/${card.id}`),
    }
  }

  function search(wanted: string): Entry {
    const run = (): void => void router.push({ path: '/search', query: { q: wanted } })
    return { ...action('search-for', t('switcher.search_for', { wanted }), run), names: [] }
  }

  return { rooms: roomEntries, actions, person, search }
}
