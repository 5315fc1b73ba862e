import { fileURLToPath } from 'node:url'
import vue from '@vitejs/plugin-vue'
import { defineConfig } from 'vite'

// The pages are built one after the other (scripts/build.mjs), each on its
// own: a chunk that two share would carry into the exam room whatever parts
// of Vue the staff pages use.
const page = (name: string) => fileURLToPath(new URL(name, import.meta.url))
const pages: Record<string, string> = { candidate: 'index.html', staff: 'staff.html', verify: 'verify.html', lookup: 'result.html', materials: 'materials.html', check: 'check.html', enrol: 'enrol.html' }

export default defineConfig(({ mode, command }) => {
  const entry = pages[mode]
  if (command === 'build' && !entry) throw new Error('build with --mode candidate, staff, verify, lookup, materials, check or enrol: use npm run build')
  return {
    // Hoisted constants and kept handlers would cost 1 kB and save nothing on a page this small.
    plugins: [vue(mode === 'candidate' ? { template: { compilerOptions: { hoistStatic: false, cacheHandlers: false } } } : {})],
    define: { __VUE_OPTIONS_API__: mode === 'staff', __VUE_PROD_DEVTOOLS__: false, __VUE_PROD_HYDRATION_MISMATCH_DETAILS__: false },
    publicDir: false as const,
    build: {
      target: 'chrome87',
      cssTarget: 'chrome87',
      outDir: 'dist',
      emptyOutDir: false,
      manifest: `assets/manifest-${mode}.json`,
      modulePreload: { polyfill: false },
      assetsInlineLimit: 0,
      sourcemap: false,
      reportCompressedSize: false,
      rollupOptions: {
        ...(entry ? { input: page(entry) } : {}),
        output: {
          entryFileNames: `assets/${mode}-[hash].js`,
          chunkFileNames: `assets/${mode}-[name]-[hash].js`,
          assetFileNames: `assets/${mode}-[name]-[hash][extname]`,
        },
      },
    },
    server: {
      host: '127.0.0.1',
      proxy: { '/api': { target: process.env.GONGYUAN_URL ?? 'http://127.0.0.1:8080', changeOrigin: false } },
    },
  }
})
