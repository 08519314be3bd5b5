// Changes of a text field that its own "undo" takes back.

/** Replaces a part of the field's text as if it had been typed; the caret stands behind it. */
export function replaceIn(field: HTMLTextAreaElement, from: number, to: number, text: string): void {
  if (document.activeElement === field) {
    field.setSelectionRange(from, to)
    // Deprecated without a successor: nothing else keeps the field's history.
    if (document.execCommand?.('insertText', false, text)) return
  }
  field.setRangeText(text, from, to, 'end')
  field.dispatchEvent(new InputEvent('input', { bubbles: true, inputType: 'insertText', data: text }))
}
