import { expect, test } from 'vitest'
import { FILES } from './all'

test('both languages fill in the same values, and no key stands twice', () => {
  const holes = (s: string | undefined) => [...new Set([...(s ?? '').matchAll(/\{(\w+)/g)].map((m) => m[1]))].sort()
  const seen = new Set<string>()
  for (const [zh, en] of FILES) {
    expect(Object.keys(en).sort()).toEqual(Object.keys(zh).sort())
    for (const key of Object.keys(zh)) {
      // A unit is a word alone: what stands before it is its number, and English alone asks for it.
      if (!/^\{n\|[^{}]+\}$/.test(en[key] ?? '')) expect([key, holes(en[key])]).toEqual([key, holes(zh[key])])
      expect(seen.has(key), `${key} stands in two files`).toBe(false)
      seen.add(key)
    }
  }
})
