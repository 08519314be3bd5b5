// What other places show of the announcements: loaded when there is one.
import { lazy } from '@/features/lazy'

export const AnnouncementStrip = lazy(() => import('./AnnouncementStrip.vue'))
