// @vitest-environment happy-dom
/* eslint-disable vue/one-component-per-file -- small ones, made for one test */
import { flushPromises, mount } from '@vue/test-utils'
import { createPinia, setActivePinia } from 'pinia'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { defineComponent, h, ref } from 'vue'
import { createMemoryHistory, createRouter } from 'vue-router'
import en from '../../src/locales/en.json'
import { lazy, lazyPlace } from '../../src/features/lazy'
import ErrorBoundary from '../../src/features/shell/ErrorBoundary.vue'
import { fetched, NotFetched, PAUSE } from '../../src/lib/fetched'
import { i18n } from '../../src/lib/i18n'
import { useUi } from '../../src/stores/ui'

const missing = () => Promise.reject(new TypeError('Failed to fetch dynamically imported module: /assets/x.js'))
const Part = defineComponent({ emits: ['close'], setup: () => () => h('p', 'here it is') })

beforeEach(() => {
  vi.useFakeTimers()
  setActivePinia(createPinia())
  i18n.global.setLocaleMessage('en', en as never)
})
afterEach(() => {
  vi.useRealTimers()
})

describe('what is fetched', () => {
  it('is tried once more, and then missing', async () => {
    const load = vi.fn(missing)
    const outcome = fetched(load).catch((error: unknown) => error)
    await vi.advanceTimersByTimeAsync(PAUSE)
    expect(await outcome).toBeInstanceOf(NotFetched)
    expect(load).toHaveBeenCalledTimes(2)
  })

  it('comes at the second try', async () => {
    const load = vi.fn<() => Promise<string>>(() => Promise.resolve('part')).mockImplementationOnce(missing)
    const outcome = fetched(load)
    await vi.advanceTimersByTimeAsync(PAUSE)
    expect(await outcome).toBe('part')
  })

  it('is not tried again for what goes wrong inside', async () => {
    const load = vi.fn(() => Promise.reject(new TypeError('x is not a function')))
    await expect(fetched(load)).rejects.toThrow('x is not a function')
    expect(load).toHaveBeenCalledTimes(1)
  })
})

describe('a part of the page', () => {
  async function page(Lazy: ReturnType<typeof lazy>) {
    const open = ref(true)
    const Page = defineComponent({
      setup: () => () => h(ErrorBoundary, () => [h('button', 'opener'), open.value && h(Lazy, { onClose })]),
    })
    function onClose(): void {
      open.value = false
    }
    const router = createRouter({ history: createMemoryHistory(), routes: [{ path: '/', component: Part }] })
    const shown = mount(Page, { global: { plugins: [i18n, router] } })
    await vi.advanceTimersByTimeAsync(PAUSE)
    await flushPromises()
    return { shown, open }
  }

  it('closes where it does not come, is told of once, and comes when it is opened again', async () => {
    const load = vi
      .fn(() => Promise.resolve(Part))
      .mockImplementationOnce(missing)
      .mockImplementationOnce(missing)
    const { shown, open } = await page(lazy(load))
    expect(shown.text()).toBe('opener')
    expect(open.value).toBe(false)
    const { toasts } = useUi()
    expect(toasts.map(({ key, stays, action }) => [key, stays, action?.key])).toEqual([
      ['broken.part', true, 'broken.reload'],
    ])
    open.value = true
    await flushPromises()
    expect(shown.text()).toContain('here it is')
  })

  it('says so in its place', async () => {
    const { shown } = await page(lazyPlace(missing))
    expect(shown.find('[role=alert]').text()).toContain('This part of the page could not be loaded.')
    expect(useUi().toasts).toEqual([])
  })

  it('takes the page down for what goes wrong inside', async () => {
    vi.spyOn(console, 'error').mockImplementation(() => undefined)
    const { shown } = await page(lazy(() => Promise.reject(new Error('a mistake'))))
    expect(shown.text()).toContain('Something went wrong here')
  })
})
