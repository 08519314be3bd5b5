// What other places take from the people: all of it is loaded when first needed.
import { defineAsyncComponent } from 'vue'

export const PersonCard = defineAsyncComponent(() => import('./PersonCard.vue'))
export const PersonRow = defineAsyncComponent(() => import('./PersonRow.vue'))
