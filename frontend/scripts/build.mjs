// Builds the pages into dist, each on its own, and keeps dist/.keep: Go embeds
// the folder and needs a file in it before anything is built.
// With a page's name (candidate, staff, verify, lookup, materials, check, enrol) it builds that one only.
import { createRequire } from 'node:module'
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { gzipSync } from 'node:zlib'
import { build } from 'vite'
import { makeInstallable } from './install.mjs'

const root = fileURLToPath(new URL('..', import.meta.url))
const dist = new URL('../dist/', import.meta.url)
const only = process.argv[2]
const modes = only ? [only] : ['candidate', 'staff', 'verify', 'lookup', 'materials', 'check', 'enrol']

await mkdir(new URL('assets/', dist), { recursive: true })
const mine = (name) => modes.some((mode) => name.startsWith(`${mode}-`) || name === `manifest-${mode}.json`)
for (const name of await readdir(new URL('assets/', dist))) {
  if (!only || mine(name)) await rm(new URL(`assets/${name}`, dist), { recursive: true })
}
for (const name of await readdir(dist)) {
  if (!only && name !== 'assets' && name !== '.keep') await rm(new URL(name, dist), { recursive: true })
}
for (const mode of modes) await build({ root, mode, configFile: `${root}vite.config.ts` })
if (modes.includes('staff')) await makeInstallable()
// Beside each file its gzip form: exam rooms have slow lines, and the server need not pack on each request.
for (const folder of [dist, new URL('assets/', dist)]) {
  for (const name of await readdir(folder)) {
    if (/\.(js|css|html|svg|json)$/.test(name)) await writeFile(new URL(`${name}.gz`, folder), gzipSync(await readFile(new URL(name, folder)), { level: 9 }))
  }
}
if (!only) await packFont()
await writeFile(new URL('.keep', dist), 'The built web app goes here: npm run build. This file lets Go embed the folder before that.\n')
if (modes.includes('candidate')) await import('./size.mjs')

// The font of the printed pages, packed, with its licence beside it. It goes
// into the program and never to a browser.
async function packFont() {
  const font = createRequire(import.meta.url).resolve('@expo-google-fonts/noto-serif-sc/400Regular/NotoSerifSC_400Regular.ttf')
  const fonts = new URL('fonts/', dist)
  await mkdir(fonts, { recursive: true })
  await writeFile(new URL('NotoSerifSC-Regular.ttf.gz', fonts), gzipSync(await readFile(font), { level: 9 }))
  await writeFile(new URL('OFL.txt', fonts), await readFile(new URL('../LICENSE_FONT', pathToFileURL(font))))
}
