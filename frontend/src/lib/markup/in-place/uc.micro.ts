// In place of `uc.micro`: the browser's own tables of Unicode.
export const P = /\p{P}/u
export const S = /\p{S}/u
export const Z = /\p{Z}/u
export const Cc = /\p{Cc}/u
