// Before the first paint: theme, language and text size as this browser last had them (no inline script under the CSP).
;(function () {
  const page = document.documentElement
  let kept
  try {
    kept = (name) => localStorage.getItem(`webchat.${name}`)
    kept('theme')
  } catch {
    // Storage may be forbidden; the page then follows the system.
    kept = () => null
  }
  const theme = kept('theme')
  const dark = matchMedia('(prefers-color-scheme: dark)').matches
  page.dataset.theme = theme === 'dark' || theme === 'light' ? theme : dark ? 'dark' : 'light'
  const locales = { zh: 'zh-CN', en: 'en' }
  const known = (language) => locales[(language || '').toLowerCase().split('-')[0]]
  page.lang = known(kept('locale')) || navigator.languages.map(known).find(Boolean) || 'en'
  const size = Number(kept('textSize'))
  if ([14, 16, 18, 20].includes(size)) page.style.fontSize = `${size}px`
})()
