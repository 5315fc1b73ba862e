import { describe, expect, test } from 'vitest'
import { hundredths, whole } from '../../lib/number'
import type { OutlineRange } from './api'
import { addable, EMPTY, flat, items, overlaps, tight, total } from './form'

describe('blueprint form', () => {
  test('numbers as people type them', () => {
    expect([whole('12'), whole(' １２ '), whole('1.5'), whole(''), whole('-1')]).toEqual([12, 12, NaN, NaN, NaN])
    expect([hundredths('0.5'), hundredths('2'), hundredths('1.25'), hundredths('１．５'), hundredths('1.255'), hundredths('a')]).toEqual([50, 200, 125, 150, NaN, NaN])
  })
  test('sums', () => {
    expect(items(EMPTY)).toBe(20)
    expect(total(EMPTY)).toBe(4000)
  })
  test('ranges that lie in one another are not added twice', () => {
    expect([overlaps('A', 'A-B'), overlaps('A-B', 'A'), overlaps('A', 'AB'), overlaps('A-A', 'A-B')]).toEqual([true, true, false, false])
    const range = (code: string, children: OutlineRange[] = []): OutlineRange => ({ code, title: code, weight: 1, children, points: [] })
    const all = flat([range('A', [range('A-A')]), range('B')])
    expect(all.map((r) => r.depth)).toEqual([0, 1, 0])
    expect(addable(all, { ...EMPTY, weights: [{ range: 'A-A', weight: 1 }] }).map((r) => r.code)).toEqual(['B'])
  })
  test('a cell is tight below twice what it needs', () => {
    const cell = (usable: number) => ({ type: 'B' as const, range: '', need: 5, usable, points: usable, waiting: [], lacks: [] })
    expect([tight(cell(9)), tight(cell(10))]).toEqual([true, false])
  })
})
