// Keeps the reader's place while rows are added above, below, or between, and while they grow.

/** Nearer than this to the end counts as being there. */
const NEAR = 100
/** So many rows are remembered: should the first be gone, the next one keeps the place. */
const REMEMBERED = 8

export interface ListQueue {
  /** Runs the change; the first visible row stays where it is, or the end stays in sight. One change at a time. */
  change(change: () => void | Promise<void>): Promise<void>
  isNearBottom(): boolean
  toBottom(): void
  /** Remembers what the reader sees, if she has scrolled since. Answers the first of these rows. */
  note(): HTMLElement | null
  /** Something has another size: what was noted goes back to its place, but for what was scrolled since. */
  hold(): void
}

interface Seen {
  row: HTMLElement
  offset: number
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
  let noted: Seen[] = []
  let notedTop = 0

  function isNearBottom(): boolean {
    const box = scroller()
    return !box || box.scrollHeight - box.scrollTop - box.clientHeight <= NEAR
  }

  function toBottom(): void {
    const box = scroller()
    if (box) box.scrollTop = box.scrollHeight
    noted = []
  }

  /** The first rows of which something is to be seen; they stand one below the other, so halving finds them. */
  function visible(box: HTMLElement): Seen[] {
    const top = box.getBoundingClientRect().top
    const rows = box.querySelectorAll<HTMLElement>(rowSelector)
    let [low, high] = [0, rows.length]
    while (low < high) {
      const middle = (low + high) >> 1
      if (rows[middle]!.getBoundingClientRect().bottom > top) high = middle
      else low = middle + 1
    }
    return [...rows].slice(low, low + REMEMBERED).map((row) => ({ row, offset: row.getBoundingClientRect().top - top }))
  }

  function note(): HTMLElement | null {
    const box = scroller()
    const kept = noted.find(({ row }) => row.isConnected)
    // What has come above the row since is not what she reads, though it may be in sight.
    if (box && kept && Math.abs(box.scrollTop - notedTop) < 1) return kept.row
    noted = box ? visible(box) : []
    notedTop = box?.scrollTop ?? 0
    return noted[0]?.row ?? null
  }

  /** How far the reader has scrolled since. Who stands at the very end may have been pushed there by the layout. */
  function scrolled(): number {
    const box = scroller()
    if (!box || box.scrollTop >= box.scrollHeight - box.clientHeight - 1) return 0
    return box.scrollTop - notedTop
  }

  function hold(moved = scrolled()): void {
    const box = scroller()
    const kept = noted.find(({ row }) => row.isConnected)
    if (!box || !kept) return
    const now = kept.row.getBoundingClientRect().top - box.getBoundingClientRect().top
    const off = now - (kept.offset - moved)
    if (Math.abs(off) >= 0.5) box.scrollTop += off
    noted = noted.map(({ row, offset }) => ({ row, offset: offset - moved }))
    notedTop = box.scrollTop
  }

  async function run(change: () => void | Promise<void>): Promise<void> {
    const stick = sticks() && isNearBottom()
    // What was noted counts, not what is there now: other parts of the page may have grown already.
    if (!noted.some(({ row }) => row.isConnected)) note()
    const moved = scrolled()
    await change()
    if (stick) toBottom()
    else hold(moved)
    note()
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
    note,
    hold: () => hold(),
  }
}
