// HTTP answers and refusals, as the stores see them.
import { beforeEach, describe, expect, it, vi } from 'vitest'
import { call, codeOf, onUnauthenticated, sendPicture } from '@/wire/http'

function answerWith(response: () => Response | Promise<Response>): ReturnType<typeof vi.fn> {
  const fetch = vi.fn(response)
  vi.stubGlobal('fetch', fetch)
  return fetch
}

const signedOut = vi.fn()

beforeEach(() => {
  signedOut.mockReset()
  onUnauthenticated(signedOut)
})

describe('call', () => {
  it('sends JSON and answers it', async () => {
    const fetch = answerWith(() => Response.json({ room: 1 }))
    expect(await call('POST', '/rooms', { body: { title: 'x' } })).toEqual({ room: 1 })
    const [url, init] = fetch.mock.calls[0]!
    expect(url).toBe('/api/v1/rooms')
    expect(init).toMatchObject({ method: 'POST', body: '{"title":"x"}', credentials: 'same-origin' })
    expect(init.headers['Content-Type']).toBe('application/json')
  })

  it('sends a file as it is', async () => {
    const fetch = answerWith(() => Response.json({}))
    const picture = new Blob(['x'], { type: 'image/webp' })
    await call('PUT', '/me/avatar', { blob: picture })
    const [, init] = fetch.mock.calls[0]!
    expect(init.body).toBe(picture)
    expect(init.headers['Content-Type']).toBe('image/webp')
  })

  it('sends a picture again when the server was busy, once', async () => {
    vi.useFakeTimers()
    const busy = () => Response.json({ code: 'busy', retry_after: 1 }, { status: 503 })
    const fetch = answerWith(() => (fetch.mock.calls.length > 1 ? Response.json({ ok: 1 }) : busy()))
    const sent = sendPicture('/me/avatar', new Blob(['x'], { type: 'image/webp' }))
    await vi.advanceTimersByTimeAsync(1_000)
    expect(await sent).toEqual({ ok: 1 })
    fetch.mockImplementation(busy)
    const again = sendPicture('/me/avatar', new Blob(['x'], { type: 'image/webp' })).catch(codeOf)
    await vi.advanceTimersByTimeAsync(1_000)
    expect(await again).toBe('busy')
    expect(fetch).toHaveBeenCalledTimes(4)
    vi.useRealTimers()
  })

  it('leaves out what was not asked, and encodes the rest', async () => {
    const fetch = answerWith(() => Response.json({}))
    await call('GET', '/rooms', { query: { search: '设计 &', after: null, limit: 50 } })
    expect(fetch.mock.calls[0]![0]).toBe('/api/v1/rooms?search=%E8%AE%BE%E8%AE%A1+%26&limit=50')
  })

  it('answers nothing for 204', async () => {
    answerWith(() => new Response(null, { status: 204 }))
    expect(await call('DELETE', '/session')).toBeUndefined()
  })

  it('throws the problem', async () => {
    const problem = { code: 'rate_limited', detail: 'slower', retry_after: 42, field: 'login' }
    answerWith(() => Response.json(problem, { status: 429 }))
    await expect(call('POST', '/session')).rejects.toMatchObject({
      code: 'rate_limited',
      retryAfter: 42,
      field: 'login',
      status: 429,
    })
    expect(signedOut).not.toHaveBeenCalled()
  })

  it.each([
    [502, 'unavailable'],
    [504, 'unavailable'],
    [500, 'internal'],
  ])('understands the page of a proxy with %i', async (status, code) => {
    answerWith(() => new Response('<html>', { status, headers: { 'Retry-After': '5' } }))
    await expect(call('GET', '/server')).rejects.toMatchObject({ code, retryAfter: 5 })
  })

  it('says offline when nobody answers', async () => {
    answerWith(() => Promise.reject(new TypeError('Failed to fetch')))
    await expect(call('GET', '/server')).rejects.toMatchObject({ code: 'offline', status: 0 })
  })

  it('tells of an ended session, not of a wrong password', async () => {
    answerWith(() => Response.json({ code: 'wrong_credentials' }, { status: 401 }))
    await expect(call('POST', '/session')).rejects.toMatchObject({ code: 'wrong_credentials' })
    expect(signedOut).not.toHaveBeenCalled()
    answerWith(() => Response.json({ code: 'unauthenticated' }, { status: 401 }))
    await expect(call('GET', '/rooms')).rejects.toMatchObject({ code: 'unauthenticated' })
    expect(signedOut).toHaveBeenCalledOnce()
  })
})
