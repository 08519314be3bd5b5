// Colours code, for fences that name a language. A chunk of its own: most conversations have none.
import hljs from 'highlight.js/lib/core'
import bash from 'highlight.js/lib/languages/bash'
import css from 'highlight.js/lib/languages/css'
import json from 'highlight.js/lib/languages/json'
import python from 'highlight.js/lib/languages/python'
import sql from 'highlight.js/lib/languages/sql'
import typescript from 'highlight.js/lib/languages/typescript'
import xml from 'highlight.js/lib/languages/xml'

for (const [name, language] of Object.entries({ bash, css, json, python, sql, typescript, xml }))
  hljs.registerLanguage(name, language)
hljs.registerAliases(['js', 'jsx', 'javascript', 'mjs'], { languageName: 'typescript' })

/** `kind` is a class of highlight.js, without its prefix. */
export type Coloured = string | { kind: string; parts: Coloured[] }

/** The code in coloured parts; null where the language is not known here. */
export function coloured(code: string, language: string): Coloured[] | null {
  if (!hljs.getLanguage(language)) return null
  return partsOf(hljs.highlight(code, { language, ignoreIllegals: true }).value)
}

const SIGNS: Record<string, string> = { amp: '&', lt: '<', gt: '>', quot: '"', '#x27': "'" }
const MARK = /<span class="([^"]*)">|<\/span>|&(amp|lt|gt|quot|#x27);/g

/** It answers in HTML of spans and five entities, which is read here by hand: the page makes elements of no string. */
function partsOf(html: string): Coloured[] {
  const open: Coloured[][] = [[]]
  const say = (text: string): unknown => text && open.at(-1)!.push(text)
  let from = 0
  for (const match of html.matchAll(MARK)) {
    say(html.slice(from, match.index))
    from = match.index + match[0].length
    if (match[2]) say(SIGNS[match[2]]!)
    else if (match[1] === undefined) open.pop()
    else {
      const parts: Coloured[] = []
      open.at(-1)!.push({ kind: /^hljs-([a-z_-]+)/.exec(match[1])?.[1] ?? 'other', parts })
      open.push(parts)
    }
  }
  say(html.slice(from))
  return open[0]!
}
