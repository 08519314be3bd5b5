// The emoji that the panel offers, out of emoji-picker-element-data: trimmed to what is drawn and what is searched.
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'

/** Emoji of later years are boxes on many a device. */
const NEWEST = 15

/** By the numbers of emojibase; 2 are parts of others. */
export const GROUPS = [
  'smileys',
  'people',
  null,
  'nature',
  'food',
  'travel',
  'activities',
  'objects',
  'symbols',
  'flags',
]

const TONES = ['🏻', '🏼', '🏽', '🏾', '🏿']

function read(set) {
  const require = createRequire(import.meta.url)
  const all = JSON.parse(readFileSync(require.resolve(`emoji-picker-element-data/${set}/data.json`), 'utf8'))
  return all.map((one) => ({ ...one, emoji: plain(one.emoji) }))
}

/** Without a variation selector where the sign is an emoji anyway: each emoji is written in one way. */
function plain(emoji) {
  return emoji.replace(/^(\p{Emoji_Presentation})\ufe0f$/u, '$1')
}

/** An emoji of one person in a tone of skin. */
export function toned(emoji, tone) {
  const [first, ...rest] = emoji
  return first + TONES[tone - 1] + rest.join('').replace(/^\ufe0f/, '')
}

/** Whether `toned` makes what Unicode has. */
function hasTones({ emoji, skins = [] }) {
  return skins.length === 5 && skins.every((skin) => toned(emoji, skin.tone) === skin.emoji)
}

function offered() {
  return read('en/emojibase')
    .filter(({ group, version }) => GROUPS[group] && version <= NEWEST)
    .sort((a, b) => a.order - b.order)
}

/** [[group, 'emoji emoji …'], …]; `+` stands after those that have tones. */
export function groups() {
  const all = offered()
  return GROUPS.flatMap((name, group) => {
    if (!name) return []
    const emoji = all.filter((one) => one.group === group)
    return [[name, emoji.map((one) => one.emoji + (hasTones(one) ? '+' : '')).join(' ')]]
  })
}

/** For each emoji, in the order of `groups`: 'name|short_code short_code|tag,tag'. */
export function words(language) {
  const sets = { en: ['en/emojibase'], zh: ['zh/cldr'] }[language]
  const byEmoji = new Map(sets.flatMap(read).map((one) => [one.emoji, one]))
  return GROUPS.flatMap((name, group) =>
    name
      ? offered()
          .filter((one) => one.group === group)
          .map(({ emoji }) => {
            const { annotation = '', shortcodes = [], tags = [] } = byEmoji.get(emoji) ?? {}
            // What is part of the name is found by it.
            const other = tags.filter((tag) => !annotation.includes(tag) && !shortcodes.includes(tag))
            return [annotation, shortcodes.join(' '), other.join(',')].join('|')
          })
      : [],
  )
}

/** For Vite: `virtual:emoji/groups`, `virtual:emoji/en`, `virtual:emoji/zh`, each a chunk of its own. */
export function emojiData() {
  const PREFIX = 'virtual:emoji/'
  return {
    name: 'emoji-data',
    resolveId: (id) => (id.startsWith(PREFIX) ? `\0${id}` : null),
    load(id) {
      if (!id.startsWith(`\0${PREFIX}`)) return null
      const what = id.slice(PREFIX.length + 1)
      const data = what === 'groups' ? groups() : words(what)
      return `export default JSON.parse(${JSON.stringify(JSON.stringify(data))})`
    },
  }
}
