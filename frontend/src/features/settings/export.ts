// All that the server keeps of oneself, as a file that the browser saves.
import { save } from '@/lib/save'
import { call } from '@/wire/http'

export async function takeExport(): Promise<void> {
  const everything = await call<object>('GET', '/me/export', { patience: 300_000 })
  save(new Blob([JSON.stringify(everything, null, 2)], { type: 'application/json' }), 'webchat.json')
}
