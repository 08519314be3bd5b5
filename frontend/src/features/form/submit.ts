// One submission at a time: busy while it runs, then nothing, or a refusal by the field or above the button.
import { computed, nextTick, onScopeDispose, ref, type Ref } from 'vue'
import { useI18n } from 'vue-i18n'
import { Refused } from '@/wire/http'
import type { ErrorCode } from '@/wire/frames'

/** What a field must offer so that the first bad one can take the focus. */
export type Focusable = { focus(): void } | null

export interface Submission {
  busy: Ref<boolean>
  /** Seconds until another try is allowed. */
  waits: Ref<number>
  /** The refusal as a sentence, unless it stands by a field. */
  problem: Ref<string>
  errorOf(field: string): string | undefined
  /** Whether the work was done. */
  run(work: () => Promise<unknown>): Promise<boolean>
  reset(): void
}

/** *fields*: names in the request → the field that shows them. */
export function useSubmission(fields: Record<string, () => Focusable> = {}): Submission {
  const { t } = useI18n()
  const busy = ref(false)
  const waits = ref(0)
  const code = ref<ErrorCode | null>(null)
  const field = ref<string | null>(null)
  let clock: ReturnType<typeof setInterval> | undefined

  const isShownByField = computed(() => field.value !== null && field.value in fields)
  const problem = computed(() => {
    if (waits.value > 0) return t('error.again_in', { time: minutes(waits.value) })
    return code.value && !isShownByField.value ? t(`error.${code.value}`) : ''
  })

  function countDown(seconds: number): void {
    clearInterval(clock)
    waits.value = Math.ceil(seconds)
    clock = setInterval(() => {
      waits.value -= 1
      if (waits.value <= 0) reset()
    }, 1000)
  }

  function reset(): void {
    clearInterval(clock)
    waits.value = 0
    code.value = null
    field.value = null
  }

  async function run(work: () => Promise<unknown>): Promise<boolean> {
    if (busy.value || waits.value > 0) return false
    reset()
    busy.value = true
    try {
      await work()
      return true
    } catch (error) {
      if (!(error instanceof Refused)) throw error
      code.value = error.code
      field.value = error.field ?? FIELD_OF[error.code] ?? null
      if (error.code === 'rate_limited' && error.retryAfter) countDown(error.retryAfter)
      await nextTick()
      if (field.value !== null) fields[field.value]?.()?.focus()
      return false
    } finally {
      busy.value = false
    }
  }

  onScopeDispose(() => clearInterval(clock))
  return {
    busy,
    waits,
    problem,
    errorOf: (name) => (code.value && waits.value === 0 && field.value === name ? t(`error.${code.value}`) : undefined),
    run,
    reset,
  }
}

/* Codes that speak of one field even where the answer does not name it. */
const FIELD_OF: Partial<Record<ErrorCode, string>> = {
  bad_email: 'email',
  bad_invitation: 'invitation',
  bad_name: 'name',
  bad_setup_code: 'code',
  name_taken: 'name',
  weak_password: 'password',
}

function minutes(seconds: number): string {
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`
}
