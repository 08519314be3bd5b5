// Pictures made for a story, and the ways in which they come into a page.
import { deflateSync, crc32 } from 'node:zlib'
import type { Page } from '@playwright/test'

export interface MadeFile {
  name: string
  mimeType: string
  buffer: Buffer
}

/** A PNG whose dots have the colours, red, green and blue, that *colourAt* tells. */
export function png(
  width: number,
  height: number,
  colourAt: (x: number, y: number) => number[] = () => [70, 140, 120],
): Buffer {
  const rows = Array.from({ length: height }, (_, y) =>
    Buffer.from([0, ...Array.from({ length: width }, (_, x) => colourAt(x, y)).flat()]),
  )
  const chunk = (kind: string, content: Buffer) => {
    const named = Buffer.concat([Buffer.from(kind), content])
    const [size, sum] = [Buffer.alloc(4), Buffer.alloc(4)]
    size.writeUInt32BE(content.length)
    sum.writeUInt32BE(crc32(named))
    return Buffer.concat([size, named, sum])
  }
  const head = Buffer.alloc(13)
  head.writeUInt32BE(width, 0)
  head.writeUInt32BE(height, 4)
  head.set([8, 2, 0, 0, 0], 8)
  const pixels = deflateSync(Buffer.concat(rows))
  return Buffer.concat([
    Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'),
    ...[chunk('IHDR', head), chunk('IDAT', pixels), chunk('IEND', Buffer.alloc(0))],
  ])
}

export const picture = (name: string, width = 400, height = 300, colour?: number[]): MadeFile => ({
  name,
  mimeType: 'image/png',
  buffer: png(width, height, colour && (() => colour)),
})

/** As from the clipboard, or dragged in from outside; *on* is a selector. */
export async function give(page: Page, event: 'paste' | 'drop', on: string, file: MadeFile): Promise<void> {
  await page.locator(on).evaluate(
    (target, { event, name, mimeType, bytes }) => {
      const data = new DataTransfer()
      data.items.add(new File([new Uint8Array(bytes)], name, { type: mimeType }))
      const more = { bubbles: true, cancelable: true }
      if (event === 'paste') target.dispatchEvent(new ClipboardEvent('paste', { clipboardData: data, ...more }))
      else {
        target.dispatchEvent(new DragEvent('dragenter', { dataTransfer: data, ...more }))
        target.dispatchEvent(new DragEvent('drop', { dataTransfer: data, ...more }))
      }
    },
    { event, name: file.name, mimeType: file.mimeType, bytes: [...file.buffer] },
  )
}
