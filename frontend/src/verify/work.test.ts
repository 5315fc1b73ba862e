import { expect, test } from 'vitest'
import { sha256 } from '../shared/sha256'
import { firstWord, solve } from './work'

test('the fast digest is the digest', () => {
  for (const text of ['', 'abc', 'AAAAAAAAAAAAAAAAAAAAAA:15:1048577', 'x'.repeat(55)]) {
    expect(firstWord(text).toString(16).padStart(8, '0')).toBe(sha256(text).slice(0, 8))
  }
})

test('a challenge is solved, in stretches, with progress that never goes back', async () => {
  const told: number[] = []
  let pauses = 0
  let time = 0
  const c = { token: 'AAAAAAAAAAAAAAAAAAAAAA.1.x', puzzles: 3, bits: 10 }
  const s = await solve(c, (share) => told.push(share), () => (time += 30), () => { pauses++; return Promise.resolve() })
  expect(s.token).toBe(c.token)
  for (const [i, n] of s.numbers.entries()) expect(parseInt(sha256(`AAAAAAAAAAAAAAAAAAAAAA:${i}:${n}`).slice(0, 8), 16)).toBeLessThan(2 ** 22)
  expect(pauses).toBeGreaterThan(0)
  expect(told).toEqual([...told].sort((a, b) => a - b))
  expect(told[told.length - 1]).toBe(1)
})
