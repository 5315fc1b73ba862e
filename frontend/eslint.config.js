import vue from 'eslint-plugin-vue'
import ts from 'typescript-eslint'

// What only one file may touch. Everything else goes through that file, so
// that a test can stand in for the network and for the browser's memory.
const network = ['fetch', 'XMLHttpRequest', 'EventSource', 'WebSocket']
const memory = ['localStorage', 'sessionStorage', 'indexedDB', 'BroadcastChannel']
const restrict = (names, instead) =>
  ['error', ...names.map((name) => ({ name, message: `Use ${instead}.` }))]
const viaWindow = (names) => ['error', ...names.map((property) => ({ object: 'window', property, message: 'Use the file that owns it.' }))]

export default [
  { ignores: ['dist/**', 'node_modules/**', 'src/contract.gen.ts'] },
  ...ts.configs.strict,
  ...vue.configs['flat/recommended'],
  { files: ['**/*.vue'], languageOptions: { parserOptions: { parser: ts.parser } } },
  {
    files: ['src/**/*.{ts,vue}'],
    rules: {
      'no-restricted-globals': restrict([...network, ...memory], 'shared/api.ts, or the page\'s store.ts'),
      'no-restricted-properties': viaWindow([...network, ...memory]),
      '@typescript-eslint/no-non-null-assertion': 'error',
      '@typescript-eslint/consistent-type-imports': 'error',
      'no-console': 'error',
      eqeqeq: 'error',
      'vue/multi-word-component-names': 'off',
      'vue/max-attributes-per-line': 'off',
      'vue/singleline-html-element-content-newline': 'off',
      'vue/multiline-html-element-content-newline': 'off',
      'vue/html-self-closing': 'off',
      'vue/html-indent': 'off',
      'vue/html-closing-bracket-newline': 'off',
      'vue/first-attribute-linebreak': 'off',
      'vue/attributes-order': 'off',
      'vue/require-default-prop': 'off',
      'vue/no-v-html': 'error',
      // The content security policy forbids style attributes.
      'vue/no-static-inline-styles': 'error',
    },
  },
  { files: ['src/shared/api.ts', 'src/shared/files.ts'], rules: { 'no-restricted-globals': restrict(memory, 'the page\'s store.ts'), 'no-restricted-properties': 'off' } },
  { files: ['src/*/store.ts', 'src/staff/views/assess/store.ts'], rules: { 'no-restricted-globals': restrict(network, 'shared/api.ts'), 'no-restricted-properties': 'off' } },
  { files: ['src/**/*.test.ts'], rules: { 'no-restricted-globals': 'off', 'no-restricted-properties': 'off', '@typescript-eslint/no-non-null-assertion': 'off' } },
]
