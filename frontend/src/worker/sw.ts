// The service worker: starts the page without a line, and shows what is pushed while no page is open.
//
// It is one file without imports.  What it lays in is written into it by the build, so that another build is another
// worker.  It never answers for the API: what the server says comes from the server.
/// <reference lib="webworker" />

declare const self: ServiceWorkerGlobalScope

/** Put in by vite.config.ts: the build's files, and a digest of them. */
declare const __PRECACHED__: { version: string; files: string[] }

const { version, files } = __PRECACHED__
const PREFIX = 'webchat-'
const CACHE = PREFIX + version
/** How long the network may take to bring the page while there is one in the cache. */
const PATIENCE = 2_000
const PAGE = '/index.html'

/** What the server pushes (docs/protocol.md, "Web Push"). */
interface Pushed {
  room: number
  seq: number
  count: number
  title: string
  text: string | null
  lang: string
  mention: boolean
}

self.addEventListener('install', (event) => {
  event.waitUntil(fill())
})

self.addEventListener('activate', (event) => {
  event.waitUntil(forgetOldOnes())
})

self.addEventListener('message', (event) => {
  const { type } = (event.data ?? {}) as { type?: string }
  if (type === 'skip') event.waitUntil(self.skipWaiting())
  else if (type === 'fill') event.waitUntil(fill())
})

/** Lays in what is missing. */
async function fill(): Promise<void> {
  const cache = await caches.open(CACHE)
  const held = new Set((await cache.keys()).map((request) => new URL(request.url).pathname))
  const missing = [PAGE, ...files].filter((path) => !held.has(path))
  // Files carry a hash in their names; the page does not, and must not come from the browser's own cache.
  await cache.addAll(missing.map((path) => new Request(path, { cache: path === PAGE ? 'reload' : 'default' })))
}

/** The build before this one stays: tabs that were loaded from it may yet ask for parts of it. */
async function forgetOldOnes(): Promise<void> {
  const ours = (await caches.keys()).filter((name) => name.startsWith(PREFIX) && name !== CACHE)
  await Promise.all(ours.slice(0, -1).map((name) => caches.delete(name)))
}

self.addEventListener('fetch', (event) => {
  const { request } = event
  const url = new URL(request.url)
  if (request.method !== 'GET' || url.origin !== self.location.origin) return
  if (/^\/(api|ws|healthz|readyz|metrics)(\/|$)/.test(url.pathname)) return
  if (request.mode === 'navigate') event.respondWith(page(request))
  else if (files.includes(url.pathname) || url.pathname.startsWith('/assets/')) event.respondWith(asset(request))
})

/** The page from the network; from the cache when that takes too long or fails. */
async function page(request: Request): Promise<Response> {
  const fetched = fetch(request)
  // Whichever way it ends, nobody may be left waiting for it.
  fetched.catch(() => undefined)
  const kept = await caches.match(PAGE, { ignoreVary: true })
  if (!kept) return fetched
  const late = new Promise<Response>((resolve) => setTimeout(() => resolve(kept), PATIENCE))
  return Promise.race([fetched.catch(() => kept), late])
}

async function asset(request: Request): Promise<Response> {
  return (await caches.match(request, { ignoreVary: true })) ?? fetch(request)
}

// Pushes.

const WORDS = {
  en: { one: () => 'New message', many: (n: number) => `${n} new messages` },
  zh: { one: () => '新消息', many: (n: number) => `${n} 条新消息` },
}

self.addEventListener('push', (event) => {
  const pushed = event.data?.json() as Pushed | undefined
  if (pushed) event.waitUntil(show(pushed))
})

async function show(pushed: Pushed): Promise<void> {
  const { room, seq, count, title, text, lang, mention } = pushed
  const words = lang.startsWith('zh') ? WORDS.zh : WORDS.en
  const counted = count > 1 ? words.many(count) : null
  const body = text === null ? (counted ?? words.one()) : [counted, text].filter(Boolean).join('\n')
  await self.registration.showNotification(title, {
    body,
    lang,
    tag: `room-${room}`,
    icon: '/icon-192.png',
    badge: '/icon-192.png',
    data: { url: `/rooms/${room}#m-${seq}` },
    ...({ renotify: mention } as NotificationOptions),
  })
}

self.addEventListener('notificationclick', (event) => {
  event.notification.close()
  const { url } = (event.notification.data ?? {}) as { url?: string }
  if (url) event.waitUntil(open(url))
})

/** In a window that is there, without loading the page anew; else in one of its own. */
async function open(url: string): Promise<void> {
  const windows = await self.clients.matchAll({ type: 'window', includeUncontrolled: true })
  const found = windows.find((one) => one.visibilityState === 'visible') ?? windows[0]
  if (!found) {
    await self.clients.openWindow(url)
    return
  }
  found.postMessage({ type: 'open', url })
  await found.focus()
}

export {}
