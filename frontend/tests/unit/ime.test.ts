// Enter sends, except while an input method is at work.
import { describe, expect, it } from 'vitest'
import { wantsSend, type SendKey } from '@/lib/ime'

const plain = {
  key: 'Enter',
  isComposing: false,
  keyCode: 13,
  altKey: false,
  ctrlKey: false,
  metaKey: false,
  shiftKey: false,
}

const cases: [string, Partial<typeof plain>, SendKey, boolean, boolean][] = [
  ['Enter', {}, 'enter', false, true],
  ['another key', { key: 'a', keyCode: 65 }, 'enter', false, false],
  ['Shift+Enter', { shiftKey: true }, 'enter', false, false],
  ['Alt+Enter', { altKey: true }, 'enter', false, false],
  ['Ctrl+Alt+Enter', { altKey: true, ctrlKey: true }, 'enter', false, false],
  ['Ctrl+Enter', { ctrlKey: true }, 'enter', false, true],
  ['⌘+Enter', { metaKey: true }, 'enter', false, true],
  ['Enter on touch', {}, 'enter', true, false],
  ['Ctrl+Enter on touch', { ctrlKey: true }, 'enter', true, true],
  ['Enter, where Ctrl+Enter sends', {}, 'ctrl-enter', false, false],
  ['Ctrl+Enter, where it sends', { ctrlKey: true }, 'ctrl-enter', false, true],
  ['⌘+Enter, where Ctrl+Enter sends', { metaKey: true }, 'ctrl-enter', false, true],
  ['Enter inside a composition', { isComposing: true }, 'enter', false, false],
  ['Ctrl+Enter inside a composition', { isComposing: true, ctrlKey: true }, 'ctrl-enter', false, false],
  ['Enter that confirms, as Safari tells it', { keyCode: 229 }, 'enter', false, false],
  ['Ctrl+Enter that confirms, as Safari tells it', { keyCode: 229, ctrlKey: true }, 'enter', false, false],
  ['Process', { key: 'Process', keyCode: 229 }, 'enter', false, false],
]

describe('wantsSend', () => {
  it.each(cases)('%s', (_name, event, mode, touch, sends) => {
    expect(wantsSend({ ...plain, ...event }, mode, touch)).toBe(sends)
  })
})
