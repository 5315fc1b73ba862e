// Adds up, gzipped, what the candidate page loads, and fails above the limits:
// exam rooms have old computers. The first load is the entry with its static
// imports and styles: with it alone a candidate signs in, answers and hands in.
// What is loaded later, once the page works (what the invigilator says, asking
// for help, the result), has a limit of its own, and so have the English texts,
// which only who asks for them loads.
import { readFile } from 'node:fs/promises'
import { gzipSync } from 'node:zlib'

const limits = { first: 70 * 1024, later: 12 * 1024, english: 8 * 1024 }
const dist = new URL('../dist/', import.meta.url)
const manifest = JSON.parse(await readFile(new URL('assets/manifest-candidate.json', dist), 'utf8'))

/** The files of a chunk and of what it imports; what it imports later goes into `later`. */
const later = new Set()
function follow(key, files = new Set(), seen = new Set()) {
  if (seen.has(key)) return files
  seen.add(key)
  const chunk = manifest[key]
  files.add(chunk.file)
  for (const css of chunk.css ?? []) files.add(css)
  for (const next of chunk.imports ?? []) follow(next, files, seen)
  for (const next of chunk.dynamicImports ?? []) later.add(next)
  return files
}

const first = follow('index.html')
const rest = new Set()
const english = new Set()
for (const key of later) for (const file of follow(key)) if (!first.has(file)) (key.endsWith('english.ts') ? english : rest).add(file)

for (const [name, files] of Object.entries({ first, later: rest, english })) {
  let total = 0
  for (const file of files) {
    const bytes = gzipSync(await readFile(new URL(file, dist)), { level: 9 }).length
    total += bytes
    console.log(`${file}  ${(bytes / 1024).toFixed(1)} kB`)
  }
  console.log(`candidate page, loaded ${name}  ${(total / 1024).toFixed(2)} kB gzip of ${limits[name] / 1024} kB`)
  if (total > limits[name]) {
    console.error(`The candidate page is too large: loaded ${name}.`)
    process.exitCode = 1
  }
}
