// What is written arrives once, in order, whatever the line does.
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { openDatabase, type LocalFile } from '@/lib/db'
import type { Posted } from '@/wire/frames'
import { Outbox, type OutboxPort, type OutboxRecord } from '@/wire/outbox'
import { Refused } from '@/wire/refused'
import { ME, until } from '../fake-server'

interface Attempt {
  nonce: string
  text: string
  ok(): void
  refuse(code: string, retryAfter?: number): void
}

class Tab {
  readonly attempts: Attempt[] = []
  readonly log: string[] = []
  isOpen = true
  readonly outbox: Outbox

  constructor() {
    const note = (what: string) => (record: Pick<OutboxRecord, 'nonce'> & { text?: string }) =>
      void this.log.push(`${what} ${record.text ?? ''}`.trim())
    const port: OutboxPort = {
      post: (record) => this.post(record),
      isOpen: () => this.isOpen,
      written: note('written'),
      sending: note('sending'),
      slow: note('slow'),
      waiting: note('waiting'),
      stored: note('stored'),
      failed: (record, code) => void this.log.push(`failed ${record.text} ${code}`),
      withdrawn: () => undefined,
      gone: note('gone'),
    }
    this.outbox = new Outbox(ME, port)
  }

  private post({ nonce, text, room }: OutboxRecord): Promise<Posted> {
    return new Promise((resolve, reject) => {
      this.attempts.push({
        nonce,
        text,
        ok: () => resolve({ room, seq: this.attempts.length, rev: 1, created: 1 }),
        refuse: (code, retryAfter) => reject(new Refused({ code, retryAfter })),
      })
    })
  }

  get sent(): string[] {
    return this.attempts.map((attempt) => attempt.text)
  }

  /** Waits until the n-th attempt (from 1) has been made. */
  async attempt(n: number): Promise<Attempt> {
    await until(() => this.attempts.length >= n)
    return this.attempts[n - 1]!
  }

  async heard(line: string): Promise<void> {
    await until(() => this.log.includes(line))
  }
}

const tabs: Tab[] = []

function tab(): Tab {
  const made = new Tab()
  tabs.push(made)
  return made
}

async function kept(): Promise<OutboxRecord[]> {
  return (await (await openDatabase())!.getAll('outbox')) as OutboxRecord[]
}

beforeEach(async () => {
  await (await openDatabase())!.clear('outbox')
})

afterEach(() => {
  for (const one of tabs.splice(0)) one.outbox.close()
  vi.useRealTimers()
})

describe('order', () => {
  it('is that of writing, one at a time in a room', async () => {
    const one = tab()
    for (const text of ['a', 'b', 'c']) one.outbox.write(1, text)
    await one.attempt(1)
    await until(async () => (await kept()).length === 3)
    expect(one.sent).toEqual(['a'])
    one.attempts[0]!.ok()
    const second = await one.attempt(2)
    expect(one.sent).toEqual(['a', 'b'])
    second.ok()
    ;(await one.attempt(3)).ok()
    await one.heard('stored c')
    expect(one.sent).toEqual(['a', 'b', 'c'])
    await until(async () => (await kept()).length === 0)
  })

  it('of one room does not hold up another', async () => {
    const one = tab()
    one.outbox.write(1, 'a')
    await one.attempt(1)
    one.outbox.write(2, 'b')
    expect((await one.attempt(2)).text).toBe('b')
  })

  it('shows a row before it is sent', () => {
    const one = tab()
    one.outbox.write(1, 'a')
    expect(one.log).toEqual(['written a'])
    expect(one.outbox.size).toBe(1)
  })
})

describe('a broken line', () => {
  it('keeps the message and its nonce for the next', async () => {
    const one = tab()
    const { nonce } = one.outbox.write(1, 'a')
    ;(await one.attempt(1)).refuse('offline')
    await one.heard('waiting a')
    expect(one.attempts).toHaveLength(1)
    void one.outbox.flushAll()
    const again = await one.attempt(2)
    expect(again.nonce).toBe(nonce)
    again.ok()
    await one.heard('stored a')
    expect(await kept()).toEqual([])
  })

  it('sends nothing before there is a connection', async () => {
    const one = tab()
    one.isOpen = false
    one.outbox.write(1, 'a')
    await until(async () => (await kept()).length === 1)
    await one.outbox.flushAll()
    expect(one.attempts).toEqual([])
    one.isOpen = true
    void one.outbox.flushAll()
    expect((await one.attempt(1)).text).toBe('a')
  })
})

describe('refusals', () => {
  it.each([
    'forbidden',
    'not_a_member',
    'room_archived',
    'silenced',
    'text_too_long',
    'conflict',
    'bad_text',
    'no_such_room',
  ])('%s is final, and the next goes on', async (code) => {
    const one = tab()
    one.outbox.write(1, 'a')
    one.outbox.write(1, 'b')
    ;(await one.attempt(1)).refuse(code)
    expect((await one.attempt(2)).text).toBe('b')
    expect(one.log).toContain(`failed a ${code}`)
    expect(one.outbox.size).toBe(1)
    expect((await kept())[0]).toMatchObject({ text: 'a', failed: code })
  })

  it.each(['retry', 'busy', 'unavailable', 'rate_limited', 'slow_mode', 'timeout'])(
    '%s waits and sends the same again before the next',
    async (code) => {
      const one = tab()
      const { nonce } = one.outbox.write(1, 'a')
      one.outbox.write(1, 'b')
      ;(await one.attempt(1)).refuse(code, 0.02)
      const again = await one.attempt(2)
      expect(again).toMatchObject({ text: 'a', nonce })
      expect(one.log).not.toContain(`failed a ${code}`)
    },
  )

  it('with retry_after are obeyed, also when something new is written', async () => {
    const one = tab()
    one.outbox.write(1, 'a')
    ;(await one.attempt(1)).refuse('rate_limited', 60)
    await one.heard('waiting a')
    one.outbox.write(1, 'b')
    await until(async () => (await kept()).length === 2)
    await one.outbox.flush(1)
    expect(one.sent).toEqual(['a'])
  })

  it('internal is tried once more, then final', async () => {
    const one = tab()
    one.outbox.write(1, 'a')
    ;(await one.attempt(1)).refuse('internal', 0.01)
    ;(await one.attempt(2)).refuse('internal', 0.01)
    await one.heard('failed a internal')
    expect(one.attempts).toHaveLength(2)
  })
})

describe('a failed message', () => {
  it('is sent again by the reader, with its nonce', async () => {
    const one = tab()
    const { nonce } = one.outbox.write(1, 'a')
    ;(await one.attempt(1)).refuse('not_a_member')
    await one.heard('failed a not_a_member')
    void one.outbox.retry(nonce)
    expect((await one.attempt(2)).nonce).toBe(nonce)
  })

  it('is taken out with its text', async () => {
    const one = tab()
    const { nonce } = one.outbox.write(1, 'a')
    ;(await one.attempt(1)).refuse('forbidden')
    await one.heard('failed a forbidden')
    expect(one.outbox.discard(nonce)).toBe('a')
    expect(one.log).toContain('gone a')
    await until(async () => (await kept()).length === 0)
    expect(one.outbox.discard(nonce)).toBeUndefined()
  })
})

describe('slow', () => {
  it('is said after 10 s, and is not failed', async () => {
    const one = tab()
    const { nonce } = one.outbox.write(1, 'a')
    ;(await one.attempt(1)).refuse('offline')
    await one.heard('waiting a')
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    const posting = one.outbox.flush(1)
    for (let n = 0; one.attempts.length < 2 && n < 200; n++) await new Promise((next) => setImmediate(next))
    vi.advanceTimersByTime(9_999)
    expect(one.log).not.toContain('slow a')
    vi.advanceTimersByTime(1)
    expect(one.log).toContain('slow a')
    one.attempts[1]!.ok()
    vi.useRealTimers()
    await posting
    expect(one.log).toContain('stored a')
    expect(one.attempts[1]!.nonce).toBe(nonce)
  })
})

describe('a reload', () => {
  it('brings back what was not sent, in order, with its nonce, before what is written then', async () => {
    const before = tab()
    before.isOpen = false
    const nonces = ['a', 'b'].map((text) => before.outbox.write(1, text).nonce)
    await until(async () => (await kept()).length === 2)
    before.outbox.close()

    const after = tab()
    const loading = after.outbox.load()
    after.outbox.write(1, 'c')
    await loading
    for (const n of [1, 2, 3]) (await after.attempt(n)).ok()
    expect(after.sent).toEqual(['a', 'b', 'c'])
    expect(after.attempts.slice(0, 2).map((attempt) => attempt.nonce)).toEqual(nonces)
  })

  it('brings back what failed, as failed', async () => {
    const before = tab()
    before.outbox.write(1, 'a')
    ;(await before.attempt(1)).refuse('forbidden')
    await until(async () => (await kept())[0]?.failed === 'forbidden')
    const after = tab()
    await after.outbox.load()
    await after.outbox.flushAll()
    expect(after.log).toEqual(['written a'])
    expect(after.attempts).toEqual([])
    expect(after.outbox.size).toBe(0)
  })

  it('does not bring what somebody else wrote', async () => {
    await (await openDatabase())!.put('outbox', {
      nonce: 'x',
      user: ME + 1,
      room: 1,
      text: 'hers',
      at: Date.now(),
      failed: null,
    })
    const one = tab()
    await one.outbox.load()
    expect(one.log).toEqual([])
  })

  it('after more than seven days fails what waits', async () => {
    const old = Date.now() - 8 * 86_400_000
    await (await openDatabase())!.put('outbox', { nonce: 'x', user: ME, room: 1, text: 'old', at: old, failed: null })
    const one = tab()
    await one.outbox.load()
    await one.outbox.flushAll()
    expect(one.log).toContain('failed old timeout')
    expect(one.attempts).toEqual([])
  })
})

describe('two tabs', () => {
  it('show the same row, and its end', async () => {
    const [one, two] = [tab(), tab()]
    const { nonce } = one.outbox.write(1, 'a')
    await two.heard('written a')
    expect(two.outbox.size).toBe(1)
    ;(await one.attempt(1)).ok()
    await two.heard('stored a')
    expect(two.outbox.size).toBe(0)
    expect(two.attempts).toEqual([])
    expect(two.outbox.discard(nonce)).toBeUndefined()
  })

  it('do not send twice what one has sent while the other had no line', async () => {
    const [one, two] = [tab(), tab()]
    one.isOpen = false
    one.outbox.write(1, 'a')
    await two.heard('written a')
    void two.outbox.flushAll()
    ;(await two.attempt(1)).ok()
    await one.heard('stored a')
    one.isOpen = true
    await one.outbox.flushAll()
    expect(one.attempts).toEqual([])
  })

  it('take turns under a Web Lock: the second finds it sent', async () => {
    let turn: Promise<unknown> = Promise.resolve()
    const locks = { request: (_name: string, work: () => Promise<void>) => (turn = turn.then(work)) }
    vi.stubGlobal('navigator', Object.create(navigator, { locks: { value: locks } }))
    const [one, two] = [tab(), tab()]
    one.outbox.write(1, 'a')
    await two.heard('written a')
    const sending = await one.attempt(1)
    const other = two.outbox.flushAll()
    sending.ok()
    await other
    expect(two.attempts).toEqual([])
    expect(one.attempts).toHaveLength(1)
  })

  it('do not send what another has sent and said nothing about', async () => {
    vi.stubGlobal('BroadcastChannel', undefined)
    const [one, two] = [tab(), tab()]
    one.outbox.write(1, 'a')
    const sending = await one.attempt(1)
    await two.outbox.load()
    expect(two.log).toEqual(['written a'])
    sending.ok()
    await until(async () => (await kept()).length === 0)
    await two.outbox.flushAll()
    expect(two.attempts).toEqual([])
    expect(two.outbox.size).toBe(0)
  })
})

describe('a flush', () => {
  it('looks once more when something was written while it ended', async () => {
    let open = () => undefined as void
    const gate = new Promise<void>((resolve) => (open = resolve))
    const locks = { request: (_name: string, work: () => Promise<void>) => work().then(() => gate) }
    vi.stubGlobal('navigator', Object.create(navigator, { locks: { value: locks } }))
    const one = tab()
    void one.outbox.flush(1)
    await new Promise((next) => setImmediate(next))
    one.outbox.write(1, 'a')
    await until(async () => (await kept()).length === 1)
    await new Promise((next) => setImmediate(next))
    expect(one.attempts).toEqual([])
    open()
    ;(await one.attempt(1)).ok()
    await one.heard('stored a')
  })
})

describe('files', () => {
  const file = (size: number): LocalFile => ({
    id: `local-${size}`,
    name: 'a.txt',
    mime: 'text/plain',
    kind: 'file',
    size,
    blob: new Blob(['x'.repeat(Math.min(size, 10))]),
  })

  it('are kept with their message, and what the server has of them', async () => {
    const one = tab()
    one.isOpen = false
    const record = one.outbox.write(1, '', { files: ['local-5'] }, [file(5)])
    await until(async () => (await kept()).length === 1)
    record.files![0]!.row = { id: 'f', name: 'a.txt', mime: 'text/plain', kind: 'file', size: 5 }
    await one.outbox.update(record)
    const [stored] = await kept()
    expect([stored!.carried, stored!.files![0]!.row!.id]).toEqual([{ files: ['local-5'] }, 'f'])
  })

  it('that are too large are sent all the same, and not kept', async () => {
    const one = tab()
    one.outbox.write(1, 'large', { files: ['local-30000000'] }, [file(30_000_000)])
    await one.attempt(1)
    expect(await kept()).toEqual([])
  })

  it('discarded on their way hold nobody up', async () => {
    const one = tab()
    const record = one.outbox.write(1, 'first', { files: ['local-5'] }, [file(5)])
    one.outbox.write(1, 'second')
    const attempt = await one.attempt(1)
    one.outbox.discard(record.nonce)
    attempt.refuse('offline')
    expect((await one.attempt(2)).text).toBe('second')
  })
})
