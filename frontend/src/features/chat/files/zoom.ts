// How near a picture is looked at: never beyond its edges, never smaller than the whole.

export interface View {
  scale: number
  x: number
  y: number
}

export interface Size {
  width: number
  height: number
}

export const WHOLE: View = { scale: 1, x: 0, y: 0 }
export const NEAREST = 8

/** *view* with what was pushed out of sight brought back; *frame*: the space that the whole picture has. */
export function within(view: View, frame: Size): View {
  const scale = Math.min(Math.max(view.scale, 1), NEAREST)
  const between = (value: number, side: number) => {
    const most = ((scale - 1) * side) / 2
    return Math.min(Math.max(value, -most), most) || 0
  }
  return { scale, x: between(view.x, frame.width), y: between(view.y, frame.height) }
}

/** Nearer by *factor*, while what lies at (*x*, *y*), from the middle of the frame, stays there. */
export function zoomed(view: View, frame: Size, factor: number, x = 0, y = 0): View {
  const scale = Math.min(Math.max(view.scale * factor, 1), NEAREST)
  const real = scale / view.scale
  return within({ scale, x: x - (x - view.x) * real, y: y - (y - view.y) * real }, frame)
}

export function moved(view: View, frame: Size, dx: number, dy: number): View {
  return within({ ...view, x: view.x + dx, y: view.y + dy }, frame)
}
