// The tone of skin that somebody has chosen on this device.
import { useLocalStorage } from '@vueuse/core'
import type { Tone } from './data'

export const tone = useLocalStorage<Tone>('webchat.emojiTone', 0, {
  serializer: {
    read: (text) => (/^[0-5]$/.test(text) ? (Number(text) as Tone) : 0),
    write: String,
  },
  writeDefaults: false,
})
