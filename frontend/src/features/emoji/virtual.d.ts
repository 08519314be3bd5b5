// Made by scripts/emoji-data.mjs.
declare module 'virtual:emoji/groups' {
  const groups: [name: string, emoji: string][]
  export default groups
}
declare module 'virtual:emoji/en' {
  const words: string[]
  export default words
}
declare module 'virtual:emoji/zh' {
  const words: string[]
  export default words
}
