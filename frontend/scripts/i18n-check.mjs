// Sees that both languages say the same things, and that everything the code asks for is said.
import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { argv, exit } from 'node:process'
import { fileURLToPath } from 'node:url'

const HERE = fileURLToPath(import.meta.url)
const SRC = join(dirname(HERE), '../src')

/** {"a": {"b": "text"}} → Map {"a.b" → "text"} */
export function flatten(messages, prefix = '') {
  return new Map(
    Object.entries(messages).flatMap(([key, value]) =>
      typeof value === 'string' ? [[prefix + key, value]] : [...flatten(value, `${prefix}${key}.`)],
    ),
  )
}

/** The names in braces; {'@'} is a literal. */
export function placeholders(text) {
  return new Set([...text.matchAll(/\{\s*([a-z]\w*)\s*\}/gi)].map(([, name]) => name))
}

/** What is wrong between two languages, as sentences. */
export function compare(en, zh) {
  const wrong = []
  for (const key of en.keys()) if (!zh.has(key)) wrong.push(`zh-CN lacks ${key}`)
  for (const key of zh.keys()) if (!en.has(key)) wrong.push(`en lacks ${key}`)
  for (const [key, text] of en) {
    if (!zh.has(key)) continue
    const [here, there] = [placeholders(text), placeholders(zh.get(key))]
    const differ = here.size !== there.size || [...here].some((name) => !there.has(name))
    // Chinese has one form where English has two, and may leave the number out of none of them.
    if (differ) wrong.push(`${key}: placeholders differ`)
    if (!text.trim() || !zh.get(key).trim()) wrong.push(`${key} is empty`)
  }
  return wrong
}

/** Keys the sources ask for: t('…'), keypath="…", and error.<code> of frames.ts. */
export function keysAsked(sources) {
  const asked = new Set()
  for (const text of sources) {
    for (const [, key] of text.matchAll(/\bt\(\s*['"`]([\w.-]+)['"`]/g)) asked.add(key)
    for (const [, key] of text.matchAll(/keypath="([\w.-]+)"/g)) asked.add(key)
    const codes = /ERROR_CODES = \[([^\]]*)\]/.exec(text)
    for (const [, code] of codes?.[1].matchAll(/'(\w+)'/g) ?? []) asked.add(`error.${code}`)
  }
  return asked
}

/** Keys that no source names, neither whole nor as the end of a computed one. */
export function keysForgotten(keys, sources) {
  const all = sources.join('\n')
  const stems = [...all.matchAll(/[`'"]([a-z][\w]*(?:\.[\w-]+)*\.)(?:\$\{|['"] \+)/g)].map(([, stem]) => stem)
  return [...keys].filter((key) => !all.includes(key) && !stems.some((stem) => key.startsWith(stem)))
}

function read(folder) {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && /\.(ts|vue)$/.test(entry.name))
    .map((entry) => readFileSync(join(entry.parentPath, entry.name), 'utf8'))
}

if (argv[1] === HERE) {
  const parts = readdirSync(join(SRC, 'locales'), { withFileTypes: true }).filter((entry) => entry.isDirectory())
  const messagesOf = (...path) => [...flatten(JSON.parse(readFileSync(join(SRC, 'locales', ...path), 'utf8')))]
  const load = (name) => new Map([...messagesOf(name), ...parts.flatMap((part) => messagesOf(part.name, name))])
  const [en, zh] = [load('en.json'), load('zh-CN.json')]
  const sources = read(SRC)
  const wrong = compare(en, zh)
  for (const key of keysAsked(sources)) if (!en.has(key)) wrong.push(`nobody says ${key}`)
  for (const key of keysForgotten(en.keys(), sources)) wrong.push(`nobody asks for ${key}`)
  for (const sentence of wrong) console.error(sentence)
  console.log(`i18n: ${en.size} keys, ${wrong.length} faults`)
  if (wrong.length > 0) exit(1)
}
