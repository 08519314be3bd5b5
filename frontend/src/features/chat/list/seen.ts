// A message is read when half of it was visible for half a second, in a window somebody is looking at.
import { useEventListener } from '@vueuse/core'
import { onBeforeUnmount, type Ref } from 'vue'

const LONG_ENOUGH = 500

export function useSeen(
  scroller: Readonly<Ref<HTMLElement | null>>,
  tell: (seq: number) => void,
): { watchRows(): void } {
  const since = new Map<HTMLElement, number>()
  const watched = new WeakSet<Element>()
  let observer: IntersectionObserver | undefined
  let timer: ReturnType<typeof setTimeout> | undefined
  let told = 0

  function note(entries: IntersectionObserverEntry[]): void {
    for (const { target, isIntersecting, intersectionRatio, intersectionRect, rootBounds } of entries) {
      // A message taller than the window never shows half of itself: half a window of it will do.
      const isSeen =
        isIntersecting && (intersectionRatio >= 0.5 || intersectionRect.height >= (rootBounds?.height ?? Infinity) / 2)
      if (!isSeen) since.delete(target as HTMLElement)
      else if (!since.has(target as HTMLElement)) since.set(target as HTMLElement, performance.now())
    }
    schedule()
  }

  function schedule(): void {
    clearTimeout(timer)
    timer = setTimeout(report, LONG_ENOUGH + 20)
  }

  function report(): void {
    if (!document.hasFocus() || document.visibilityState !== 'visible') return
    if (document.querySelector('[role="dialog"], [role="alertdialog"]')) return schedule()
    const now = performance.now()
    let highest = told
    for (const [row, start] of since) {
      if (!row.isConnected) since.delete(row)
      else if (now - start >= LONG_ENOUGH) highest = Math.max(highest, Number(row.dataset.seq ?? 0))
    }
    if (highest > told) tell((told = highest))
  }

  useEventListener(window, 'focus', schedule)
  useEventListener(document, 'visibilitychange', schedule)
  onBeforeUnmount(() => {
    clearTimeout(timer)
    observer?.disconnect()
  })

  return {
    watchRows() {
      const root = scroller.value
      if (!root) return
      observer ??= new IntersectionObserver(note, { root, threshold: [0, 0.25, 0.5] })
      for (const row of root.querySelectorAll('[data-key]')) {
        if (watched.has(row)) continue
        watched.add(row)
        observer.observe(row)
      }
    },
  }
}
