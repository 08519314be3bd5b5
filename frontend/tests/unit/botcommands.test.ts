// The commands of a bot as who answers for it sees them, and the answers that only one reads.
import { flushPromises, mount } from '@vue/test-utils'
import { createPinia, setActivePinia, type Pinia } from 'pinia'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import AsideRows from '@/features/slash/AsideRows.vue'
import BotCommands from '@/features/slash/BotCommands.vue'
import { addPart, i18n, setLocale, type Locale } from '@/lib/i18n'
import { useAsides } from '@/stores/asides'
import { draftPlace, useDrafts } from '@/stores/drafts'
import { useUi } from '@/stores/ui'

const RAIN = { id: 1, name: 'rain', hint: '[city]', description: 'Says when', url: 'https://a.example', failures: 0 }
const SNOW = { id: 2, name: 'snow', hint: '', description: '', url: null, failures: 10, resting: 1 }

let pinia: Pinia
/** What the server was asked, and answers. */
const asked: string[] = []
let answers: Record<string, [number, unknown]>

beforeEach(async () => {
  setActivePinia((pinia = createPinia()))
  asked.length = 0
  answers = { 'GET /api/v1/bots/9/commands': [200, { commands: [{ ...RAIN, resting: null }, SNOW] }] }
  vi.stubGlobal('fetch', (url: URL | string, init?: RequestInit) => {
    const name = `${init?.method ?? 'GET'} ${new URL(url, 'http://here').pathname}`
    asked.push(name)
    const [status, body] = answers[name] ?? [204, null]
    const kind = status < 400 ? 'application/json' : 'application/problem+json'
    return Promise.resolve(
      new Response(status === 204 ? null : JSON.stringify(body), { status, headers: { 'Content-Type': kind } }),
    )
  })
})
afterEach(() => vi.unstubAllGlobals())

async function show(locale: Locale = 'en') {
  await addPart('slash')
  await setLocale(locale)
  const shown = mount(BotCommands, { props: { bot: 9 }, global: { plugins: [pinia, i18n] } })
  await flushPromises()
  return shown
}

describe('BotCommands', () => {
  it('says of each what may follow, where it is told, and that it rests', async () => {
    const shown = await show()
    const [rain, snow] = shown.findAll('li').map((one) => one.text().replace(/\s+/g, ' '))
    expect(rain).toBe('/rain [city]Says whenTold to https://a.example')
    expect(snow).toBe('/snow Told to its connectionsRests: its address has not answered 10 times in a row.')
  })

  it('does so in Chinese', async () => {
    expect((await show('zh-CN')).find('h3').text()).toBe('命令')
  })

  it('says that there are none, and that they could not be had', async () => {
    answers['GET /api/v1/bots/9/commands'] = [200, { commands: [] }]
    expect((await show()).text()).toContain('This bot has no commands.')
    answers['GET /api/v1/bots/9/commands'] = [500, { code: 'internal' }]
    const shown = await show()
    expect(shown.text()).toContain('Could not load the commands.')
    expect(shown.find('li').exists()).toBe(false)
  })

  it('removes one, also where it was removed elsewhere, and keeps it where that is refused', async () => {
    const shown = await show()
    answers['DELETE /api/v1/commands/1'] = [404, { code: 'no_such_command' }]
    answers['DELETE /api/v1/commands/2'] = [429, { code: 'rate_limited' }]
    await shown.find('[aria-label="Remove /rain"]').trigger('click')
    await flushPromises()
    await shown.find('[aria-label="Remove /snow"]').trigger('click')
    await flushPromises()
    expect(shown.findAll('li')).toHaveLength(1)
    expect(asked.slice(1)).toEqual(['DELETE /api/v1/commands/1', 'DELETE /api/v1/commands/2'])
    expect(useUi().toasts.map((one) => one.key)).toEqual(['slash.of_bot.removed', 'error.rate_limited'])
  })
})

describe('AsideRows', () => {
  it('puts what was meant in place of an unknown name, and keeps what follows', async () => {
    await addPart('slash')
    await setLocale('en')
    const [place, line] = [draftPlace(1), ' ／tpoic Tea $& three']
    useDrafts().set(place, line)
    useAsides().add(place, { command: 'tpoic', text: 'Nobody knows it.', unknown: { line, suggestions: ['topic'] } })
    const shown = mount(AsideRows, { props: { room: 1 }, global: { plugins: [pinia, i18n] } })
    const choice = shown.findAll('button').find((one) => one.text() === 'Use /topic')
    await choice!.trigger('click')
    expect(useDrafts().get(place)).toBe(' ／topic Tea $& three')
    expect(shown.find('article').exists()).toBe(false)
    expect(shown.emitted('done')).toHaveLength(1)
  })
})
