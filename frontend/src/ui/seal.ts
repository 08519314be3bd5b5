// What stands on the seal of a person or a room: a picture, or a tint of twelve and one or two signs.

const HAN = /\p{Script=Han}/u
const HAN_ONLY = /^[\p{Script=Han}·]+$/u
const segmenter = new Intl.Segmenter(undefined, { granularity: 'grapheme' })

function signs(text: string): string[] {
  return Array.from(segmenter.segment(text), (part) => part.segment)
}

/** One of the twelve tints, 0 to 11. Neighbouring ids get distant hues (Knuth's multiplicative hash). */
export function tintOf(id: number): number {
  return (Math.imul(id, 2654435761) >>> 8) % 12
}

/** 林晓月 → 晓月, 林 → 林, Kenji Mori → KM, mei → M, 梅 Mei → 梅, 🌊 sea → 🌊. */
export function initials(name: string): string {
  const words = name.trim().split(/\s+/u).filter(Boolean)
  const first = words[0]
  if (first === undefined) return '?'
  if (HAN_ONLY.test(first)) return signs(first.replaceAll('·', '')).slice(-2).join('')
  const start = signs(first)[0] ?? '?'
  if (HAN.test(start) || !/\p{L}/u.test(start)) return start
  const last = words.length > 1 ? (signs(words.at(-1) ?? '')[0] ?? '') : ''
  return (start + (/\p{L}/u.test(last) && !HAN.test(last) ? last : '')).toUpperCase()
}

/** The first sign of a room's title. */
export function roomSign(title: string): string {
  return (signs(title.trim())[0] ?? '#').toUpperCase()
}

/** Where the picture of this name lies, for a seal of this size on a screen of any density. */
export function pictureOf(name: string, size: 'sm' | 'md' | 'lg' | 'xl'): string {
  const pixels = size === 'xl' ? 512 : size === 'sm' && devicePixelRatio <= 1.5 ? 48 : 128
  return `/api/v1/pictures/${name}/${pixels}`
}
