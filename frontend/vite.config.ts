// How the browser interface is built: into the Python package, under the server's CSP, compressed once.
import { createHash } from 'node:crypto'
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { brotliCompressSync, constants, gzipSync } from 'node:zlib'
import vueI18n from '@intlify/unplugin-vue-i18n/vite'
import vue from '@vitejs/plugin-vue'
import type { Plugin, Rolldown } from 'vite'
import { defineConfig } from 'vitest/config'
import { emojiData } from './scripts/emoji-data.mjs'

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url))
const SERVER = 'http://127.0.0.1:8080'
const OUT = here('../webchat/static')

/**
 * Names the layers at the head of every piece of CSS.  A chunk's styles may come before those of the entry, and the
 * first sheet that mentions a layer decides its place: the reset would then win over the components.
 */
function layersFirst(): Plugin {
  const order = /@layer [^{;]+;/.exec(readFileSync(here('./src/styles/tokens.css'), 'utf8'))?.[0]
  if (!order) throw new Error('tokens.css does not say the order of the layers')
  return {
    name: 'layers-first',
    enforce: 'pre',
    transform(code, id) {
      return /\.css$|[?&]type=style\b/.test(id) ? { code: `${order}\n${code}`, map: null } : null
    },
  }
}

/** Writes x.br and x.gz beside each text file, where they are smaller: the server sends them as they are. */
function compressed(): Plugin {
  return {
    name: 'compressed',
    apply: 'build',
    writeBundle() {
      for (const entry of readdirSync(OUT, { recursive: true, withFileTypes: true })) {
        // The manifest is for budget.mjs and the build's name, not for browsers.
        if (!entry.isFile() || entry.parentPath.endsWith('.vite') || !/\.(js|css|html|svg|json)$/.test(entry.name))
          continue
        const path = join(entry.parentPath, entry.name)
        const bytes = readFileSync(path)
        const brotli = brotliCompressSync(bytes, {
          params: { [constants.BROTLI_PARAM_QUALITY]: 11 },
        })
        const gzip = gzipSync(bytes, { level: 9 })
        if (brotli.length < bytes.length) writeFileSync(`${path}.br`, brotli)
        if (gzip.length < bytes.length) writeFileSync(`${path}.gz`, gzip)
      }
    },
  }
}

/** Tells the service worker which files the build is made of; another build makes another worker. */
function precached(): Plugin {
  return {
    name: 'precached',
    apply: 'build',
    generateBundle: {
      order: 'post',
      handler(_options, bundle) {
        const worker = bundle['sw.js']
        if (worker?.type !== 'chunk') throw new Error('there is no service worker in the build')
        if (worker.imports.length > 0) throw new Error('the service worker must be one file')
        const page = bundle['index.html']
        const built = Object.keys(bundle).filter((name) => name.startsWith('assets/') && !name.endsWith('.map'))
        const beside = readdirSync(here('./public')).filter((name) => /\.(js|svg|png|webmanifest)$/.test(name))
        const files = [...built, ...beside].sort().map((name) => `/${name}`)
        const digest = createHash('sha256').update(files.join())
        if (page?.type === 'asset') digest.update(page.source)
        for (const name of beside) digest.update(readFileSync(here(`./public/${name}`)))
        const version = digest.digest('hex').slice(0, 12)
        worker.code = worker.code.replaceAll('__PRECACHED__', JSON.stringify({ version, files }))
      },
    },
  }
}

/**
 * Everything that the first look at a page needs comes in a few files.  Left to itself the bundler makes one of each
 * module that two pages share: a hundred requests, which compress badly, and long lists of them wherever a page is named.
 */
function together(): Rolldown.CodeSplittingGroup[] {
  const src = here('./src/')
  const page = (name: string) => `${src}features/${name}.vue`
  const guest = ['SignInPage', 'RegisterPage', 'GuestPage', 'SetupPage', 'ResetPage'].map((name) =>
    page(`auth/${name}`),
  )
  const others = ['shell/HomePage', 'shell/NotFound', 'rooms/DirectoryPage', 'people/PeoplePage', 'people/ProfilePage']
    .concat('settings/SettingsPage', 'settings/PrivacySection', 'admin/AdminPage', 'announcements/AnnouncementsPage')
    .map(page)
  const homes = new Map<string, string>()

  const settle = (modules: Rolldown.ChunkingContext) => {
    /* The modules of our own that come with these. */
    const within = (...roots: string[]) => {
      const found = new Set<string>()
      const visit = (id: string) => {
        if (found.has(id) || !id.startsWith(src)) return
        found.add(id)
        modules.getModuleInfo(id)?.importedIds.forEach(visit)
      }
      roots.forEach(visit)
      return found
    }
    const [main, before] = [within(`${src}main.ts`), within(...guest)]
    // What the pages before the door share with those behind it must not bring these along.
    const put = (home: string, ids: Set<string>) => ids.forEach((id) => homes.set(id, before.has(id) ? 'base' : home))
    put('room', within(page('chat/RoomPage')))
    // Nor must pages without messages bring along the room.
    for (const id of within(...others)) if (homes.has(id)) put('shell', new Set([id]))
    put('shell', within(page('shell/AppShell')))
    put('base', main)
    // The entry waits for the session, and whoever imported from it would have to wait as well.
    homes.delete(`${src}main.ts`)
  }

  // What one takes brings along what it needs, as far as those before it have not taken that.
  return [
    { name: 'vendor', test: /\/node_modules\/(@vue|vue|vue-router|vue-i18n|@intlify|pinia)\//, priority: 5 },
    // One sign on two pages must not tie these together.
    { name: 'icons', test: /\/node_modules\/@lucide\/vue\//, minShareCount: 2, priority: 4 },
    ...['base', 'shell', 'room'].map((home, place) => ({
      name: (id: string, modules: Rolldown.ChunkingContext) => {
        if (homes.size === 0) settle(modules)
        return homes.get(id) === home ? home : null
      },
      priority: 3 - place,
    })),
  ]
}

export default defineConfig({
  plugins: [
    vue(),
    vueI18n({
      include: [here('./src/locales/**/*.json')],
      runtimeOnly: true,
      // The compiler needs eval, which the CSP forbids.
      dropMessageCompiler: true,
      fullInstall: true,
    }),
    emojiData(),
    layersFirst(),
    precached(),
    compressed(),
  ],
  resolve: {
    alias: {
      '@': here('./src'),
      // Half of markdown-it are tables that the browser has too, and a finder of links that does not know Chinese.
      ...Object.fromEntries(
        ['entities', 'punycode', 'uc.micro', 'linkify-it'].map((name) => [
          name === 'punycode' ? 'punycode.js' : name,
          here(`./src/lib/markup/in-place/${name}.ts`),
        ]),
      ),
    },
  },
  define: { __VUE_OPTIONS_API__: 'false', __VUE_I18N_LEGACY_API__: 'false' },
  build: {
    outDir: OUT,
    emptyOutDir: true,
    manifest: true,
    target: 'es2023',
    // Everything is a file of its own: the CSP has no room for data: scripts and fonts.
    assetsInlineLimit: 0,
    // All styles are one small file: it compresses better than forty, and nothing is ever unstyled for a moment.
    cssCodeSplit: false,
    modulePreload: { polyfill: false },
    rolldownOptions: {
      input: { index: here('./index.html'), sw: here('./src/worker/sw.ts') },
      // Its place is its scope, and its name must stay: a browser asks for it by that.
      output: {
        entryFileNames: ({ name }) => (name === 'sw' ? '[name].js' : 'assets/[name]-[hash].js'),
        codeSplitting: { groups: together() },
      },
    },
  },
  server: {
    proxy: {
      // The server takes only its own origin: to it, the pages of `vite` come from there.
      '/api': { target: SERVER, changeOrigin: true, headers: { origin: SERVER } },
      '/ws': { target: SERVER, changeOrigin: true, headers: { origin: SERVER }, ws: true },
    },
  },
  test: {
    environment: 'happy-dom',
    include: ['tests/unit/**/*.test.ts'],
    setupFiles: ['tests/setup.ts'],
    // Or else it would not have what stands in place of its tables.
    server: { deps: { inline: ['markdown-it', 'markdown-it-cjk-friendly'] } },
    // Times in tests are told in one zone that has summer time.
    env: { TZ: 'Europe/Berlin' },
    restoreMocks: true,
    unstubGlobals: true,
  },
})
