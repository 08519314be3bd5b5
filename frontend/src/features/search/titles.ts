// Rooms by what people call them.

/** Compatibility forms and case do not count. */
export function fold(text: string): string {
  return text.normalize('NFKC').toLocaleLowerCase()
}

/** The one called *title*, else the only one whose name begins with it, else the only one that holds it. */
export function called<T>(title: string, all: readonly T[], nameOf: (one: T) => string): T | null {
  const wanted = fold(title.trim())
  if (!wanted) return null
  const named = all.map((one) => ({ one, name: fold(nameOf(one)) }))
  const exact = named.find(({ name }) => name === wanted)
  if (exact) return exact.one
  for (const fits of [(name: string) => name.startsWith(wanted), (name: string) => name.includes(wanted)]) {
    const found = named.filter(({ name }) => fits(name))
    if (found.length === 1) return found[0]!.one
  }
  return null
}
