// What other places take from moderation: loaded when first needed.
import { defineAsyncComponent } from 'vue'

export const ReportDialog = defineAsyncComponent(() => import('./ReportDialog.vue'))
