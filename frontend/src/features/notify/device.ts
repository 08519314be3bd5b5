// What this device can do, and may: notifications while a page is open, and pushes when none is.
import { useLocalStorage } from '@vueuse/core'
import { defineStore } from 'pinia'
import { computed, ref } from 'vue'
import { call, codeOf } from '@/wire/http'
import { workerReady } from '@/lib/worker'

export type Ability = 'able' | 'ios_tab' | 'unable' | 'insecure'

function ability(): Ability {
  if (Reflect.has(window, 'Notification')) return 'able'
  // Safari on a phone has them only in apps on the home screen.
  if (/iP(hone|ad|od)/.test(navigator.userAgent)) return 'ios_tab'
  return window.isSecureContext ? 'unable' : 'insecure'
}

interface PushKey {
  key: string
}

/** Base64url to bytes, as `pushManager.subscribe` wants the server's key. */
export function bytesOf(text: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(atob(text.replace(/-/g, '+').replace(/_/g, '/')), (sign) => sign.charCodeAt(0))
}

export const useNoticeDevice = defineStore('notice-device', () => {
  const can = ability()
  const permission = ref<NotificationPermission>(can === 'able' ? Notification.permission : 'default')
  const wanted = useLocalStorage('webchat.notices', false, { writeDefaults: false })
  const pushed = ref(false)
  const pushProblem = ref<string | null>(null)
  const isOn = computed(() => wanted.value && permission.value === 'granted')

  /** Asks the browser's leave; call it from a click only. */
  async function turnOn(): Promise<void> {
    permission.value = await Notification.requestPermission()
    wanted.value = permission.value === 'granted'
    if (isOn.value) await subscribe()
  }

  async function turnOff(): Promise<void> {
    wanted.value = false
    await unsubscribe()
  }

  /** Has the server push to this browser; where that cannot be, notices come while a page is open. */
  async function subscribe(): Promise<void> {
    pushProblem.value = null
    try {
      const worker = await workerReady()
      if (!worker || !('pushManager' in worker)) return
      const { key } = await call<PushKey>('GET', '/push/key')
      const options = { userVisibleOnly: true, applicationServerKey: bytesOf(key) }
      const found = await worker.pushManager.getSubscription()
      // A key that was changed on the server ends what was made with the old one.
      const isOld = found !== null && !sameKey(found.options.applicationServerKey, options.applicationServerKey)
      if (isOld) await found.unsubscribe()
      const subscription = found && !isOld ? found : await worker.pushManager.subscribe(options)
      const { endpoint, keys } = subscription.toJSON()
      await call('PUT', '/push', { body: { endpoint, p256dh: keys?.p256dh, auth: keys?.auth } })
      pushed.value = true
    } catch (error) {
      pushed.value = false
      // The browser's own refusals (no push service to be reached) have no code of ours.
      pushProblem.value = error instanceof DOMException ? 'browser' : codeOf(error)
    }
  }

  async function unsubscribe(): Promise<void> {
    pushed.value = false
    const worker = await workerReady()
    const subscription = await worker?.pushManager?.getSubscription()
    await call('DELETE', '/push').catch(() => undefined)
    await subscription?.unsubscribe().catch(() => false)
  }

  /** At the start: what was wanted before is still so, unless the browser says otherwise. */
  async function resume(): Promise<void> {
    if (can === 'able') permission.value = Notification.permission
    if (isOn.value) await subscribe()
  }

  return { can, permission, wanted, isOn, pushed, pushProblem, turnOn, turnOff, resume }
})

function sameKey(a: ArrayBuffer | null, b: Uint8Array): boolean {
  const bytes = new Uint8Array(a ?? new ArrayBuffer(0))
  return bytes.length === b.length && bytes.every((byte, at) => byte === b[at])
}
