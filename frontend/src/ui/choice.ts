// Which option of a listbox the keys act on, while a field keeps the focus.
import { nextTick, ref, type Ref } from 'vue'

export interface Choice {
  chosen: Ref<number>
  /** By so many options, round the ends; what is chosen is seen. */
  move(by: number): Promise<void>
}

export function useChoice(list: Readonly<Ref<HTMLElement | null>>, count: () => number): Choice {
  const chosen = ref(0)

  async function move(by: number): Promise<void> {
    if (count() === 0) return
    chosen.value = (chosen.value + by + count()) % count()
    await nextTick()
    list.value?.querySelector('[aria-selected="true"]')?.scrollIntoView({ block: 'nearest' })
  }

  return { chosen, move }
}
