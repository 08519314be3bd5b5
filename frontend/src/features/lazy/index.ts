// Components that are fetched when they are first needed.  Where one cannot be had, the page stands, and says so.
import { defineAsyncComponent, defineComponent, onMounted, type Component } from 'vue'
import { fetched } from '@/lib/fetched'
import MissingPlace from './MissingPlace.vue'
import { tellMissing } from './missing'

export { tellMissing }

type Load<T> = () => Promise<T | { default: T }>

/* In place of a dialog or menu: closes what was to be open, so that the next press tries again. */
const MissingPart = defineComponent({
  name: 'MissingPart',
  inheritAttrs: false,
  emits: ['close'],
  setup(_, { emit }) {
    onMounted(() => {
      tellMissing()
      emit('close')
    })
    return () => null
  },
})

/** A part of the page; where it cannot be had, a toast says so, and it emits `close`. */
export function lazy<T extends Component>(load: Load<T>): T {
  return defineAsyncComponent<T>({ loader: () => fetched(load), errorComponent: MissingPart })
}

/** A part without which its place would be empty: there it is said. */
export function lazyPlace<T extends Component>(load: Load<T>): T {
  return defineAsyncComponent<T>({ loader: () => fetched(load), errorComponent: MissingPlace })
}
