// Draws the app's icons from the logo, with the Chromium that the stories are played in: `node scripts/icons.mjs`.
import { readFileSync, writeFileSync } from 'node:fs'
import { env } from 'node:process'
import { fileURLToPath } from 'node:url'
import { chromium } from '@playwright/test'

const here = (path) => fileURLToPath(new URL(path, import.meta.url))
const logo = readFileSync(here('../public/favicon-calm.svg'), 'utf8')
// A maskable icon fills its square; what matters keeps to the middle four fifths.
const full = logo.replace(' rx="9.6"', '').replace('<g transform="', '<g transform="translate(3.2 3.2) scale(0.8) ')

const browser = await chromium.launch({ executablePath: env.CHROMIUM || '/usr/bin/chromium', args: ['--no-sandbox'] })
for (const [name, size, svg] of [
  ['icon-192', 192, logo],
  ['icon-512', 512, logo],
  ['icon-maskable-512', 512, full],
  // Safari takes no manifest icon, and rounds the corners itself.
  ['apple-touch-icon', 180, full],
]) {
  const page = await browser.newPage({ viewport: { width: size, height: size } })
  await page.setContent(`<style>body{margin:0}svg{display:block;width:${size}px;height:${size}px}</style>${svg}`)
  writeFileSync(here(`../public/${name}.png`), await page.screenshot({ omitBackground: true }))
  await page.close()
}
await browser.close()
