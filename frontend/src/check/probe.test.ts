import 'fake-indexeddb/auto'
import { describe, expect, it } from 'vitest'
import { keeps, timing } from './probe'

function storage(): Storage {
  const held = new Map<string, string>()
  return { setItem: (k: string, v: string) => { held.set(k, v) }, getItem: (k: string) => held.get(k) ?? null, removeItem: (k: string) => { held.delete(k) } } as unknown as Storage
}

describe('keeps', () => {
  it('OK: both keep', async () => {
    expect(await keeps(storage, () => indexedDB)).toBe(true)
    expect(await keeps(storage, () => indexedDB)).toBe(true) // nothing is left behind that would be in the way
  })
  it('Err: one of them does not', async () => {
    expect(await keeps(() => { throw new Error('denied') }, () => indexedDB)).toBe(false)
    expect(await keeps(() => ({ ...storage(), getItem: () => null }) as Storage, () => indexedDB)).toBe(false)
    expect(await keeps(storage, () => null)).toBe(false)
  })
})

describe('timing', () => {
  it('OK: the slowest counts for the line, the quickest for the clock', () => {
    expect(timing([{ sent: 1000, came: 1100, server: 50 }, { sent: 2000, came: 2020, server: 1510 }])).toEqual({ roundTripMs: 100, offsetMs: 500 })
  })
  it('OK: nothing came', () => { expect(timing([])).toEqual({ roundTripMs: 0, offsetMs: 0 }) })
})
