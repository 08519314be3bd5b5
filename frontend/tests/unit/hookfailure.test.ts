// Why a webhook fails, in the reader's language.
import { expect, it } from 'vitest'
import { failureWords } from '@/features/hooks/failure'
import { addPart, setLocale } from '@/lib/i18n'

it('is said in both languages, and as it came where it is not known', async () => {
  await addPart('hooks')
  await setLocale('en')
  expect(failureWords('status 410')).toBe('it answers with status 410')
  expect(failureWords('its host is no public one')).toBe('its host has no public address')
  await setLocale('zh-CN')
  expect(failureWords('status 500')).toBe('对方返回状态码 500')
  expect(failureWords('it took too long')).toBe('对方响应超时')
  expect(failureWords('ConnectionRefusedError')).toBeNull()
})
