// Telling of new messages; all of it is loaded after the page stands.
import { defineAsyncComponent } from 'vue'
import { saying } from '@/lib/i18n'

export const DeviceNotices = defineAsyncComponent(saying('notify', () => import('./DeviceNotices.vue')))

export const loadNotices = () => import('./start')
