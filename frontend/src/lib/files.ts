// Files in words and boxes.

/** "3.4 MB", in the reader's language. */
export function sizeInWords(bytes: number, locale: string): string {
  // Intl has "3 byte" in English, and no plural of it.
  if (bytes < 1_000) return `${new Intl.NumberFormat(locale).format(bytes)} B`
  const [unit, value] =
    bytes < 1_000_000
      ? (['kilobyte', bytes / 1_000] as const)
      : bytes < 1_000_000_000
        ? (['megabyte', bytes / 1_000_000] as const)
        : (['gigabyte', bytes / 1_000_000_000] as const)
  const maximumFractionDigits = value < 10 ? 1 : 0
  return new Intl.NumberFormat(locale, { style: 'unit', unit, unitDisplay: 'short', maximumFractionDigits }).format(
    value,
  )
}

/** "0:07", "12:30", "1:02:03" */
export function durationInWords(ms: number): string {
  const seconds = Math.round(ms / 1_000)
  const [h, m, s] = [Math.floor(seconds / 3_600), Math.floor(seconds / 60) % 60, seconds % 60]
  const two = (value: number) => String(value).padStart(2, '0')
  return h ? `${h}:${two(m)}:${two(s)}` : `${m}:${two(s)}`
}

/** The largest box of the picture's shape within *most*, never larger than the picture, never too thin to be hit. */
export function boxOf(
  { width = 4_000, height = 3_000 }: { width?: number; height?: number },
  most: { width: number; height: number },
): { width: number; height: number } {
  const factor = Math.min(1, most.width / width, most.height / height)
  const side = (value: number) => Math.max(24, Math.round(value * factor))
  return { width: side(width), height: side(height) }
}
