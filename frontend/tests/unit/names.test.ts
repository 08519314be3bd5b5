// Names in a text: of people, and of rooms.
import { describe, expect, it } from 'vitest'
import { nameParts } from '@/lib/markup/names'

const PEOPLE = [
  { id: 1, name: 'mei' },
  { id: 2, name: 'li_na' },
  { id: 3, name: '林晓月' },
  { id: 4, name: 'Li' },
  { id: 5, name: 'ana.b' },
]
const ROOMS = [
  { id: 10, name: 'Tea' },
  { id: 11, name: 'Tea house' },
  { id: 12, name: '茶室' },
]

const told = (text: string) =>
  nameParts(text, PEOPLE, ROOMS)
    .map((part) => (part.kind === 'text' ? part.text : `<${part.id}:${part.text}>`))
    .join('')

describe('nameParts', () => {
  it.each([
    ['@mei hello', '<1:@mei> hello'],
    ['hello @MEI!', 'hello <1:@MEI>!'],
    ['你好@mei来吗', '你好<1:@mei>来吗'],
    ['你好＠林晓月来得及吗', '你好<3:＠林晓月>来得及吗'],
    ['@meizi is another', '@meizi is another'],
    ['@li_na and @li', '<2:@li_na> and <4:@li>'],
    ['@ana.b. Yes', '<5:@ana.b>. Yes'],
    ['mail mei@mei.example', 'mail mei@mei.example'],
    ['@bob @ @@mei', '@bob @ @<1:@mei>'],
    ['see #tea house', 'see <11:#tea house>'],
    ['see #Teapot', 'see #Teapot'],
    ['去＃茶室吧', '去<12:＃茶室>吧'],
    ['&#茶室 x/#Tea', '&#茶室 x/#Tea'],
  ])('%s', (text, parts) => {
    expect(told(text)).toBe(parts)
  })

  it('gives the text back when its parts are put together', () => {
    const text = '@mei, @林晓月 #茶室 #Tea house @nobody'
    expect(
      nameParts(text, PEOPLE, ROOMS)
        .map((part) => part.text)
        .join(''),
    ).toBe(text)
  })
})
