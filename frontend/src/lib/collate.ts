// Sorting of names by the reader's language (by pinyin in Chinese).

const collators = new Map<string, Intl.Collator>()

export function collator(locale: string): Intl.Collator {
  let found = collators.get(locale)
  if (!found) {
    found = new Intl.Collator(locale, { numeric: true, sensitivity: 'base' })
    collators.set(locale, found)
  }
  return found
}
