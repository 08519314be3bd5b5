// Nonces, also where the page is on plain http.
import { describe, expect, it, vi } from 'vitest'
import { newNonce } from '@/lib/nonce'

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/

describe('newNonce', () => {
  it('is a UUID', () => {
    expect(newNonce()).toMatch(UUID)
  })

  it('is one without crypto.randomUUID too, and another each time', () => {
    const { getRandomValues } = crypto
    vi.stubGlobal('crypto', { getRandomValues: getRandomValues.bind(crypto) })
    const [a, b] = [newNonce(), newNonce()]
    expect(a).toMatch(UUID)
    expect(b).toMatch(UUID)
    expect(a).not.toBe(b)
  })
})
