// What everybody is told: shown until it is put away, here or elsewhere.
import { createPinia, setActivePinia } from 'pinia'
import { beforeEach, describe, expect, it } from 'vitest'
import { useAnnouncements } from '@/stores/announcements'
import type { Announcement } from '@/wire/frames'
import { serveHttp } from '../fake-server'

function announcement(changes: Partial<Announcement> = {}): Announcement {
  const times = { created: 1_000, changed: 1_000, ended: null }
  return { type: 'announcement', id: 1, version: 1, text: 'Tea', link: null, ...times, ...changes }
}

let calls: string[]
let answers: Record<string, object>

beforeEach(() => {
  setActivePinia(createPinia())
  answers = { 'PUT /announcements/1/dismissed': {} }
  calls = serveHttp(answers)
})

describe('the announcement', () => {
  it('is shown, changes, and ends', () => {
    const store = useAnnouncements()
    store.put(announcement())
    expect(store.shown?.text).toBe('Tea')
    store.put(announcement({ version: 2, text: 'Cake' }))
    expect(store.shown?.text).toBe('Cake')
    store.put(announcement({ id: 9, ended: 2_000 }))
    expect(store.shown?.text, 'another one has ended').toBe('Cake')
    store.put(announcement({ version: 2, ended: 2_000 }))
    expect(store.shown).toBeNull()
  })

  it('put away here is gone at once, and the server is told', async () => {
    const store = useAnnouncements()
    store.put(announcement())
    const told = store.dismiss()
    expect(store.shown).toBeNull()
    await told
    expect(calls).toContain('PUT /announcements/1/dismissed')
    store.put(announcement())
    expect(store.shown, 'a late event does not bring it back').toBeNull()
    store.put(announcement({ version: 2 }))
    expect(store.shown?.version, 'another text does').toBe(2)
  })

  it('put away elsewhere is gone here', () => {
    const store = useAnnouncements()
    store.put(announcement({ version: 2 }))
    store.dismissed(1, 1)
    expect(store.shown?.version, 'an older version').toBe(2)
    store.dismissed(1, 2)
    expect(store.shown).toBeNull()
  })

  it('comes back if the server could not be told', async () => {
    const store = useAnnouncements()
    delete answers['PUT /announcements/1/dismissed']
    store.put(announcement())
    await store.dismiss()
    store.put(announcement())
    expect(store.shown).not.toBeNull()
  })
})
