// Files on their way: one is left behind or fails, and the others lose nothing.
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { openDatabase, type LocalFile, type OutboxRecord } from '@/lib/db'
import * as outgoing from '@/stores/outgoing'
import { itemsOf, putBack, setItems } from '@/stores/tray'
import { Outbox } from '@/wire/outbox'
import { bring } from '@/wire/upload'
import { until } from '../fake-server'

/** A request that waits until the test answers it. */
class Request {
  static all: Request[] = []
  readonly upload: { onprogress?: (event: object) => void } = {}
  onload?: () => void
  onerror?: () => void
  onabort?: () => void
  status = 0
  responseText = ''
  name = ''
  isAborted = false

  open(_method: string, url: string): void {
    this.name = new URL(url, 'http://test').searchParams.get('name')!
  }
  readonly setRequestHeader = (): void => undefined
  send(): void {
    Request.all.push(this)
  }
  abort(): void {
    this.isAborted = true
    this.onabort?.()
  }
  answer(status: number, body: object): void {
    this.status = status
    this.responseText = JSON.stringify(body)
    this.onload?.()
  }
  take(): void {
    this.answer(201, { id: `there-${this.name}`, name: this.name, mime: 'image/png', kind: 'image', size: 3 })
  }

  static for(name: string): Promise<Request> {
    return vi.waitUntil(() => Request.all.findLast((one) => one.name === name))
  }
}

function file(name: string): LocalFile {
  return { id: outgoing.newId(), name, mime: 'image/png', kind: 'image', size: 3, blob: new Blob(['abc']) }
}

let outbox: Outbox
let told: string[]
let posted: { text: string; files: string[] }[]

beforeEach(async () => {
  await (await openDatabase())!.clear('outbox')
  Request.all = []
  vi.stubGlobal('XMLHttpRequest', Request)
  told = []
  posted = []
  const say = (what: string) => (record: OutboxRecord) => void told.push(`${what} ${record.text}`)
  outbox = new Outbox(2, {
    async post(record) {
      const files = await bring(record, {
        stopper: ({ id }) => outgoing.stopperOf(id),
        progress: () => undefined,
        brought: () => outbox.update(record),
      })
      posted.push({ text: record.text, files })
      return { room: record.room, seq: 1, rev: 1, created: 1, nonce: record.nonce }
    },
    isOpen: () => true,
    written: () => undefined,
    sending: () => undefined,
    slow: () => undefined,
    waiting: () => undefined,
    stored: say('stored'),
    failed: (record, code) => void told.push(`failed ${record.text} ${code}`),
    withdrawn: (_record, id) => outgoing.giveUp(id),
    gone: ({ text, files = [] }) => {
      told.push(`gone ${text}`)
      for (const { id } of files) outgoing.giveUp(id)
    },
  })
  await outbox.load()
})

afterEach(() => outbox.close())

describe('one of several files', () => {
  it('is left behind while it is on its way, and the others go', async () => {
    const [one, two, three] = [file('one'), file('two'), file('three')]
    const { nonce } = outbox.write(1, 'tea', { files: [one.id, two.id, three.id] }, [one, two, three])
    ;(await Request.for('one')).take()
    const second = await Request.for('two')
    outbox.withdraw(nonce, two.id)
    expect(second.isAborted).toBe(true)
    ;(await Request.for('three')).take()
    await until(() => posted.length > 0)
    expect(posted).toEqual([{ text: 'tea', files: ['there-one', 'there-three'] }])
    expect(told).toEqual(['stored tea'])
  })

  it('is left behind before its turn', async () => {
    const [one, two] = [file('one'), file('two')]
    const { nonce } = outbox.write(1, 'tea', { files: [one.id, two.id] }, [one, two])
    const first = await Request.for('one')
    outbox.withdraw(nonce, two.id)
    first.take()
    await until(() => posted.length > 0)
    expect(Request.all.map(({ name }) => name)).toEqual(['one'])
    expect(posted[0]!.files).toEqual(['there-one'])
  })

  it('that is there already cannot be left behind', async () => {
    const [one, two] = [file('one'), file('two')]
    const { nonce } = outbox.write(1, 'tea', { files: [one.id, two.id] }, [one, two])
    ;(await Request.for('one')).take()
    const second = await Request.for('two')
    outbox.withdraw(nonce, one.id)
    second.take()
    await until(() => posted.length > 0)
    expect(posted[0]!.files).toEqual(['there-one', 'there-two'])
  })

  it('that is refused is left behind, and the rest is tried again without bringing it twice', async () => {
    const [one, two] = [file('one'), file('two')]
    const { nonce } = outbox.write(1, 'tea', { files: [one.id, two.id] }, [one, two])
    ;(await Request.for('one')).take()
    ;(await Request.for('two')).answer(415, { code: 'bad_file', detail: '' })
    await until(() => told.length > 0)
    expect(told).toEqual(['failed tea bad_file'])
    outbox.withdraw(nonce, two.id)
    await outbox.retry(nonce)
    expect(posted).toEqual([{ text: 'tea', files: ['there-one'] }])
    expect(Request.all.map(({ name }) => name)).toEqual(['one', 'two'])
  })
})

describe('the only file', () => {
  it('left behind leaves the words', async () => {
    const one = file('one')
    const record = outbox.write(1, 'tea', { reply: 4, files: [one.id] }, [one])
    await Request.for('one')
    outbox.withdraw(record.nonce, one.id)
    await until(() => posted.length > 0)
    expect(posted).toEqual([{ text: 'tea', files: [] }])
    expect(record.carried).toEqual({ reply: 4 })
  })

  it('without words takes the message with it', async () => {
    const one = file('one')
    const { nonce } = outbox.write(1, '', { files: [one.id] }, [one])
    const request = await Request.for('one')
    outbox.withdraw(nonce, one.id)
    expect(request.isAborted).toBe(true)
    expect(told).toEqual(['gone '])
    expect(outbox.size).toBe(0)
  })

  it('that failed is tried again', async () => {
    const one = file('one')
    const { nonce } = outbox.write(1, 'tea', { files: [one.id] }, [one])
    ;(await Request.for('one')).answer(403, { code: 'forbidden', detail: '' })
    await until(() => told.length > 0)
    Request.all = []
    void outbox.retry(nonce)
    ;(await Request.for('one')).take()
    await until(() => posted.length > 0)
    expect(posted[0]!.files).toEqual(['there-one'])
  })
})

it('what is taken back lies in the tray beside what is there, each place for itself', () => {
  const [one, two] = [file('one'), file('two')]
  putBack('1/7', [one])
  putBack('1/7', [two])
  expect(itemsOf('1/7').map((item) => item.file.name)).toEqual(['one', 'two'])
  expect(outgoing.take([two.id])).toEqual([two])
  expect(itemsOf(1)).toEqual([])
  setItems('1/7', [])
})
