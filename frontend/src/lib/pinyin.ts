// The first letters of how Chinese is spoken: 张三 is found by "zs".
const LETTERS = 'ABCDEFGHJKLMNOPQRSTWXYZ'

/** Surnames that are read otherwise than the same sign elsewhere. */
const SURNAMES: Record<string, string> = { 仇: 'q', 单: 's', 曾: 'z', 查: 'z', 翟: 'z', 解: 'x' }

let collator: Intl.Collator | undefined

/**
 * One letter for each Chinese sign, all else as it is, in lower case; empty where there is nothing Chinese.
 *
 * The order by pinyin (CLDR) has a mark of its own before the first sign of each letter: U+FDD0 and that letter.
 */
export function initials(name: string): string {
  if (!/\p{Script=Han}/u.test(name)) return ''
  collator ??= new Intl.Collator('zh-Hans-u-co-pinyin')
  return Array.from(name.normalize('NFKC'), (sign, at) => (at === 0 && SURNAMES[sign]) || letterOf(sign))
    .join('')
    .toLowerCase()
}

function letterOf(sign: string): string {
  if (!/\p{Script=Han}/u.test(sign)) return sign
  let found = sign
  for (const letter of LETTERS) {
    if (collator!.compare(`\uFDD0${letter}`, sign) > 0) break
    found = letter
  }
  return found
}
