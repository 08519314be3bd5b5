// Coming back: small windows first, full jitter, the server's word before all.
import { describe, expect, it } from 'vitest'
import { Backoff } from '@/lib/backoff'

describe('backoff', () => {
  it('waits up to 0.5, 1, 2, 4, 8, 8 s in the first minute, then 30 s', () => {
    const backoff = new Backoff(() => 1)
    const waits = [0, 1, 2, 3, 4, 59_999, 60_000].map((now) => backoff.next(now))
    expect(waits).toEqual([500, 1_000, 2_000, 4_000, 8_000, 8_000, 30_000])
  })

  it('jitters over the whole window', () => {
    expect(new Backoff(() => 0).next(0)).toBe(0)
    expect(new Backoff(() => 0.5).next(0)).toBe(250)
  })

  it('never comes before the server said', () => {
    expect(new Backoff(() => 0).next(0, 7.5)).toBe(7_500)
    expect(new Backoff(() => 1).next(0, 7.5)).toBe(8_000)
  })

  it('takes the widest window at once when it was too fast', () => {
    expect(new Backoff(() => 1).next(0, null, true)).toBe(30_000)
  })

  it('begins anew after a good connection', () => {
    const backoff = new Backoff(() => 1)
    backoff.next(0)
    backoff.next(100_000)
    backoff.reset()
    expect(backoff.next(200_000)).toBe(500)
  })
})
