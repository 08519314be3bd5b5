// How long to wait before coming back: full jitter, small windows in the first minute, the server's word first.

const WINDOWS = [500, 1_000, 2_000, 4_000, 8_000]
const FIRST_MINUTE = 60_000
const LATER = 30_000

export class Backoff {
  attempt = 0
  private since: number | null = null
  private readonly random: () => number

  constructor(random: () => number = () => Math.random()) {
    this.random = random
  }

  /**
   * Milliseconds until the next try.  *retryAfter* (seconds) is what the server asked for: never earlier, and
   * spread over one window more, so that all who heard it do not come at once.  *slowly*: the widest window at once.
   */
  next(now: number, retryAfter: number | null = null, slowly = false): number {
    this.since ??= now
    const later = slowly || now - this.since >= FIRST_MINUTE
    const window = later ? LATER : WINDOWS[Math.min(this.attempt, WINDOWS.length - 1)]!
    this.attempt += 1
    return (retryAfter ?? 0) * 1_000 + this.random() * window
  }

  reset(): void {
    this.attempt = 0
    this.since = null
  }
}
