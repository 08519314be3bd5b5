// All that the server keeps of oneself, as a file that the browser saves.
import { call } from '@/wire/http'

export async function takeExport(): Promise<void> {
  const everything = await call<object>('GET', '/me/export', { patience: 300_000 })
  const address = URL.createObjectURL(new Blob([JSON.stringify(everything, null, 2)], { type: 'application/json' }))
  const link = document.createElement('a')
  link.href = address
  link.download = 'webchat.json'
  link.click()
  // The browser has begun to save it by then.
  setTimeout(() => URL.revokeObjectURL(address), 60_000)
}
