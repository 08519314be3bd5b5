// Which square of a picture is taken.
import { describe, expect, it } from 'vitest'
import { MOST_ZOOM, moved, turned, whole, zoomed, zoomOf } from '@/features/avatar/crop'

const SIZE = { width: 300, height: 200 }

describe('the square', () => {
  it('begins as the largest one in the middle', () => {
    expect(whole(SIZE)).toEqual({ x: 150, y: 100, side: 200 })
    expect(zoomOf(whole(SIZE), SIZE)).toBe(1)
  })

  it('is dragged with the picture, and never beyond its edges', () => {
    const start = whole(SIZE)
    expect(moved(start, SIZE, 0.1, 0)).toEqual({ x: 130, y: 100, side: 200 })
    expect(moved(start, SIZE, 9, 9)).toEqual({ x: 100, y: 100, side: 200 })
    expect(moved(start, SIZE, -9, -9)).toEqual({ x: 200, y: 100, side: 200 })
  })

  it('comes nearer and goes back, within limits', () => {
    const near = zoomed(whole(SIZE), SIZE, 2)
    expect(near).toEqual({ x: 150, y: 100, side: 100 })
    expect(zoomOf(zoomed(near, SIZE, 99), SIZE)).toBe(MOST_ZOOM)
    // At the edge it moves inwards again when it grows.
    const corner = moved(near, SIZE, 9, 9)
    expect(corner).toEqual({ x: 50, y: 50, side: 100 })
    expect(zoomed(corner, SIZE, 0)).toEqual({ x: 100, y: 100, side: 200 })
  })

  it('turns with the picture, and is where it was after four turns', () => {
    let crop = moved(zoomed(whole(SIZE), SIZE, 2), SIZE, 0.5, 0.25)
    let size = SIZE
    const start = crop
    ;[crop, size] = turned(crop, size)
    expect(size).toEqual({ width: 200, height: 300 })
    expect(crop).toEqual({ x: 200 - start.y, y: start.x, side: start.side })
    for (let n = 0; n < 3; n++) [crop, size] = turned(crop, size)
    expect([crop, size]).toEqual([start, SIZE])
  })
})
