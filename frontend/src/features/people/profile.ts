// Somebody's profile, loaded when she is looked at; her card stays live.
import { onMounted, shallowRef, watch, type Ref, type ShallowRef } from 'vue'
import { useContacts } from '@/stores/contacts'
import { usePeople } from '@/stores/people'
import type { Profile, UserId } from '@/wire/frames'
import { useSubmission } from '@/features/form'

export function useProfile(id: () => UserId): {
  profile: ShallowRef<Profile | null>
  problem: Ref<string>
  load(): Promise<void>
} {
  const people = usePeople()
  const contacts = useContacts()
  const profile = shallowRef<Profile | null>(null)
  const { busy, problem, run } = useSubmission()

  async function load(): Promise<void> {
    const wanted = id()
    busy.value = false
    await run(async () => {
      const found = await people.profile(wanted)
      if (id() === wanted) profile.value = found
    })
    if (!contacts.loaded) void contacts.load()
  }

  onMounted(load)
  watch(id, () => {
    profile.value = null
    void load()
  })
  return { profile, problem, load }
}
