import { afterEach, expect, test, vi } from 'vitest'
import { documents, fetchTold, pages, whileTold } from './archive'

/** A zip of stored documents, without the list at its end but for its first bytes. */
function zip(sizes: number[]): Uint8Array {
  const parts: number[] = []
  for (const [i, size] of sizes.entries()) {
    const name = `n${i}.pdf`
    const head = new DataView(new ArrayBuffer(30))
    head.setUint32(0, 0x504b0304)
    head.setUint32(18, size, true)
    head.setUint16(26, name.length, true)
    parts.push(...new Uint8Array(head.buffer), ...new TextEncoder().encode(name), ...new Uint8Array(size).fill(0x50))
  }
  return Uint8Array.from([...parts, 0x50, 0x4b, 0x01, 0x02, ...new Uint8Array(60)])
}

test('documents are counted however the archive is cut', () => {
  const all = zip([5, 100, 0, 33])
  for (const step of [1, 7, 30, 1000]) {
    const walk = documents()
    const seen: number[] = []
    for (let i = 0; i < all.length; i += step) seen.push(walk(all.subarray(i, i + step)))
    expect(seen[seen.length - 1]).toBe(4)
    expect(seen).toEqual([...seen].sort((a, b) => a - b))
  }
})

test('pages are counted until the first object, however the document is cut', () => {
  const all = new TextEncoder().encode('%PDF-1.7\n%bin\n% page 1 of 2\n% page 2 of 2\n6 0 obj\n% page 9\nendobj\n%%EOF\n')
  for (const step of [1, 7, 1000]) {
    const walk = pages()
    const seen: number[] = []
    for (let i = 0; i < all.length; i += step) seen.push(walk(all.subarray(i, i + step)))
    expect(seen[seen.length - 1]).toBe(2)
    expect(seen).toEqual([...seen].sort((a, b) => a - b))
  }
})

afterEach(() => { vi.unstubAllGlobals() })

test('who asks is told, and gets the archive as it is', async () => {
  const all = zip([10, 20])
  vi.stubGlobal('fetch', () => Promise.resolve(new Response(new Blob([all as BlobPart]).stream(), { headers: { 'Gongyuan-Documents': '2', 'Content-Type': 'application/zip' } })))
  const told: string[] = []
  const got = await whileTold((n, of) => told.push(`${n}/${of}`), async () => (await fetchTold('/x')).arrayBuffer())
  expect(new Uint8Array(got)).toEqual(all)
  expect([told[0], told[told.length - 1]]).toEqual(['0/2', '2/2'])
})
