// Every pair of colours that meet can be read, in both themes.
import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
// @ts-expect-error -- a script without types
import { ratio, table } from '../../scripts/contrast.mjs'

interface Pair {
  theme: string
  ink: string
  ground: string
  least: number
  ratio: number
}

describe('contrast', () => {
  it('is computed as WCAG does', () => {
    expect(ratio('#000000', '#ffffff')).toBeCloseTo(21)
    expect(ratio('#ffffff', '#2196f3')).toBeCloseTo(3.12, 2)
  })

  const pairs: Pair[] = table(readFileSync('src/styles/tokens.css', 'utf8'))
  it.each(pairs.map((pair) => [`${pair.theme}: ${pair.ink} on ${pair.ground}`, pair] as const))('%s', (_, pair) => {
    expect(pair.ratio).toBeGreaterThanOrEqual(pair.least)
  })
})
