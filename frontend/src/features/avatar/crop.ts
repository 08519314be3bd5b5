// Which square of a picture is taken: moved, zoomed, turned, and never beyond its edges.

export interface Size {
  width: number
  height: number
}

/** The square that is taken, in pixels of the picture as it is turned: its middle, and its side. */
export interface Crop {
  x: number
  y: number
  side: number
}

/** How much nearer than the whole one may go. */
export const MOST_ZOOM = 5

/** The largest square in the middle. */
export function whole({ width, height }: Size): Crop {
  return { x: width / 2, y: height / 2, side: Math.min(width, height) }
}

function within(crop: Crop, { width, height }: Size): Crop {
  const half = crop.side / 2
  const between = (value: number, most: number) => Math.min(Math.max(value, half), most - half)
  return { ...crop, x: between(crop.x, width), y: between(crop.y, height) }
}

/** *dx* and *dy*: how far the picture is dragged, in sides of the square. */
export function moved(crop: Crop, size: Size, dx: number, dy: number): Crop {
  return within({ ...crop, x: crop.x - dx * crop.side, y: crop.y - dy * crop.side }, size)
}

/** *zoom*: from 1, the whole, to MOST_ZOOM. */
export function zoomed(crop: Crop, size: Size, zoom: number): Crop {
  const side = Math.min(size.width, size.height) / Math.min(Math.max(zoom, 1), MOST_ZOOM)
  return within({ ...crop, side }, size)
}

export function zoomOf(crop: Crop, size: Size): number {
  return Math.min(size.width, size.height) / crop.side
}

/** The picture is turned by a quarter to the right; what was in the square stays in it. */
export function turned(crop: Crop, size: Size): [Crop, Size] {
  return [
    { x: size.height - crop.y, y: crop.x, side: crop.side },
    { width: size.height, height: size.width },
  ]
}
