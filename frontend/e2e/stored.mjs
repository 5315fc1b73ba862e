// What stands in the file of the embedded store, for tests that change it while
// the program is stopped.
import assert from 'node:assert/strict'
import { readFile, writeFile } from 'node:fs/promises'

/** Puts other bytes of the same length in place of all that are there; how many. */
export async function replaceIn(file, old, by) {
  assert.equal(old.length, by.length)
  const raw = await readFile(file)
  let n = 0
  for (let at = raw.indexOf(old); at >= 0; at = raw.indexOf(old, at + old.length), n++) by.copy(raw, at)
  await writeFile(file, raw)
  return n
}

/** A text as it stands in a stored document. */
export function stored(field, text) {
  const value = Buffer.from(`${text}\0`)
  const length = Buffer.alloc(4)
  length.writeInt32LE(value.length)
  return Buffer.concat([Buffer.from(`\x02${field}\0`), length, value])
}

/** A moment as it stands in a stored document. */
export function moment(field, ms) {
  const value = Buffer.alloc(8)
  value.writeBigInt64LE(BigInt(ms))
  return Buffer.concat([Buffer.from(`\x09${field}\0`), value])
}
