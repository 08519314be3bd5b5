// What one has looked for lately, the last first: kept in this browser, for each account by itself.
import { useLocalStorage } from '@vueuse/core'
import type { Ref } from 'vue'
import type { UserId } from '@/wire/frames'

const MOST = 8
const SEPARATOR = '\n'

export interface RecentSearches {
  recent: Ref<string[]>
  note(text: string): void
  clear(): void
}

export function useRecentSearches(user: UserId): RecentSearches {
  const recent = useLocalStorage<string[]>(`webchat.searches.${user}`, [], {
    serializer: { read: (text) => text.split(SEPARATOR).filter(Boolean), write: (texts) => texts.join(SEPARATOR) },
    writeDefaults: false,
  })

  function note(text: string): void {
    const line = text.replace(/\s+/gu, ' ').trim()
    if (line) recent.value = [line, ...recent.value.filter((one) => one !== line)].slice(0, MOST)
  }

  return { recent, note, clear: () => (recent.value = []) }
}
