// What other places take from moderation: loaded when first needed.
import { defineAsyncComponent } from 'vue'
import { saying } from '@/lib/i18n'

export const ReportDialog = defineAsyncComponent(() => import('./ReportDialog.vue'))
export const RoomAuditDialog = defineAsyncComponent(saying('admin', () => import('./RoomAuditDialog.vue')))
