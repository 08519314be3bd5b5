// The widths at which the panes change, for what CSS alone cannot decide.
import { useMediaQuery } from '@vueuse/core'
import type { Ref } from 'vue'

/** One pane at a time. */
export const usePhone = (): Ref<boolean> => useMediaQuery('(width < 640px)')

/** The panel stands beside the room instead of above it. */
export const useBeside = (): Ref<boolean> => useMediaQuery('(width >= 1024px)')

/** The panel may stay open. */
export const useRoomy = (): Ref<boolean> => useMediaQuery('(width >= 1280px)')
