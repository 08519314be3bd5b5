// The title and the icon of the browser tab: where one is, and whether something waits.
import { useTitle } from '@vueuse/core'
import { computed, watchEffect } from 'vue'
import { useI18n } from 'vue-i18n'
import { useRoute } from 'vue-router'
import { usePlaces } from '@/stores/places'
import { useRooms } from '@/stores/rooms'
import { useSession } from '@/stores/session'

export function usePageTitle(): void {
  const { t } = useI18n()
  const route = useRoute()
  const rooms = useRooms()
  const places = usePlaces()
  const session = useSession()

  const place = computed(() => {
    if (route.name === 'room') return rooms.get(Number(route.params.id))?.title ?? ''
    if (route.name === 'browse') return t('directory.title')
    if (route.name === 'mentions') return t('mentions.title')
    if (route.name === 'people') return t('people.title')
    if (route.name === 'admin') return t('admin.title')
    if (route.name === 'announcements') return t('announcements.title')
    if (route.name === 'settings') return t('settings.title')
    return ''
  })

  /* What is counted is counted exactly; what is only a dot in the list is a dot here. */
  const sign = computed(() => (places.total > 0 ? `(${places.total}) ` : places.hasQuiet ? '• ' : ''))
  useTitle(computed(() => sign.value + [place.value, session.title].filter(Boolean).join(' · ')))

  watchEffect(() => {
    const icon = document.querySelector<HTMLLinkElement>('link[rel="icon"]')
    const state = places.mentioned > 0 ? 'mention' : places.total > 0 ? 'unread' : 'calm'
    if (icon) icon.href = `/favicon-${state}.svg`
  })
}
