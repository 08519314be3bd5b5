// The browser's offer to put the chat among the apps of the device, kept until somebody wants it.
import { shallowRef } from 'vue'

/** Not in TypeScript's library: only Chromium has it. */
interface InstallOffer extends Event {
  prompt(): Promise<void>
  userChoice: Promise<{ outcome: 'accepted' | 'dismissed' }>
}

export const offer = shallowRef<InstallOffer | null>(null)

/** Listens for the offer; answers how to stop. */
export function awaitOffer(): () => void {
  const keep = (event: Event) => {
    // The settings make it, not the browser in the middle of a conversation.
    event.preventDefault()
    offer.value = event as InstallOffer
  }
  const forget = () => (offer.value = null)
  window.addEventListener('beforeinstallprompt', keep)
  window.addEventListener('appinstalled', forget)
  return () => {
    window.removeEventListener('beforeinstallprompt', keep)
    window.removeEventListener('appinstalled', forget)
  }
}

export async function install(): Promise<void> {
  const event = offer.value
  if (!event) return
  await event.prompt()
  // It can be made once only.
  if (offer.value === event) offer.value = null
}

export function isInstalled(): boolean {
  return matchMedia('(display-mode: standalone)').matches
}
