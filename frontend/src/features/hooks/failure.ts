// Why a delivery was given up: the server tells it in English.
import { i18n } from '@/lib/i18n'

const KNOWN: Record<string, string> = {
  'it took too long': 'slow',
  'its host is not known': 'unknown_host',
  'its host is no public one': 'private_host',
  'its port is not the usual one': 'port',
  'its answer is too long': 'long_answer',
  'its answer breaks off': 'broken_answer',
}

/** In the reader's language; null where the server says something that this page has no words for. */
export function failureWords(failure: string): string | null {
  const { t } = i18n.global
  const status = /^status (\d+)$/.exec(failure)?.[1]
  if (status) return t('hooks.why.status', { status })
  const key = KNOWN[failure]
  return key ? t(`hooks.why.${key}`) : null
}
