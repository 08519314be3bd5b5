// The HTTP door: JSON (or a file) in, JSON out, and every refusal as a `Refused`.
import { Refused } from './refused'

export { Refused, codeOf } from './refused'

export type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
export type Query = Record<string, string | number | null | undefined>

const BASE = '/api/v1'
const PATIENCE = 30_000

interface Sent {
  body?: object
  blob?: Blob
  /** Milliseconds to wait for an answer. */
  patience?: number
}

let signedOut: () => void = () => undefined

/** Who is told when the server no longer knows the session. */
export function onUnauthenticated(listener: () => void): void {
  signedOut = listener
}

/** Answers the JSON body, or undefined for 204.  Throws Refused; `offline` and `timeout` when nobody answered. */
export async function call<T>(method: Method, path: string, options: Sent & { query?: Query } = {}): Promise<T> {
  const response = await send(method, BASE + path + queryText(options.query), options)
  if (response.ok) return (response.status === 204 ? undefined : await response.json()) as T
  const refused = await refusalOf(response)
  if (refused.code === 'unauthenticated') signedOut()
  throw refused
}

/** For a page that is leaving: the browser sends it even so, and nobody hears the answer. */
export function callLast(method: Method, path: string, body: object): void {
  const headers = { 'Content-Type': 'application/json' }
  const sent = { method, credentials: 'same-origin', keepalive: true, headers, body: JSON.stringify(body) } as const
  void fetch(BASE + path, sent).catch(() => undefined)
}

/** As `call`, for a picture.  The server may want to know first who sends so much: it then asks for it again. */
export async function sendPicture<T>(path: string, picture: Blob): Promise<T> {
  try {
    return await call<T>('PUT', path, { blob: picture })
  } catch (error) {
    if (!(error instanceof Refused) || error.code !== 'busy' || error.retryAfter === null) throw error
    await new Promise((done) => setTimeout(done, 1000 * error.retryAfter!))
    return call<T>('PUT', path, { blob: picture })
  }
}

/** A file that the server makes.  Throws as `call` does. */
export async function fetchFile(path: string, query: Query): Promise<Blob> {
  const response = await send('GET', BASE + path + queryText(query), { patience: 600_000 })
  if (response.ok) return response.blob()
  throw await refusalOf(response)
}

async function send(method: Method, url: string, { body, blob, patience = PATIENCE }: Sent): Promise<Response> {
  const giveUp = new AbortController()
  const timer = setTimeout(() => giveUp.abort(), patience)
  try {
    return await fetch(url, {
      method,
      credentials: 'same-origin',
      cache: 'no-store',
      signal: giveUp.signal,
      headers: {
        Accept: 'application/json',
        ...(body && { 'Content-Type': 'application/json' }),
        ...(blob && { 'Content-Type': blob.type }),
      },
      ...(body && { body: JSON.stringify(body) }),
      ...(blob && { body: blob }),
    })
  } catch {
    throw new Refused({ code: giveUp.signal.aborted ? 'timeout' : 'offline' })
  } finally {
    clearTimeout(timer)
  }
}

function queryText(query: Query | undefined): string {
  const parameters = new URLSearchParams()
  for (const [name, value] of Object.entries(query ?? {})) {
    if (value !== null && value !== undefined && value !== '') parameters.set(name, String(value))
  }
  const text = parameters.toString()
  return text && `?${text}`
}

async function refusalOf(response: Response): Promise<Refused> {
  const after = Number(response.headers.get('Retry-After'))
  // A proxy in front answers with pages of its own, not with problems.
  const problem = await response.json().catch(() => ({}))
  const busy = response.status === 502 || response.status === 503 || response.status === 504
  return new Refused({
    code: typeof problem.code === 'string' ? problem.code : busy ? 'unavailable' : 'internal',
    message: problem.detail,
    retryAfter: problem.retry_after ?? (after > 0 ? after : null),
    field: problem.field,
    status: response.status,
  })
}
