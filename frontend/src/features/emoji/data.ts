// All emoji with their names, and how one is found by a few letters in either language.

export interface Emoji {
  /** Without a tone of skin. */
  emoji: string
  hasTones: boolean
  /** In the language that is shown. */
  name: string
  /** `tada`, without colons. */
  codes: readonly string[]
  /** What it is found by besides its codes, folded. */
  words: readonly string[]
}

export interface EmojiGroup {
  name: string
  emoji: readonly Emoji[]
}

export type Language = 'en' | 'zh'

const loading = new Map<Language, Promise<EmojiGroup[]>>()

/** All groups, named in *language* and found by the words of both. */
export function loadEmoji(language: Language): Promise<EmojiGroup[]> {
  let coming = loading.get(language)
  if (!coming) {
    coming = Promise.all([import('virtual:emoji/groups'), import('virtual:emoji/en'), import('virtual:emoji/zh')]).then(
      ([groups, en, zh]) => put(groups.default, en.default, zh.default, language),
    )
    loading.set(language, coming)
    coming.catch(() => loading.delete(language))
  }
  return coming
}

function put(groups: [string, string][], en: string[], zh: string[], language: Language): EmojiGroup[] {
  let at = 0
  return groups.map(([name, signs]) => ({
    name,
    emoji: signs.split(' ').map((sign): Emoji => {
      const [ours = '', codes = '', tags = ''] = (en[at] ?? '').split('|')
      const [theirs = '', pinyin = '', theirTags = ''] = (zh[at] ?? '').split('|')
      at += 1
      const words = [ours, theirs, ...tags.split(','), ...theirTags.split(',')]
      return {
        emoji: sign.replace(/\+$/, ''),
        hasTones: sign.endsWith('+'),
        name: (language === 'zh' && theirs) || ours,
        codes: [...codes.split(' '), ...pinyin.split(' ')].filter(Boolean),
        words: words.filter(Boolean).map(fold),
      }
    }),
  }))
}

function fold(text: string): string {
  return text.normalize('NFKC').toLowerCase()
}

/** 4 is a code, 3 a code begins with it, 2 a name or tag does, 1 a part of a code or word does; 0 not at all. */
function rank({ codes, words }: Emoji, wanted: string, code: string): number {
  if (codes.includes(code)) return 4
  if (codes.some((one) => one.startsWith(code))) return 3
  if (words.some((word) => word.startsWith(wanted))) return 2
  // `da_xiao` is also typed as `daxiao`.
  if (codes.some((one) => one.includes(`_${code}`) || one.replaceAll('_', '').startsWith(code))) return 1
  // A name in Chinese has no spaces between its words.
  return words.some((word) => word.includes(` ${wanted}`) || (word.includes(wanted) && wanted > '\u2e80')) ? 1 : 0
}

/** The emoji that answer best, equals in the usual order. */
export function findEmoji(groups: readonly EmojiGroup[], query: string, most: number): Emoji[] {
  const wanted = fold(query.trim())
  if (!wanted) return []
  const code = wanted.replace(/[\s-]+/g, '_')
  const byRank: Emoji[][] = [[], [], [], [], []]
  for (const group of groups) for (const one of group.emoji) byRank[rank(one, wanted, code)]!.push(one)
  // `:hear` is more likely the heart than one of the many codes that are longer.
  const rest = (one: Emoji): number =>
    Math.min(...one.codes.filter((each) => each.startsWith(code)).map((each) => each.length))
  byRank[3]!.sort((a, b) => rest(a) - rest(b))
  return [4, 3, 2, 1].flatMap((at) => byRank[at]!).slice(0, most)
}

/** The emoji of a code without colons, or null. */
export function emojiOf(groups: readonly EmojiGroup[], code: string): Emoji | null {
  for (const group of groups) for (const one of group.emoji) if (one.codes.includes(code)) return one
  return null
}

const TONES = ['🏻', '🏼', '🏽', '🏾', '🏿']
export type Tone = 0 | 1 | 2 | 3 | 4 | 5

/** *emoji* in a tone of skin, where it has any; 0 is none. */
export function inTone({ emoji, hasTones }: Pick<Emoji, 'emoji' | 'hasTones'>, tone: Tone): string {
  if (!hasTones || tone === 0) return emoji
  const [first = '', ...rest] = emoji
  return first + TONES[tone - 1] + rest.join('').replace(/^\ufe0f/, '')
}
