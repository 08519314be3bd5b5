// What other places take from moderation: loaded when first needed.
import { lazy } from '@/features/lazy'
import { saying } from '@/lib/i18n'

export const ReportDialog = lazy(() => import('./ReportDialog.vue'))
export const RoomAuditDialog = lazy(saying('admin', () => import('./RoomAuditDialog.vue')))
