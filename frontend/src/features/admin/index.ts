// What other places take from moderation: loaded when first needed.
import { defineAsyncComponent } from 'vue'
import { addPart } from '@/lib/i18n'

export const ReportDialog = defineAsyncComponent(() => import('./ReportDialog.vue'))
export const RoomAuditDialog = defineAsyncComponent(() =>
  Promise.all([import('./RoomAuditDialog.vue'), addPart('admin')]).then(([dialog]) => dialog),
)
