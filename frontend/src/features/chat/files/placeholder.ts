// The colours of a picture before it is there: four fields a row, three rows, three hex digits each.
const COLUMNS = 4
const ROWS = 3

export function coloursOf(placeholder: string): string[] {
  if (!/^[0-9a-f]{36}$/.test(placeholder)) return []
  return placeholder.match(/.{3}/g)!.map((digits) => `#${digits}`)
}

export function paint(canvas: HTMLCanvasElement, placeholder: string): void {
  const context = canvas.getContext('2d')
  if (!context) return
  canvas.width = COLUMNS
  canvas.height = ROWS
  coloursOf(placeholder).forEach((colour, place) => {
    context.fillStyle = colour
    context.fillRect(place % COLUMNS, Math.floor(place / COLUMNS), 1, 1)
  })
}
