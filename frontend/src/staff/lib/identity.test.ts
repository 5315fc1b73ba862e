import { describe, expect, it } from 'vitest'
import { checkIdentity, halfWidth } from './identity'

const now = new Date('2026-11-22T00:00:00Z')

describe('checkIdentity', () => {
  it.each([
    ['11010519491231002X', '11010519491231002X'],
    ['11010519491231002x', '11010519491231002X'],
    ['１１０１０５１９４９１２３１００２Ｘ', '11010519491231002X'],
    [' 110105 19491231 002X\u3000', '11010519491231002X'],
    ['440524188001010014', '440524188001010014'],
  ])('OK %s', (raw, number) => {
    expect(checkIdentity(raw, now)).toEqual({ ok: true, number })
  })
  it.each([
    ['', 'empty'],
    ['   ', 'empty'],
    ['1.10105E+17', 'scientific'],
    ['1101051949123100', 'length'],
    ['1101051949123100211', 'length'],
    ['11010519491231OO2X', 'characters'],
    ['X10105194912310029', 'characters'],
    ['110105194912310021', 'check'],
  ])('Err %s is %s', (raw, fault) => {
    expect(checkIdentity(raw, now)).toEqual({ ok: false, fault })
  })
  it('Err birth: a day that is not, or not yet', () => {
    expect(checkIdentity(withCheck('11010519490231002'), now)).toEqual({ ok: false, fault: 'birth' })
    expect(checkIdentity(withCheck('11010520270101002'), now)).toEqual({ ok: false, fault: 'birth' })
    expect(checkIdentity(withCheck('11010500000101002'), now)).toEqual({ ok: false, fault: 'birth' })
  })
})

describe('halfWidth', () => {
  it('turns full-width signs and drops blanks', () => {
    expect(halfWidth('Ａ－１ ２\t３')).toBe('A-123')
  })
})

function withCheck(body: string): string {
  const weights = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2]
  return body + '10X98765432'[weights.reduce((s, w, i) => s + w * Number(body[i]), 0) % 11]!
}
