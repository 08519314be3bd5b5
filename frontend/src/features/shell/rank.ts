// How well a name answers what was typed into the switcher.

/** 3 begins with it, 2 a word begins with it, 1 contains it, 0 its signs in order with others between; -1 not at all. */
export function rank(name: string, query: string): number {
  const text = name.toLocaleLowerCase()
  const wanted = query.trim().toLocaleLowerCase()
  if (text.startsWith(wanted)) return 3
  const at = text.indexOf(wanted)
  if (at > 0) return /[\s\-_.·/]/u.test(text.charAt(at - 1)) ? 2 : 1
  let from = 0
  for (const sign of wanted) {
    const found = text.indexOf(sign, from)
    if (found < 0) return -1
    from = found + sign.length
  }
  return 0
}
