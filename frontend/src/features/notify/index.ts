// Telling of new messages; all of it is loaded after the page stands.
import { defineAsyncComponent } from 'vue'
import { addPart } from '@/lib/i18n'

export const DeviceNotices = defineAsyncComponent(() =>
  Promise.all([import('./DeviceNotices.vue'), addPart('notify')]).then(([component]) => component),
)

export const loadNotices = () => import('./start')
