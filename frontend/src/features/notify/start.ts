// What runs beside the page while somebody is signed in: the service worker, notices, what a click on them opens.
import { watch } from 'vue'
import type { Router } from 'vue-router'
import { saying } from '@/lib/i18n'
import { useNoticeDevice } from './device'
import { awaitOffer } from './install'
import { noticeOffer } from './index'
import { useMissed } from './missed'
import { startNotices } from './notices'
import { workerReady } from '@/lib/worker'

/** Answers how to stop. */
export function start(router: Router): () => void {
  void workerReady()
  void useNoticeDevice().resume()
  const stopOffer = awaitOffer()
  const stopNotices = startNotices(router)
  const stopWaiting = watch(
    () => useMissed().isDue,
    (isDue) => isDue && void bringOffer(),
    { immediate: true },
  )

  function opened({ data }: MessageEvent<{ type?: string; url?: string }>): void {
    if (data.type === 'open' && data.url?.startsWith('/')) void router.push(data.url)
  }
  // Absent on insecure origins.
  const container = navigator.serviceWorker as ServiceWorkerContainer | undefined
  container?.addEventListener('message', opened)
  return () => {
    stopNotices()
    stopWaiting()
    stopOffer()
    container?.removeEventListener('message', opened)
  }
}

const loadOffer = saying('notify', () => import('./NoticeOffer.vue'))

async function bringOffer(): Promise<void> {
  // Without a line there is time.
  noticeOffer.value ??= await loadOffer().then(
    (loaded) => loaded.default,
    () => null,
  )
}
