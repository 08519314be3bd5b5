// What the people who run the server tell everybody now, and what they told before.
import { defineStore } from 'pinia'
import { shallowRef } from 'vue'
import type { Announcement } from '@/wire/frames'
import { call } from '@/wire/http'

export interface AnnouncementPage {
  current: Announcement | null
  announcements: Announcement[]
  next: number | null
}

export const useAnnouncements = defineStore('announcements', () => {
  /** What stands under the title bar; null when there is nothing, or it was put away. */
  const shown = shallowRef<Announcement | null>(null)
  /** The newest version that was put away here or elsewhere. */
  let read = { id: 0, version: 0 }

  function put(announcement: Announcement | null): void {
    // An event may come late: what is newer stays.
    if (!announcement) shown.value = null
    else if (announcement.ended !== null) {
      if (shown.value?.id === announcement.id) shown.value = null
    } else if (!(announcement.id === read.id && announcement.version <= read.version)) shown.value = announcement
  }

  function dismissed(id: number, version: number): void {
    if (id !== read.id || version > read.version) read = { id, version }
    if (shown.value?.id === id && shown.value.version <= version) shown.value = null
  }

  /** Gone at once; if the server could not be told it comes back with the next `welcome`. */
  async function dismiss(): Promise<void> {
    const announcement = shown.value
    if (!announcement) return
    const { id, version } = announcement
    dismissed(id, version)
    try {
      await call('PUT', `/announcements/${id}/dismissed`, { body: { version } })
    } catch {
      read = { id: 0, version: 0 }
    }
  }

  const page = (before: number | null) =>
    call<AnnouncementPage>('GET', '/announcements', { query: { before, limit: 20 } })
  const post = (text: string, link: string | null) =>
    call<Announcement>('POST', '/announcements', { body: { text, link } })
  const change = (id: number, text: string, link: string | null) =>
    call<Announcement>('PATCH', `/announcements/${id}`, { body: { text, link } })
  const end = (id: number) => call<void>('DELETE', `/announcements/${id}`)

  function clear(): void {
    shown.value = null
    read = { id: 0, version: 0 }
  }

  return { shown, put, dismissed, dismiss, page, post, change, end, clear }
})
