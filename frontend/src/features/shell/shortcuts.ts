// Keys that work everywhere once signed in. None is a single letter (WCAG 2.1.4).
import { useEventListener } from '@vueuse/core'
import { useRoute, useRouter } from 'vue-router'
import { isComposing } from '@/lib/ime'
import { usePlaces } from '@/stores/places'
import { usePrefs } from '@/stores/prefs'
import { useRooms } from '@/stores/rooms'
import { useUi } from '@/stores/ui'
import { codeOf } from '@/wire/http'

export function useShortcuts(): void {
  const ui = useUi()
  const rooms = useRooms()
  const prefs = usePrefs()
  const places = usePlaces()
  const route = useRoute()
  const router = useRouter()

  /** The room before (-1) or after (+1) the one that is open, going round. */
  function step(by: 1 | -1, onlyUnread: boolean): void {
    const here = Number(route.params.id)
    const waits = (id: number): boolean => {
      const room = rooms.get(id)
      return room !== undefined && rooms.unread(id) > 0 && !places.isMuted(room)
    }
    const list = rooms.active.filter((room) => !onlyUnread || room.room === here || waits(room.room))
    if (list.length === 0) return
    const at = list.findIndex((room) => room.room === here)
    const start = at < 0 && by < 0 ? 0 : at
    const target = list[(start + by + list.length) % list.length]
    if (target && target.room !== here) void router.push(`/rooms/${target.room}`)
  }

  function togglePanel(): void {
    if (route.name !== 'room') return
    const base = `/rooms/${String(route.params.id)}`
    const isOpen = !!route.params.panel || (prefs.panelOpen && matchMedia('(width >= 1280px)').matches)
    prefs.panelOpen = !isOpen
    void router.replace(isOpen ? base : `${base}/members`)
  }

  async function readAll(): Promise<void> {
    try {
      await places.readAll()
      ui.toast('toast.all_read')
    } catch (error) {
      ui.toast(`error.${codeOf(error)}`, { tone: 'error' })
    }
  }

  /** The focus goes on to the next landmark of the page. */
  function nextRegion(by: 1 | -1): void {
    const regions = [...document.querySelectorAll<HTMLElement>('[data-region]')].filter(
      (region) => region.offsetParent !== null,
    )
    if (regions.length === 0) return
    const at = regions.findLastIndex((region) => region.contains(document.activeElement))
    const region = regions[(Math.max(at, by < 0 ? 0 : -1) + by + regions.length) % regions.length]
    const inside = region?.querySelector<HTMLElement>(
      '[aria-current], [tabindex="0"], a[href], button, input, textarea',
    )
    ;(inside ?? region)?.focus()
  }

  const actions: Record<string, () => void> = {
    'mod+k': () => (ui.switcherOpen = !ui.switcherOpen),
    'mod+shift+f': () => void router.push('/search'),
    'mod+/': () => (ui.helpOpen = !ui.helpOpen),
    'mod+.': togglePanel,
    'alt+ArrowUp': () => step(-1, false),
    'alt+ArrowDown': () => step(1, false),
    'alt+shift+ArrowUp': () => step(-1, true),
    'alt+shift+ArrowDown': () => step(1, true),
    'shift+Escape': () => void readAll(),
    'mod+F6': () => nextRegion(1),
    'mod+shift+F6': () => nextRegion(-1),
  }

  useEventListener(window, 'keydown', (event) => {
    if (isComposing(event)) return
    const mod = event.ctrlKey || event.metaKey
    const key = event.key.length === 1 ? event.key.toLowerCase() : event.key
    const action = actions[(mod ? 'mod+' : '') + (event.altKey ? 'alt+' : '') + (event.shiftKey ? 'shift+' : '') + key]
    if (!action) return
    event.preventDefault()
    action()
  })
}
