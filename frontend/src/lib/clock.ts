// The server's clock, as well as this page can know it: all times shown come from the server.
import { readonly, ref, type Ref } from 'vue'

let base = Date.now()
let taken = performance.now()

/** Called with `now` of each `welcome`. */
export function setServerNow(now: number): void {
  base = now
  taken = performance.now()
}

/** Milliseconds since 1970 by the server's clock; a wrong clock of this device changes nothing once `welcome` was here. */
export function serverNow(): number {
  return Math.round(base + performance.now() - taken)
}

const minute = ref(0)
let timer: ReturnType<typeof setTimeout> | undefined

function tick(): void {
  minute.value = serverNow()
  timer = setTimeout(tick, 60_000 - (minute.value % 60_000))
}

/** The time, renewed on each full minute: one timer for all who show a time that ages. */
export function useMinute(): Readonly<Ref<number>> {
  if (timer === undefined) tick()
  return readonly(minute)
}
