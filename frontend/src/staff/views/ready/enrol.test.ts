import { describe, expect, it } from 'vitest'
import { bytes } from './enrol'

describe('bytes', () => {
  it('OK: every value', () => { expect([...bytes(Buffer.from([0, 127, 128, 255]).toString('base64'))]).toEqual([0, 127, 128, 255]) })
})
