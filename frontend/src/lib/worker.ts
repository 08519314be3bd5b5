// The page's side of the service worker: started once somebody is signed in, told to make way for a newer one.
import { openDatabase } from './db'

/** So long a reload waits for the newer worker; without it the page is only a little slower to come. */
const PATIENCE = 3_000

const SCRIPT = '/sw.js'

/** Not in TypeScript's library yet. */
interface TrustedTypes {
  createPolicy(name: string, rules: { createScriptURL(url: string): string }): { createScriptURL(url: string): object }
}

/** Under Trusted Types a worker starts only by a policy; this one knows a single URL. */
function trusted(url: string): object | string {
  const types = (window as { trustedTypes?: TrustedTypes }).trustedTypes
  if (!types) return url
  const policy = types.createPolicy('webchat', {
    createScriptURL(wanted) {
      if (wanted !== SCRIPT) throw new TypeError(`${wanted} is no script of ours`)
      return wanted
    },
  })
  return policy.createScriptURL(url)
}

let registered: Promise<ServiceWorkerRegistration | null> | undefined

/** The registration, or null where there is none to be had (insecure origins, private windows, development). */
export function workerReady(): Promise<ServiceWorkerRegistration | null> {
  registered ??= register()
  return registered
}

async function register(): Promise<ServiceWorkerRegistration | null> {
  if (!import.meta.env.PROD || !('serviceWorker' in navigator)) return null
  try {
    await navigator.serviceWorker.register(trusted(SCRIPT) as string, { updateViaCache: 'none' })
    const registration = await navigator.serviceWorker.ready
    // Signing out has emptied the caches: what the page needs to start without a line is laid in again.
    registration.active?.postMessage({ type: 'fill' })
    return registration
  } catch {
    return null
  }
}

/** Brings in the worker of the build that is on the server now, if there is another, so that a reload brings its page. */
export async function makeWay(): Promise<void> {
  const registration = await navigator.serviceWorker?.getRegistration().catch(() => undefined)
  if (!registration) return
  const changed = new Promise((resolve) => {
    navigator.serviceWorker.addEventListener('controllerchange', resolve, { once: true })
    setTimeout(resolve, PATIENCE)
  })
  const skip = () => registration.waiting?.postMessage({ type: 'skip' })
  try {
    await registration.update()
  } catch {
    return
  }
  const coming = registration.installing
  if (!coming && !registration.waiting) return
  coming?.addEventListener('statechange', skip)
  skip()
  await changed
}

/** After signing out: what this browser kept of *user* goes, but for drafts, and so does the way to push to it. */
export async function forgetDevice(user: number): Promise<void> {
  const registration = await navigator.serviceWorker?.getRegistration().catch(() => undefined)
  const subscription = await registration?.pushManager?.getSubscription().catch(() => null)
  await subscription?.unsubscribe().catch(() => false)
  for (const notice of (await registration?.getNotifications?.()) ?? []) notice.close()
  if ('caches' in window)
    for (const name of await caches.keys()) if (name.startsWith('webchat-')) await caches.delete(name)
  const db = await openDatabase()
  if (!db) return
  const transaction = db.transaction('outbox', 'readwrite')
  for (const key of await transaction.store.index('user').getAllKeys(user)) await transaction.store.delete(key)
  await transaction.done
}
