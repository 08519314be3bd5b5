// The toast that says that a part of the page did not come.
import { reload } from '@/lib/fetched'
import { useUi } from '@/stores/ui'

const KEY = 'broken.part'

/** Says it once, however much is missing, with a way to load the page anew: at *place*, or where one is. */
export function tellMissing(place?: string): void {
  const ui = useUi()
  ui.toasts.filter((toast) => toast.key === KEY).forEach((toast) => ui.dismiss(toast.id))
  ui.toast(KEY, { tone: 'error', stays: true, action: { key: 'broken.reload', run: () => void reload(place) } })
}
