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

/** `kind` is a class of highlight.js, or null for plain code. */
export type Coloured = string | { kind: string; parts: Coloured[] }

/** The code in coloured parts; null where the language is not known here. */
export function coloured(code: string, language: string): Coloured[] | null {
  if (!hljs.getLanguage(language)) return null
  const { value } = hljs.highlight(code, { language, ignoreIllegals: true })
  // It answers in HTML, of which only its own spans and the text are taken over.
  return partsOf(new DOMParser().parseFromString(value, 'text/html').body)
}

const KIND = /^hljs-([a-z_-]+)/

function partsOf(node: Node): Coloured[] {
  return [...node.childNodes].flatMap((child): Coloured[] => {
    if (child.nodeType === Node.TEXT_NODE) return [child.textContent ?? '']
    const kind = child instanceof HTMLElement ? KIND.exec(child.className)?.[1] : undefined
    const parts = partsOf(child)
    return kind ? [{ kind, parts }] : parts
  })
}
