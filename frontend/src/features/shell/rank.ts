// How well a name answers what was typed into the switcher, and which of many answer best.

/** Compatibility forms and case do not count. */
export function fold(text: string): string {
  return text.normalize('NFKC').toLocaleLowerCase()
}

/**
 * 3 begins with it, 2 a word begins with it, 1 contains it, 0 its signs in order with others between; -1 not at all.
 * Both are folded.
 */
export function rank(name: string, wanted: string): number {
  if (name.startsWith(wanted)) return 3
  const at = name.indexOf(wanted)
  if (at > 0) return beginsWord(name, wanted, at) ? 2 : 1
  let from = 0
  for (const sign of wanted) {
    const found = name.indexOf(sign, from)
    if (found < 0) return -1
    from = found + sign.length
  }
  return 0
}

function beginsWord(name: string, wanted: string, first: number): boolean {
  for (let at = first; at > 0; at = name.indexOf(wanted, at + 1)) {
    if (/[\s\-_.·/@(]/u.test(name.charAt(at - 1))) return true
  }
  return false
}

const MOST = 50

/**
 * The best answers first, equals in the order of *entries*.  Each entry is looked at once, and nothing is sorted:
 * thousands are found among while one types.
 */
export function find<T extends { names: readonly string[] }>(entries: Iterable<T>, wanted: string, most = MOST): T[] {
  const tiers: [T[], T[], T[], T[]] = [[], [], [], []]
  for (const entry of entries) {
    let best = -1
    for (const name of entry.names) best = Math.max(best, rank(name, wanted))
    const tier = tiers[best]
    if (tier && tier.length < most) tier.push(entry)
  }
  return tiers.toReversed().flat().slice(0, most)
}

export type Kind = 'room' | 'person' | 'action'

const PREFIXES: Record<string, Kind> = { '#': 'room', '@': 'person', '>': 'action' }

/** `#design` asks for rooms only, `@` for people, `>` for things to do; full-width signs count as well. */
export function parse(query: string): { kind: Kind | null; wanted: string } {
  const text = fold(query.trim())
  const kind = PREFIXES[text.charAt(0)] ?? null
  return { kind, wanted: kind ? text.slice(1).trim() : text }
}
