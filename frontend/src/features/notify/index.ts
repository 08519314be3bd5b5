// Telling of new messages; all of it is loaded after the page stands.
import { shallowRef, type Component } from 'vue'
import { lazy } from '@/features/lazy'
import { saying } from '@/lib/i18n'

export const DeviceNotices = lazy(saying('notify', () => import('./DeviceNotices.vue')))

/** The card that offers notifications, from when there is a reason to; null before. */
export const noticeOffer = shallowRef<Component | null>(null)

export const loadNotices = () => import('./start')
