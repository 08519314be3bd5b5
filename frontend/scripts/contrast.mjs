// Recomputes the contrast of every pair of colours that meet, from tokens.css (WCAG 2.2, 1.4.3 and 1.4.11).
import { readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { argv, exit } from 'node:process'
import { fileURLToPath } from 'node:url'

const GROUNDS = ['paper', 'sidebar', 'selected']
const TINTS = ['celadon-tint', 'cinnabar-tint', 'amber-tint', 'mention-row']
const PEOPLE = Array.from({ length: 12 }, (_, n) => n)

/** [ink, grounds, least ratio] */
export const PAIRS = [
  ['ink', [...GROUNDS, 'surface', 'hover', 'code', ...TINTS], 4.5],
  ['ink-2', GROUNDS, 4.5],
  ['ink-3', [...GROUNDS, 'hover', 'celadon-tint'], 4.5],
  ['celadon', [...GROUNDS, 'celadon-tint', 'mention-row'], 4.5],
  ['on-celadon', ['celadon', 'celadon-hover'], 4.5],
  ['cinnabar', ['paper', 'sidebar', 'cinnabar-tint', 'mention-row'], 4.5],
  ['on-cinnabar', ['cinnabar'], 4.5],
  ['amber', ['amber-tint'], 4.5],
  ['control', [...GROUNDS, 'surface'], 3],
  ['ok', [...GROUNDS, 'surface'], 3],
  ['focus', [...GROUNDS, 'surface'], 3],
  ['on-tint', PEOPLE.map((n) => `tint-${n}`), 4.5],
  ...PEOPLE.map((n) => [`name-${n}`, ['paper', 'code'], 4.5]),
  ['ink-3', ['code'], 4.5],
]

/** The colours of one block of tokens.css, by name. */
export function colours(css, selector) {
  const start = css.indexOf(`${selector} {`)
  if (start < 0) throw new Error(`no ${selector} in tokens.css`)
  const block = css.slice(start, css.indexOf('\n  }', start))
  return Object.fromEntries(
    [...block.matchAll(/--([\w-]+):\s*(#[0-9a-f]{6})\b/gi)].map(([, name, value]) => [name, value]),
  )
}

export function ratio(a, b) {
  const [dark, light] = [luminance(a), luminance(b)].sort((x, y) => x - y)
  return (light + 0.05) / (dark + 0.05)
}

function luminance(hex) {
  const [r, g, b] = [1, 3, 5].map((at) => {
    const part = parseInt(hex.slice(at, at + 2), 16) / 255
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4
  })
  return 0.2126 * r + 0.7152 * g + 0.0722 * b
}

/** Every pair with its ratio, in both themes. */
export function table(css) {
  const light = colours(css, ':root')
  const themes = { light, dark: { ...light, ...colours(css, '[data-theme="dark"]') } }
  return Object.entries(themes).flatMap(([theme, palette]) =>
    PAIRS.flatMap(([ink, grounds, least]) =>
      grounds.map((ground) => {
        if (!palette[ink] || !palette[ground]) throw new Error(`no colour ${ink} or ${ground}`)
        return { theme, ink, ground, least, ratio: ratio(palette[ink], palette[ground]) }
      }),
    ),
  )
}

const HERE = fileURLToPath(import.meta.url)

if (argv[1] === HERE) {
  const rows = table(readFileSync(join(dirname(HERE), '../src/styles/tokens.css'), 'utf8'))
  const poor = rows.filter((row) => row.ratio < row.least)
  for (const { theme, ink, ground, ratio, least } of poor) {
    console.error(`${theme}: ${ink} on ${ground} is ${ratio.toFixed(2)}, needs ${least}`)
  }
  console.log(`contrast: ${rows.length - poor.length} of ${rows.length} pairs hold`)
  if (poor.length > 0) exit(1)
}
