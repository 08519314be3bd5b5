// Keeps the reader's place while rows are added above, below, or between.

/** Nearer than this to the end counts as being there. */
const NEAR = 100

export interface ListQueue {
  /** Runs the change; the first visible row stays where it is, or the end stays in sight. One change at a time. */
  change(change: () => void | Promise<void>): Promise<void>
  isNearBottom(): boolean
  toBottom(): void
}

/**
 * *scroller* must have `overflow-anchor: none`: the browser's own anchoring and this one would both correct.
 * *sticks*: is the end of what is drawn the end of the list?  Otherwise rows added there are read on from here.
 * *change* must resolve when the DOM has the new rows (await nextTick()).
 */
export function createListQueue(
  scroller: () => HTMLElement | null,
  rowSelector: string,
  sticks: () => boolean = () => true,
): ListQueue {
  let tail: Promise<void> = Promise.resolve()

  function isNearBottom(): boolean {
    const box = scroller()
    return !box || box.scrollHeight - box.scrollTop - box.clientHeight <= NEAR
  }

  function toBottom(): void {
    const box = scroller()
    if (box) box.scrollTop = box.scrollHeight
  }

  function firstVisible(box: HTMLElement): { row: Element; offset: number } | null {
    const top = box.getBoundingClientRect().top
    for (const row of box.querySelectorAll(rowSelector)) {
      const rect = row.getBoundingClientRect()
      if (rect.bottom > top) return { row, offset: rect.top - top }
    }
    return null
  }

  async function run(change: () => void | Promise<void>): Promise<void> {
    const box = scroller()
    const stick = sticks() && isNearBottom()
    const anchor = box && !stick ? firstVisible(box) : null
    await change()
    if (!box) return
    if (stick) {
      toBottom()
    } else if (anchor?.row.isConnected) {
      const now = anchor.row.getBoundingClientRect().top - box.getBoundingClientRect().top
      box.scrollTop += now - anchor.offset
    }
  }

  return {
    change(change) {
      const mine = tail.then(() => run(change))
      // A change that fails is told to its caller; the queue goes on.
      tail = mine.catch(() => undefined)
      return mine
    },
    isNearBottom,
    toBottom,
  }
}
