// When Enter sends, and when it belongs to an input method: kept small, tested by order of events.

export type SendKey = 'enter' | 'ctrl-enter'

/**
 * Is this key press part of a composition?  Safari ends the composition before the keydown that confirms it,
 * so there only keyCode 229 tells (WebKit bug 165004).
 */
export function isComposing(event: Pick<KeyboardEvent, 'isComposing' | 'keyCode'>): boolean {
  return event.isComposing || event.keyCode === 229
}

/** Does this keydown send?  On touch Enter makes a new line; Ctrl or ⌘ with Enter sends everywhere. */
export function wantsSend(
  event: Pick<KeyboardEvent, 'key' | 'isComposing' | 'keyCode' | 'altKey' | 'ctrlKey' | 'metaKey' | 'shiftKey'>,
  mode: SendKey,
  touch: boolean,
): boolean {
  if (event.key !== 'Enter' || isComposing(event) || event.altKey) return false
  if (event.ctrlKey || event.metaKey) return true
  return mode === 'enter' && !event.shiftKey && !touch
}

/** A device with a coarse pointer and no fine one. */
export function touchOnly(): boolean {
  return matchMedia('(pointer: coarse)').matches && !matchMedia('(any-pointer: fine)').matches
}
