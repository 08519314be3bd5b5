// In place of `punycode.js`: addresses are read by the browser (markdown.ts), which knows how hosts are written.
const asItIs = (host: string): string => host
export default { toASCII: asItIs, toUnicode: asItIs }
