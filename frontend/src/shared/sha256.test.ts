import { createHash } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { sha256 } from './sha256'

describe('sha256', () => {
  it.each([
    // The examples of FIPS 180-4.
    ['', 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855'],
    ['abc', 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad'],
    ['abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq', '248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1'],
  ])('%s', (text, want) => {
    expect(sha256(text)).toBe(want)
  })

  it('agrees with another implementation at every length around a block, and on long texts', () => {
    for (let n = 0; n <= 200; n++) {
      const text = '贡a'.repeat(n)
      expect(sha256(text), String(n)).toBe(createHash('sha256').update(text).digest('hex'))
    }
    const long = '巡查并做好记录😀'.repeat(20_000)
    expect(sha256(long)).toBe(createHash('sha256').update(long).digest('hex'))
  })
})
