// What a program says of itself in `User-Agent`, as a few words a person understands.

export type DeviceKind = 'computer' | 'tablet' | 'phone' | 'program' | 'unknown'

export interface Agent {
  browser: string | null
  system: string | null
  /** What talks to the server where it is no browser. */
  program: string | null
  kind: DeviceKind
}

type Table = readonly (readonly [RegExp, string])[]

/* Each names itself after those it is made from, so the more particular ones come first. */
const BROWSERS: Table = [
  [/\bMicroMessenger\//, 'WeChat'],
  [/\bM?QQBrowser\//, 'QQ Browser'],
  [/\bHuaweiBrowser\//, 'Huawei Browser'],
  [/\bMiuiBrowser\//, 'Mi Browser'],
  [/\bUCBrowser\//, 'UC Browser'],
  [/\bSamsungBrowser\//, 'Samsung Internet'],
  [/\bYaBrowser\//, 'Yandex Browser'],
  [/\bVivaldi\//, 'Vivaldi'],
  [/\bDuckDuckGo\/|\bDdg\//, 'DuckDuckGo'],
  [/\bEdg(?:e|A|iOS)?\//, 'Edge'],
  [/\bOPR\/|\bOPT\/|\bOPiOS\//, 'Opera'],
  [/\bFirefox\/|\bFxiOS\//, 'Firefox'],
  [/\bHeadlessChrome\/|\bChrome\/|\bCriOS\//, 'Chrome'],
  [/\bSafari\//, 'Safari'],
]
const SYSTEMS: Table = [
  [/\biPhone\b|\biPod\b/, 'iPhone'],
  [/\biPad\b/, 'iPad'],
  [/\b(?:Open)?Harmony(?:OS)?\b/, 'HarmonyOS'],
  [/\bAndroid\b/, 'Android'],
  [/\bWindows\b/, 'Windows'],
  [/\bMac OS X\b|\bMacintosh\b/, 'macOS'],
  [/\bCrOS\b/, 'ChromeOS'],
  [/\bFreeBSD\b/, 'FreeBSD'],
  [/\bLinux\b/, 'Linux'],
]
const PROGRAMS: Table = [
  [/^curl\b/i, 'curl'],
  [/^wget\b/i, 'Wget'],
  [/^HTTPie\b/i, 'HTTPie'],
  [/^PostmanRuntime\b/i, 'Postman'],
  [/PowerShell\//, 'PowerShell'],
  [/^(?:python|aiohttp|treq|twisted)|\bPython\//i, 'Python'],
  [/^(?:node|undici|axios|got|deno|bun)\b/i, 'JavaScript'],
  [/^Go-http-client\b/i, 'Go'],
  [/^(?:okhttp|java|apache-httpclient)\b/i, 'Java'],
  [/^(?:reqwest|hyper|ureq)\b/i, 'Rust'],
  [/^(?:ruby|faraday)\b/i, 'Ruby'],
  [/^dart\b/i, 'Dart'],
  [/^libwww-perl\b/i, 'Perl'],
]

export function describeAgent(agent: string): Agent {
  const first = (table: Table): string | null => table.find(([sign]) => sign.test(agent))?.[1] ?? null
  // Every browser calls itself Mozilla, for thirty years.
  if (!/^(?:Mozilla|Opera)\//.test(agent)) {
    const program = first(PROGRAMS) ?? /^[\p{L}\p{N}][\p{L}\p{N}._+-]{0,31}/u.exec(agent.trim())?.[0] ?? null
    return { browser: null, system: null, program, kind: program ? 'program' : 'unknown' }
  }
  const system = first(SYSTEMS)
  return { browser: first(BROWSERS), system, program: null, kind: kindOf(agent, system) }
}

function kindOf(agent: string, system: string | null): DeviceKind {
  if (system === null) return 'unknown'
  if (system === 'iPad') return 'tablet'
  if (system === 'iPhone') return 'phone'
  if (system === 'Android' || system === 'HarmonyOS')
    return /\bTablet\b/.test(agent) || !/\bMobile\b|\bPhone\b/.test(agent) ? 'tablet' : 'phone'
  return 'computer'
}
