// Adds up, gzipped, every script and style that the candidate page loads, and
// fails above the limit: exam rooms have old computers.
import { readFile } from 'node:fs/promises'
import { gzipSync } from 'node:zlib'

const limit = 70 * 1024
const dist = new URL('../dist/', import.meta.url)
const manifest = JSON.parse(await readFile(new URL('assets/manifest-candidate.json', dist), 'utf8'))
const files = new Set()
const seen = new Set()
const follow = (key) => {
  if (seen.has(key)) return
  seen.add(key)
  const chunk = manifest[key]
  files.add(chunk.file)
  for (const css of chunk.css ?? []) files.add(css)
  for (const next of [...(chunk.imports ?? []), ...(chunk.dynamicImports ?? [])]) follow(next)
}
follow('index.html')

let total = 0
for (const file of files) {
  const bytes = gzipSync(await readFile(new URL(file, dist)), { level: 9 }).length
  total += bytes
  console.log(`${file}  ${(bytes / 1024).toFixed(1)} kB`)
}
console.log(`candidate page  ${(total / 1024).toFixed(1)} kB gzip of ${limit / 1024} kB`)
if (total > limit) {
  console.error('The candidate page is too large.')
  process.exitCode = 1
}
