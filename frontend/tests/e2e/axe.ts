// What axe-core finds on a page.
import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { expect, type Page } from '@playwright/test'
import type axe from 'axe-core'

const AXE = createRequire(import.meta.url).resolve('axe-core/axe.min.js')

/** What axe-core finds, a line for each element. */
export async function violations(page: Page): Promise<string[]> {
  // Not by a <script> element, which the CSP blocks.
  if (!(await page.evaluate(() => 'axe' in globalThis))) await page.evaluate(await readFile(AXE, 'utf8'))
  return page.evaluate(async () => {
    const { violations } = await (globalThis as unknown as { axe: typeof axe }).axe.run()
    return violations.flatMap(({ id, nodes }) => nodes.map((node) => `${id}: ${node.html} ${node.failureSummary}`))
  })
}

/** axe-core finds nothing. */
export async function audit(page: Page): Promise<void> {
  expect(await violations(page)).toEqual([])
}

/** A picture for the eye, when LOOK_SHOTS names a folder for them. */
export async function shot(page: Page, name: string): Promise<void> {
  const folder = process.env.LOOK_SHOTS
  if (folder) await page.screenshot({ path: `${folder}/${name}.png` })
}
