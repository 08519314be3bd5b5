// Holds the built interface to its size: kilobytes of gzip, from Vite's manifest.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { argv, exit } from 'node:process'
import { fileURLToPath } from 'node:url'
import { gzipSync } from 'node:zlib'

const KB = 1000

/** Least to load before the place can be used, in kB of gzip. */
export const LIMITS = { room: 160, signIn: 110, css: 18, lazy: 45 }

const ENTRY = 'index.html'
const ROOM = ['src/features/shell/AppShell.vue', 'src/features/chat/RoomPage.vue']
const SIGN_IN = ['src/features/auth/SignInPage.vue']

/** The chunks that come with these modules, by static import. */
export function reach(manifest, roots) {
  const found = new Set()
  const visit = (name) => {
    if (found.has(name)) return
    if (!manifest[name]) throw new Error(`the manifest has no ${name}`)
    found.add(name)
    for (const next of manifest[name].imports ?? []) visit(next)
  }
  roots.forEach(visit)
  return found
}

/** What is measured, and the chunks above the limit; *sizeOf* answers bytes of gzip for a file. */
export function measure(manifest, sizeOf) {
  const isLocale = (name) => /locales\/[\w-]+\.json$/.test(name)
  const locales = Object.keys(manifest).filter(isLocale)
  const locale = Math.max(0, ...locales.map((name) => sizeOf(manifest[name].file)))
  const weigh = (names, pick) => {
    const files = new Set([...names].flatMap((name) => pick(manifest[name])))
    return [...files].reduce((sum, file) => sum + sizeOf(file), 0)
  }
  const js = (roots) => weigh(reach(manifest, [ENTRY, ...roots]), (chunk) => [chunk.file]) + locale
  const first = reach(manifest, [ENTRY])
  const lazy = Object.keys(manifest).filter((name) => !first.has(name) && manifest[name].file.endsWith('.js'))
  const largest = lazy.map((name) => [name, sizeOf(manifest[name].file)]).sort((a, b) => b[1] - a[1])[0]
  return {
    room: js(ROOM),
    signIn: js(SIGN_IN),
    css: weigh(Object.keys(manifest), (chunk) => [
      ...(chunk.css ?? []),
      ...(chunk.file.endsWith('.css') ? [chunk.file] : []),
    ]),
    lazy: largest?.[1] ?? 0,
    largest: largest?.[0] ?? 'none',
  }
}

export function overdrawn(sizes) {
  return Object.entries(LIMITS).filter(([name, limit]) => sizes[name] > limit * KB)
}

if (argv[1] === fileURLToPath(import.meta.url)) {
  const out = fileURLToPath(new URL('../../webchat/static/', import.meta.url))
  const manifest = JSON.parse(readFileSync(join(out, '.vite/manifest.json'), 'utf8'))
  const sizeOf = (file) => gzipSync(readFileSync(join(out, file)), { level: 9 }).length
  const sizes = measure(manifest, sizeOf)
  for (const [name, limit] of Object.entries(LIMITS)) {
    const note = name === 'lazy' ? ` (largest: ${sizes.largest})` : ''
    console.log(`${name}: ${(sizes[name] / KB).toFixed(1)} of ${limit} kB${note}`)
  }
  if (overdrawn(sizes).length > 0) exit(1)
}
