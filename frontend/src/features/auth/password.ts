// How good a new password is, in words: a help while typing, not a rule (the server decides).
export type Strength = 'empty' | 'short' | 'fair' | 'good'

/** Length is what counts; a mix of kinds of signs helps a little, repeated signs do not. */
export function strengthOf(password: string, min: number): Strength {
  const length = Array.from(password).length
  if (length === 0) return 'empty'
  if (length < min) return 'short'
  const kinds = [/\p{Ll}/u, /\p{Lu}/u, /\p{N}/u, /\p{Script=Han}/u, /[^\p{L}\p{N}]/u].filter((kind) =>
    kind.test(password),
  ).length
  return new Set(password).size >= min && length + kinds * 2 >= 16 ? 'good' : 'fair'
}
