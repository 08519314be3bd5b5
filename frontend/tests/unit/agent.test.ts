// What programs say of themselves, in words.
import { describe, expect, it } from 'vitest'
import { describeAgent } from '@/features/settings/agent'

const APPLE = 'AppleWebKit/605.1.15 (KHTML, like Gecko)'
const CHROME = 'AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0'

describe('a browser', () => {
  it.each([
    [`Mozilla/5.0 (X11; Linux x86_64) ${CHROME} Safari/537.36`, 'Chrome', 'Linux', 'computer'],
    [`Mozilla/5.0 (Windows NT 10.0; Win64; x64) ${CHROME} Safari/537.36 Edg/142.0.0.0`, 'Edge', 'Windows', 'computer'],
    [
      'Mozilla/5.0 (Macintosh; Intel Mac OS X 10.15; rv:145.0) Gecko/20100101 Firefox/145.0',
      'Firefox',
      'macOS',
      'computer',
    ],
    [`Mozilla/5.0 (X11; CrOS x86_64 14541.0.0) ${CHROME} Safari/537.36`, 'Chrome', 'ChromeOS', 'computer'],
    [
      `Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) ${APPLE} Version/18.1 Mobile/15E148 Safari/604.1`,
      'Safari',
      'iPhone',
      'phone',
    ],
    [
      `Mozilla/5.0 (iPad; CPU OS 18_1 like Mac OS X) ${APPLE} CriOS/142.0 Mobile/15E148 Safari/604.1`,
      'Chrome',
      'iPad',
      'tablet',
    ],
    [`Mozilla/5.0 (Linux; Android 15; Pixel 9) ${CHROME} Mobile Safari/537.36`, 'Chrome', 'Android', 'phone'],
    [`Mozilla/5.0 (Linux; Android 15; SM-X710) ${CHROME} Safari/537.36`, 'Chrome', 'Android', 'tablet'],
    [
      `Mozilla/5.0 (Linux; Android 15; V2) ${CHROME} XWEB/1 Mobile Safari/537.36 MicroMessenger/8.0.50`,
      'WeChat',
      'Android',
      'phone',
    ],
    [
      `Mozilla/5.0 (Phone; OpenHarmony 5.0) ${CHROME} Safari/537.36 ArkWeb/4.1 HuaweiBrowser/5.0`,
      'Huawei Browser',
      'HarmonyOS',
      'phone',
    ],
    ['Mozilla/5.0 (compatible; Something/1.0)', null, null, 'unknown'],
  ])('%s', (agent, browser, system, kind) => {
    expect(describeAgent(agent)).toEqual({ browser, system, program: null, kind })
  })
})

describe('a program', () => {
  it.each([
    ['curl/8.5.0', 'curl'],
    ['Wget/1.21.4 (linux-gnu)', 'Wget'],
    ['python-requests/2.32.0', 'Python'],
    ['Python/3.13 websockets/15.0', 'Python'],
    ['Go-http-client/2.0', 'Go'],
    ['node', 'JavaScript'],
    ['TeaBot/1.0 (+https://tea.example)', 'TeaBot'],
    ['茶机器人 2', '茶机器人'],
  ])('%s', (agent, program) => {
    expect(describeAgent(agent)).toEqual({ browser: null, system: null, program, kind: 'program' })
  })

  it.each(['', '   ', '<b>', '\u202etxt'])('that says nothing fit to be read: %j', (agent) => {
    expect(describeAgent(agent)).toEqual({ browser: null, system: null, program: null, kind: 'unknown' })
  })

  it('is named in a few signs', () => {
    expect(describeAgent('x'.repeat(500)).program).toHaveLength(32)
  })
})
