// Drafts: kept per room and user, over reloads, in all tabs.
import { createPinia, setActivePinia } from 'pinia'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { openDatabase } from '@/lib/db'
import { useDrafts } from '@/stores/drafts'
import { ME, OTHER, until } from '../fake-server'

type Drafts = ReturnType<typeof useDrafts>
const opened: Drafts[] = []

/** A page of its own. */
async function page(user = ME): Promise<Drafts> {
  setActivePinia(createPinia())
  const drafts = useDrafts()
  opened.push(drafts)
  await drafts.open(user)
  return drafts
}

async function kept(): Promise<string[]> {
  return (await (await openDatabase())!.getAll('drafts')).map((draft) => draft.text)
}

beforeEach(async () => {
  await (await openDatabase())!.clear('drafts')
})

afterEach(() => {
  vi.useRealTimers()
  for (const drafts of opened.splice(0)) drafts.close()
})

describe('drafts', () => {
  it('are there at once and written after 400 ms of rest', async () => {
    const drafts = await page()
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    drafts.set(1, 'h')
    vi.advanceTimersByTime(399)
    drafts.set(1, 'he')
    expect(drafts.get(1)).toBe('he')
    vi.advanceTimersByTime(399)
    expect(await kept()).toEqual([])
    vi.advanceTimersByTime(1)
    vi.useRealTimers()
    await until(async () => (await kept()).length === 1)
    expect(await kept()).toEqual(['he'])
  })

  it('come back after a reload, each under its user', async () => {
    const before = await page()
    before.set(1, 'mine')
    before.close()
    await until(async () => (await kept()).length === 1)
    expect((await page()).get(1)).toBe('mine')
    expect((await page(OTHER)).get(1)).toBe('')
  })

  it('do not bring the kept text over what is typed while it is read', async () => {
    const before = await page()
    before.set(1, 'kept')
    before.close()
    await until(async () => (await kept()).length === 1)
    setActivePinia(createPinia())
    const drafts = useDrafts()
    opened.push(drafts)
    const opening = drafts.open(ME)
    drafts.set(1, 'typed')
    await opening
    expect(drafts.get(1)).toBe('typed')
  })

  it.each([
    ['leaves', () => dispatchEvent(new Event('pagehide'))],
    [
      'is hidden',
      () => {
        vi.spyOn(document, 'visibilityState', 'get').mockReturnValue('hidden')
        document.dispatchEvent(new Event('visibilitychange'))
      },
    ],
  ])('emptied right before the page %s stay empty', async (_, go) => {
    const drafts = await page()
    drafts.set(1, 'half a thought')
    dispatchEvent(new Event('pagehide'))
    await until(async () => (await kept()).length === 1)
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    drafts.set(1, '')
    go()
    vi.useRealTimers()
    vi.restoreAllMocks()
    await until(async () => (await kept()).length === 0)
  })

  it('emptied while what was kept is read do not come back', async () => {
    const before = await page()
    before.set(1, 'kept')
    before.close()
    await until(async () => (await kept()).length === 1)
    setActivePinia(createPinia())
    const drafts = useDrafts()
    opened.push(drafts)
    const opening = drafts.open(ME)
    drafts.set(1, 'k')
    drafts.set(1, '')
    await opening
    expect(drafts.get(1)).toBe('')
  })

  it('are gone when cleared', async () => {
    const drafts = await page()
    drafts.set(1, 'x')
    drafts.clear(1)
    expect(drafts.has(1)).toBe(false)
    await until(async () => (await kept()).length === 0)
  })

  it('of blanks are none', async () => {
    const drafts = await page()
    drafts.set(1, '  \n')
    expect(drafts.has(1)).toBe(false)
    expect(drafts.get(1)).toBe('  \n')
  })

  it('are shared between tabs', async () => {
    const one = await page()
    const two = await page()
    one.set(1, 'here')
    one.close()
    await until(() => two.get(1) === 'here')
  })
})
