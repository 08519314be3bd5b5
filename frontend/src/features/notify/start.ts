// What runs beside the page while somebody is signed in: the service worker, notices, what a click on them opens.
import type { Router } from 'vue-router'
import { useNoticeDevice } from './device'
import { awaitOffer } from './install'
import { startNotices } from './notices'
import { workerReady } from '@/lib/worker'

/** Answers how to stop. */
export function start(router: Router): () => void {
  void workerReady()
  void useNoticeDevice().resume()
  const stopOffer = awaitOffer()
  const stopNotices = startNotices(router)

  function opened({ data }: MessageEvent<{ type?: string; url?: string }>): void {
    if (data.type === 'open' && data.url?.startsWith('/')) void router.push(data.url)
  }
  // Absent on insecure origins.
  const container = navigator.serviceWorker as ServiceWorkerContainer | undefined
  container?.addEventListener('message', opened)
  return () => {
    stopNotices()
    stopOffer()
    container?.removeEventListener('message', opened)
  }
}
