import type { components } from '../contract.gen'

// The proof of work that the server asks of those who look up often. It is done
// here and not by the browser's own digests: these are missing without TLS, and
// each of them is answered later than a hundred tries of this take.

export type Challenge = components['schemas']['Challenge']
export type Solution = components['schemas']['ChallengeSolution']

const fraction = (x: number) => ((x - Math.floor(x)) * 0x1_0000_0000) | 0
const roots = Array.from({ length: 311 }, (_, i) => i + 2).filter((n) => { for (let d = 2; d * d <= n; d++) if (n % d === 0) return false; return true })
const K = Int32Array.from(roots, (p) => fraction(Math.cbrt(p)))
const H = Int32Array.from(roots.slice(0, 8), (p) => fraction(Math.sqrt(p)))
const W = new Int32Array(64)
const at = (list: Int32Array, i: number) => list[i] ?? 0

/** The first 32 bits of SHA-256 of an ASCII text of at most 55 characters. */
export function firstWord(text: string): number {
  W.fill(0, 0, 16)
  const n = text.length
  for (let i = 0; i < n; i++) W[i >> 2] = at(W, i >> 2) | (text.charCodeAt(i) << (24 - 8 * (i & 3)))
  W[n >> 2] = at(W, n >> 2) | (0x80 << (24 - 8 * (n & 3)))
  W[15] = n << 3
  for (let i = 16; i < 64; i++) {
    const x = at(W, i - 15)
    const y = at(W, i - 2)
    W[i] = (at(W, i - 16) + at(W, i - 7) + (((x >>> 7) | (x << 25)) ^ ((x >>> 18) | (x << 14)) ^ (x >>> 3)) + (((y >>> 17) | (y << 15)) ^ ((y >>> 19) | (y << 13)) ^ (y >>> 10))) | 0
  }
  let a = at(H, 0), b = at(H, 1), c = at(H, 2), d = at(H, 3), e = at(H, 4), f = at(H, 5), g = at(H, 6), h = at(H, 7)
  for (let i = 0; i < 64; i++) {
    const t1 = (h + (((e >>> 6) | (e << 26)) ^ ((e >>> 11) | (e << 21)) ^ ((e >>> 25) | (e << 7))) + ((e & f) ^ (~e & g)) + at(K, i) + at(W, i)) | 0
    const t2 = ((((a >>> 2) | (a << 30)) ^ ((a >>> 13) | (a << 19)) ^ ((a >>> 22) | (a << 10))) + ((a & b) ^ (a & c) ^ (b & c))) | 0
    h = g; g = f; f = e; e = (d + t1) | 0; d = c; c = b; b = a; a = (t1 + t2) | 0
  }
  return (a + at(H, 0)) >>> 0
}

/** How long the page is kept waiting at a stretch, in milliseconds. */
const stretch = 25
const yielding = () => new Promise<void>((done) => { setTimeout(done) })

/** Solves a challenge a stretch at a time; `progress` is told a share of 1, never less than before. */
export async function solve(c: Challenge, progress: (share: number) => void, steady: () => number = () => performance.now(), pause = yielding): Promise<Solution> {
  const id = c.token.split('.')[0] ?? ''
  const limit = 2 ** (32 - c.bits)
  const numbers: number[] = []
  let since = steady()
  for (let i = 0; i < c.puzzles; i++) {
    const head = `${id}:${i}:`
    let n = 0
    while (firstWord(head + String(n)) >= limit) {
      n++
      if (n % 512 === 0 && steady() - since > stretch) {
        progress((i + n / (n + 2 ** c.bits)) / c.puzzles)
        await pause()
        since = steady()
      }
    }
    numbers.push(n)
    progress((i + 1) / c.puzzles)
  }
  return { token: c.token, numbers }
}
