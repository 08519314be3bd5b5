// What the machine looks after: types, templates, accessibility, and who may import whom.
import vue from 'eslint-plugin-vue'
import accessibility from 'eslint-plugin-vuejs-accessibility'
import ts from 'typescript-eslint'

const app = (...folders) => folders.map((folder) => `@/${folder}/**`)

/** `files` may not import what the patterns name. */
function floor(files, ...patterns) {
  return { files, rules: { '@typescript-eslint/no-restricted-imports': ['error', { patterns }] } }
}

export default [
  { ignores: ['node_modules/', '../webchat/static/'] },
  ...ts.configs.recommended,
  ...ts.configs.stylistic,
  ...vue.configs['flat/recommended'],
  ...accessibility.configs['flat/recommended'],
  {
    files: ['**/*.vue'],
    languageOptions: { parserOptions: { parser: ts.parser } },
  },
  {
    rules: {
      'no-console': ['error', { allow: ['error'] }],
      eqeqeq: 'error',
      '@typescript-eslint/consistent-type-imports': 'error',
      // The CSP blocks both; and a string of HTML is never ours.
      'vue/no-v-html': 'error',
      'vue/no-static-inline-styles': 'error',
      'vue/component-api-style': ['error', ['script-setup']],
      'vue/block-lang': ['error', { script: { lang: 'ts' } }],
      'vue/no-undef-components': ['error', { ignorePatterns: ['RouterView', 'RouterLink'] }],
      'vue/require-default-prop': 'off',
      'vue/multi-word-component-names': 'off',
      // A label may hold its control or name it.
      'vuejs-accessibility/label-has-for': ['error', { required: { some: ['nesting', 'id'] } }],
      // Prettier's domain.
      'vue/max-attributes-per-line': 'off',
      'vue/singleline-html-element-content-newline': 'off',
      'vue/html-self-closing': 'off',
      'vue/html-indent': 'off',
      'vue/html-closing-bracket-newline': 'off',
      'vue/first-attribute-linebreak': 'off',
      'vue/multiline-html-element-content-newline': 'off',
    },
  },
  {
    files: ['src/**/*.{ts,vue}'],
    rules: {
      'no-restricted-imports': [
        'error',
        {
          paths: ['ComboboxViewport', 'SelectViewport', 'ScrollAreaViewport', 'SplitterGroup'].map((importName) => ({
            name: 'reka-ui',
            importNames: [importName],
            message: 'It inserts a <style> element, which the CSP blocks.',
          })),
        },
      ],
    },
  },
  floor(['src/lib/**', 'src/ui/**'], { group: app('stores', 'wire', 'features') }),
  floor(['src/wire/**'], { group: app('stores', 'ui', 'features') }),
  floor(['src/stores/**'], { group: app('ui', 'features') }),
  floor(
    ['src/features/**'],
    { group: ['@/wire/*', '!@/wire/frames', '!@/wire/http'] },
    { group: ['@/features/*/**'], message: 'Of another feature only its index.ts.' },
  ),
  {
    files: ['public/*.js', 'scripts/*.mjs'],
    rules: { 'no-console': 'off' },
  },
]
