// Files that are dragged over a part of the page and dropped on it.
import { ref, type Ref } from 'vue'
import { useEventListener } from '@vueuse/core'

/** Answers whether something is being dragged over *target*; *take* is given what is dropped, while *may* says so. */
export function useFileDrop(
  target: Readonly<Ref<HTMLElement | null>>,
  may: () => boolean,
  take: (files: File[]) => void,
): Ref<boolean> {
  const isOver = ref(false)

  function drag(event: DragEvent): void {
    if (event.type === 'drop') isOver.value = false
    // A field has taken them already.
    if (event.defaultPrevented || !may() || !event.dataTransfer?.types.includes('Files')) return
    event.preventDefault()
    if (event.type === 'drop') take([...event.dataTransfer.files])
    else isOver.value = true
  }

  /* Over a child the pointer leaves what is around it, too. */
  function leave(event: DragEvent): void {
    if (!(event.currentTarget as HTMLElement).contains(event.relatedTarget as Node | null)) isOver.value = false
  }

  for (const kind of ['dragenter', 'dragover', 'drop'] as const) useEventListener(target, kind, drag)
  useEventListener(target, 'dragleave', leave)
  return isOver
}
