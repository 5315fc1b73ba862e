import { describe, expect, it } from 'vitest'
import { base64, faults, frame, size } from './crop'

const ratio = { w: 5, h: 7 }

describe('frame', () => {
  it('OK: a wide picture is cut at its sides, a high one above and below', () => {
    expect(frame({ width: 1000, height: 700 }, ratio, { zoom: 1, left: 0.5, top: 0.5 })).toEqual({ x: 250, y: 0, width: 500, height: 700 })
    expect(frame({ width: 500, height: 1000 }, ratio, { zoom: 1, left: 0.5, top: 0 })).toEqual({ x: 0, y: 0, width: 500, height: 700 })
  })
  it('OK: zoom keeps the ratio and stays inside', () => {
    const f = frame({ width: 500, height: 700 }, ratio, { zoom: 2, left: 9, top: 1 })
    expect(f).toEqual({ x: 250, y: 350, width: 250, height: 350 })
  })
})

describe('size', () => {
  it('OK: never below the least, never far above it', () => {
    expect(size({ x: 0, y: 0, width: 2000, height: 2800 }, { width: 295, height: 413 })).toEqual({ width: 443, height: 620 })
    expect(size({ x: 0, y: 0, width: 100, height: 140 }, { width: 295, height: 413 })).toEqual({ width: 295, height: 413 })
  })
})

describe('base64', () => {
  it('OK: more than one chunk', () => {
    const bytes = new Uint8Array(0x8001).fill(255)
    expect(Buffer.from(base64(bytes.buffer), 'base64').equals(Buffer.from(bytes))).toBe(true)
  })
})

describe('faults', () => {
  const good = { name: '甲', idNumber: '11010519491231002X', phone: '139 0000 0000', employer: '', condition: '3-1' }
  it('OK: nothing to mend', () => { expect(faults(good, { photo: true, files: 1 })).toEqual([]) })
  it('Err: everything, in the order of the form', () => {
    expect(faults({ name: ' ', idNumber: '1', phone: 'x', employer: '', condition: '' }, { photo: false, files: 0 })).toEqual(['name', 'idNumber', 'phone', 'condition', 'photo', 'evidence'])
  })
})
