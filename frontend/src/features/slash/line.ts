// How a line is read as a command: as the server does.

export interface Line {
  name: string
  rest: string
}

/* A path (/etc/hosts) is none. */
const LINE = /^[/／]([a-z0-9_\-\u3400-\u4dbf\u4e00-\u9fff]{1,32})(?:\s+([\s\S]*))?$/i

export function lineOf(text: string): Line | null {
  const found = LINE.exec(text.trim())
  return found ? { name: found[1]!.toLowerCase(), rest: (found[2] ?? '').trim() } : null
}

/** Of two slashes one is to be said: the text that is meant, or null. */
export function saidBy(text: string): string | null {
  const line = text.trimStart()
  return /^[/／]{2}/.test(line) ? line.slice(1) : null
}
