// The list keeps the reader's place, whatever is added where.
import { beforeEach, describe, expect, it } from 'vitest'
import { createListQueue, type ListQueue } from '@/lib/anchor'

const VIEWPORT = 200
const ROW = 50

let box: HTMLElement
let top: number
let queue: ListQueue
let reachesEnd: boolean

const rows = () => [...box.children] as HTMLElement[]

/** A box whose rows are 50 px high: happy-dom lays nothing out. */
function row(): HTMLElement {
  const element = document.createElement('p')
  element.getBoundingClientRect = () => {
    const y = rows().indexOf(element) * ROW - top
    return { top: y, bottom: y + ROW } as DOMRect
  }
  return element
}

const add = (count: number, where: 'append' | 'prepend') => () => {
  for (let n = 0; n < count; n++) box[where](row())
}

beforeEach(() => {
  box = document.createElement('div')
  document.body.replaceChildren(box)
  top = 0
  reachesEnd = true
  Object.defineProperties(box, {
    clientHeight: { get: () => VIEWPORT },
    scrollHeight: { get: () => box.children.length * ROW },
    scrollTop: {
      get: () => top,
      set: (to: number) => (top = Math.max(0, Math.min(to, box.scrollHeight - VIEWPORT))),
    },
  })
  box.getBoundingClientRect = () => ({ top: 0, bottom: VIEWPORT }) as DOMRect
  queue = createListQueue(
    () => box,
    'p',
    () => reachesEnd,
  )
  add(20, 'append')()
})

describe('the list', () => {
  it('keeps the first visible row in its place when history comes above', async () => {
    top = 130
    const seen = rows()[2]!
    const before = seen.getBoundingClientRect().top
    await queue.change(add(50, 'prepend'))
    expect(top).toBe(130 + 50 * ROW)
    expect(seen.getBoundingClientRect().top).toBe(before)
  })

  it('stays where it is when something comes below', async () => {
    top = 130
    await queue.change(add(3, 'append'))
    expect(top).toBe(130)
  })

  it('follows the end from 100 px and nearer', async () => {
    top = 20 * ROW - VIEWPORT - 100
    await queue.change(add(1, 'append'))
    expect(top).toBe(21 * ROW - VIEWPORT)
    top -= 101
    await queue.change(add(1, 'append'))
    expect(top).toBe(21 * ROW - VIEWPORT - 101)
  })

  it('does not follow an end that is not the end of the room', async () => {
    top = 20 * ROW - VIEWPORT
    reachesEnd = false
    await queue.change(add(50, 'append'))
    expect(top).toBe(20 * ROW - VIEWPORT)
  })

  it('makes one change at a time, in order', async () => {
    const order: string[] = []
    let finish = () => undefined as void
    const first = queue.change(() => {
      order.push('first begins')
      return new Promise<void>((resolve) => {
        finish = () => {
          order.push('first ends')
          resolve()
        }
      })
    })
    const second = queue.change(() => void order.push('second'))
    await Promise.resolve()
    await Promise.resolve()
    expect(order).toEqual(['first begins'])
    finish()
    await Promise.all([first, second])
    expect(order).toEqual(['first begins', 'first ends', 'second'])
  })

  it('goes on after a change that failed', async () => {
    await expect(queue.change(() => Promise.reject(new Error('no')))).rejects.toThrow('no')
    await queue.change(add(1, 'append'))
    expect(rows()).toHaveLength(21)
  })

  it('keeps what one reads in its place when something above it grows', () => {
    top = 330
    queue.note()
    const seen = rows()[6]!
    const before = seen.getBoundingClientRect().top
    box.prepend(row())
    queue.hold()
    expect(seen.getBoundingClientRect().top).toBe(before)
    expect(top).toBe(380)
  })

  it('counts what was scrolled since as the reader’s doing', () => {
    top = 330
    queue.note()
    box.prepend(row())
    top = 300
    queue.hold()
    expect(top).toBe(350)
  })

  it('goes by the next row when the first one is gone', async () => {
    top = 330
    queue.note()
    const [first, second] = [rows()[6]!, rows()[7]!]
    const before = second.getBoundingClientRect().top
    await queue.change(() => {
      first.remove()
      box.prepend(row())
      box.prepend(row())
    })
    expect(second.getBoundingClientRect().top).toBe(before)
  })
})
