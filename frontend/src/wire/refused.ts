// The one error both doors throw: a stable code, and whether to try again.
import { ERROR_CODES, type ErrorCode } from './frames'

export interface Refusal {
  code: string
  message?: string
  retryAfter?: number | null
  field?: string | null
  suggestions?: string[]
  status?: number
}

const known = new Set<string>(ERROR_CODES)

export class Refused extends Error {
  readonly code: ErrorCode
  /** Seconds, or null where waiting does not help. */
  readonly retryAfter: number | null
  /** Which member of the request is at fault. */
  readonly field: string | null
  /** What may have been meant instead. */
  readonly suggestions: readonly string[]
  /** The HTTP status; 0 from the socket or without a network. */
  readonly status: number

  constructor(refusal: Refusal) {
    super(refusal.message ?? refusal.code)
    this.name = 'Refused'
    // A newer server may have codes this page cannot translate.
    this.code = known.has(refusal.code) ? (refusal.code as ErrorCode) : 'internal'
    this.retryAfter = refusal.retryAfter ?? null
    this.field = refusal.field ?? null
    this.suggestions = refusal.suggestions ?? []
    this.status = refusal.status ?? 0
  }
}

export function codeOf(error: unknown): ErrorCode {
  return error instanceof Refused ? error.code : 'internal'
}
