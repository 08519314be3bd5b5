// Stories played in the Chromium that is there, against a real server for each; nothing is downloaded.
import { defineConfig, type ReporterDescription } from '@playwright/test'

/*
 * Chromium draws a menu of its address bar for each window, though nobody sees it: a fifth of what a story costs.  It
 * obeys the last of such lists alone, so those of Playwright's own that matter here are in it too.
 */
const LEFT_OUT = [
  'WebUIOmniboxAimPopup',
  'WebUIOmniboxPopup',
  'AimEnabled',
  'AvoidUnnecessaryBeforeUnloadCheckSync',
  'DestroyProfileOnBrowserClose',
  'HttpsFirstBalancedModeAutoEnable',
  'HttpsUpgrades',
  'MediaRouter',
  'NetworkTimeServiceQuerying',
  'OptimizationHints',
  'PaintHolding',
  'PreconnectToSearch',
]

const reporter: ReporterDescription[] = [['list']]
if (process.env.PLAYWRIGHT_JSON_OUTPUT_NAME) reporter.push(['json'])

export default defineConfig({
  testDir: 'tests/e2e',
  testMatch: '*.e2e.ts',
  outputDir: 'test-results',
  // Each story has a server and a browser of its own, so two of them leave each other alone.
  workers: 2,
  fullyParallel: true,
  forbidOnly: !!process.env.CI,
  // For a machine that does much else besides; what a story waits for has a time of its own.
  timeout: 120_000,
  expect: { timeout: 15_000 },
  reporter,
  use: {
    locale: 'en-GB',
    timezoneId: 'Europe/Berlin',
    colorScheme: 'light',
    actionTimeout: 15_000,
    trace: 'off',
    // Stories that are about the service worker ask for it; in all others requests go the plain way.
    serviceWorkers: 'block',
    launchOptions: {
      executablePath: process.env.CHROMIUM || '/usr/bin/chromium',
      args: [
        '--no-sandbox',
        '--disable-gpu',
        '--disable-dev-shm-usage',
        '--disable-quic',
        '--no-first-run',
        '--disable-sync',
        '--disable-background-networking',
        '--disable-component-update',
        `--disable-features=${LEFT_OUT.join(',')}`,
      ],
    },
  },
})
