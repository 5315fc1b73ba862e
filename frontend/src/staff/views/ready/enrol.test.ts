import { describe, expect, it } from 'vitest'
import { bytes, local } from './enrol'

describe('bytes', () => {
  it('OK: every value', () => { expect([...bytes(Buffer.from([0, 127, 128, 255]).toString('base64'))]).toEqual([0, 127, 128, 255]) })
})

describe('local', () => {
  it('OK: goes into an input and back', () => {
    const at = new Date(2026, 11, 6, 9, 5)
    expect(local(at.toISOString())).toBe('2026-12-06T09:05')
    expect(new Date(local(at.toISOString())).getTime()).toBe(at.getTime())
    expect(local(undefined)).toBe('')
  })
})
