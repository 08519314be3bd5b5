// What other places show of the announcements: loaded when there is one.
import { defineAsyncComponent } from 'vue'

export const AnnouncementStrip = defineAsyncComponent(() => import('./AnnouncementStrip.vue'))
