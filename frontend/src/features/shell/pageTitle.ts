// The title and the icon of the browser tab: where one is, and whether something waits.
import { useTitle } from '@vueuse/core'
import { computed, watchEffect } from 'vue'
import { useI18n } from 'vue-i18n'
import { useRoute } from 'vue-router'
import { usePeople } from '@/stores/people'
import { usePlaces } from '@/stores/places'
import { useRooms } from '@/stores/rooms'
import { useSession } from '@/stores/session'

/** What places are called; rooms and people have names of their own, and home is the house. */
export const TITLES = {
  browse: 'directory.title',
  mentions: 'mentions.title',
  people: 'people.title',
  search: 'search.title',
  settings: 'settings.title',
  announcements: 'announcements.title',
  admin: 'admin.title',
  direct: 'list.direct',
  'not-found': 'not_found.title',
} as const

export function usePageTitle(): void {
  const { t } = useI18n()
  const route = useRoute()
  const rooms = useRooms()
  const people = usePeople()
  const places = usePlaces()
  const session = useSession()

  const place = computed(() => {
    if (route.name === 'room') return rooms.get(Number(route.params.id))?.title ?? ''
    if (route.name === 'person') return people.cards.get(Number(route.params.id))?.display_name || t('people.title')
    return route.name && route.name in TITLES ? t(TITLES[route.name as keyof typeof TITLES]) : ''
  })

  /* What is meant for oneself is counted; all else that is new is a dot. */
  const sign = computed(() => (places.calls > 0 ? `(${places.calls}) ` : places.hasQuiet ? '• ' : ''))
  useTitle(computed(() => sign.value + [place.value, session.title].filter(Boolean).join(' · ')))

  watchEffect(() => {
    const icon = document.querySelector<HTMLLinkElement>('link[rel="icon"]')
    const state = places.calls > 0 ? 'mention' : places.hasQuiet ? 'unread' : 'calm'
    if (icon) icon.href = `/favicon-${state}.svg`
  })

  /* On the icon of the installed app; a browser without such a thing is none the worse. */
  watchEffect(() => {
    const { calls } = places
    if (!('setAppBadge' in navigator)) return
    void (calls > 0 ? navigator.setAppBadge(calls) : navigator.clearAppBadge()).catch(() => undefined)
  })
}
