// How the text of a message is drawn.
import { mount, flushPromises } from '@vue/test-utils'
import { createPinia, setActivePinia } from 'pinia'
import { beforeEach, describe, expect, it } from 'vitest'
import { createMemoryHistory, createRouter } from 'vue-router'
import { i18n, setLocale } from '@/lib/i18n'
import { loadMarkdown } from '@/lib/markup/pieces'
import { usePeople } from '@/stores/people'
import { useRooms } from '@/stores/rooms'
import { useSession } from '@/stores/session'
import type { Me, RoomState } from '@/wire/frames'
import MessageText from '@/features/chat/row/MessageText'

const router = createRouter({
  history: createMemoryHistory(),
  routes: [{ path: '/:all(.*)', component: { template: '' } }],
})

beforeEach(async () => {
  setActivePinia(createPinia())
  await setLocale('en')
  await loadMarkdown()
})

function draw(text: string, props: Record<string, unknown> = {}) {
  return mount(MessageText, { props: { text, reachable: true, ...props }, global: { plugins: [i18n, router] } })
}

describe('MessageText', () => {
  it('draws words as words', () => {
    const view = draw('<b>a</b> & b\n  c')
    expect(view.text()).toBe('<b>a</b> & b\n  c')
    expect(view.find('b').exists()).toBe(false)
  })

  it('draws marks as elements', () => {
    const view = draw('**真。**她 *and* `x` ~~y~~')
    expect(view.element.tagName).toBe('SPAN')
    expect(view.find('strong').text()).toBe('真。')
    expect(view.findAll('em, code, s').map((part) => part.text())).toEqual(['and', 'x', 'y'])
  })

  it('opens an address outside without telling from where', () => {
    const link = draw('[tea](https://example.com/x) **x**').get('a')
    expect(link.attributes()).toMatchObject({
      href: 'https://example.com/x',
      title: 'https://example.com/x',
      target: '_blank',
      rel: 'noopener noreferrer nofollow ugc',
      tabindex: '0',
    })
  })

  it('goes to a message of this server without leaving', () => {
    const link = draw(`${location.origin}/rooms/3#m-7`).get('a')
    expect(link.attributes('href')).toBe('/rooms/3#m-7')
    expect(link.attributes('target')).toBeUndefined()
  })

  it('names those who are meant, oneself above all, and nobody else', () => {
    useSession().me = { id: 1, name: 'mei', display_name: '梅' } as Me
    usePeople().put(
      { id: 1, name: 'mei', display_name: '梅', kind: 'human', avatar: null },
      { id: 2, name: 'ola', display_name: 'Ola', kind: 'human', avatar: null },
    )
    const view = draw('@mei **@ola** @bob `@mei`', { mentions: [1, 2] })
    const links = view.findAll('a.mention')
    expect(links.map((link) => link.text())).toEqual(['@mei', '@ola'])
    expect(links.map((link) => link.classes('mine'))).toEqual([true, false])
    expect(links[1]!.attributes()).toMatchObject({ href: '/people/2', title: 'Ola' })
  })

  it('marks everybody where the server says that all are meant', () => {
    expect(draw('@all tea!', { everyone: 'all' }).get('.mention').text()).toBe('@all')
    expect(draw('@all tea!').find('.mention').exists()).toBe(false)
  })

  it('leads to a public room that one knows', () => {
    const rooms = useRooms()
    const room = (id: number, title: string, kind: string) =>
      ({ room: id, title, kind, archived: null, seq: 0, read: 0 }) as RoomState
    rooms.welcome([room(5, '茶室', 'public'), room(6, 'cellar', 'private')])
    const view = draw('去#茶室吧，不去#cellar')
    expect(view.findAll('a').map((link) => [link.text(), link.attributes('href')])).toEqual([['#茶室', '/rooms/5']])
  })

  it('keeps covered what is covered until it is pressed', async () => {
    const view = draw('||see https://example.com||')
    const cover = view.get('button')
    expect(cover.attributes('aria-label')).toBe('Covered text: show it')
    expect(view.find('a').exists()).toBe(false)
    await cover.trigger('click')
    expect(view.find('button').exists()).toBe(false)
    expect(view.get('a').attributes('href')).toBe('https://example.com/')
  })

  it('colours code whose language is named, without reading it as HTML', async () => {
    const view = draw('```js\nconst a = "<img src=x>"\n```')
    await import('@/lib/markup/highlight')
    await flushPromises()
    expect(view.get('pre').text()).toBe('const a = "<img src=x>"')
    expect(view.get('.code-keyword').text()).toBe('const')
    expect(view.get('.code-string').text()).toBe('"<img src=x>"')
    expect(view.find('img').exists()).toBe(false)
  })

  it('leaves a language that it does not know as it is', async () => {
    const view = draw('```klingon\nqapla’\n```')
    await flushPromises()
    expect(view.get('pre').text()).toBe('qapla’')
  })

  it('shows a list with its first number, and a quotation', () => {
    const view = draw('3. c\n4. d\n\n> q')
    expect(view.element.tagName).toBe('DIV')
    expect(view.get('ol').attributes('start')).toBe('3')
    expect(view.findAll('li').map((item) => item.text())).toEqual(['c', 'd'])
    expect(view.get('blockquote').text()).toBe('q')
  })
})
