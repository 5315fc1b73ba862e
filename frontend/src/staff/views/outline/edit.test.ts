import { describe, expect, test } from 'vitest'
import type { OutlineRange } from '../blueprint/api'
import { counts, faults, leaves, lines, movePoint, nextPoint, nextRange, shift } from './edit'

const point = (code: string, importance: 'X' | 'Y' | 'Z' = 'X', retired = false) => ({ code, title: code, importance, retired, items: 2 })
const range = (code: string, weight: number, children: OutlineRange[] = [], points: OutlineRange['points'] = []): OutlineRange => ({ code, title: code, weight, children, points })
const sample = () => [range('A', 60, [range('A-A', 50, [range('A-A-A', 50, [], [point('A-A-A-001'), point('A-A-A-002', 'Z', true)])])]), range('B', 30)]

describe('outline', () => {
  test('says by how much weights are off, at every level', () => {
    expect(faults({ version: 1, title: '', ranges: sample() })).toEqual([{ code: '', sum: 90, want: 100 }, { code: 'A', sum: 50, want: 60 }])
    expect(faults({ version: 0, title: '', ranges: [] })).toEqual([])
    expect(faults({ version: 1, title: '', ranges: [range('A', 100), range('B', -1)] })).toEqual([])
  })
  test('counts X, Y and Z without what is retired', () => {
    expect(counts(sample()[0]!)).toEqual([1, 0, 0])
  })
  test('shows what is unfolded', () => {
    const rs = sample()
    expect(lines(rs, new Set()).length).toBe(2)
    expect(lines(rs, new Set(['A', 'A-A', 'A-A-A'])).map((l) => (l.kind === 'range' ? l.range.code : l.point.code))).toEqual(['A', 'A-A', 'A-A-A', 'A-A-A-001', 'A-A-A-002', 'B'])
  })
  test('finds free codes, moves and shifts', () => {
    const rs = sample()
    expect(nextRange('', rs)).toBe('C')
    expect(nextRange('A', rs[0]!.children)).toBe('A-B')
    const [leaf] = leaves(rs)
    expect(nextPoint(leaf!)).toBe('A-A-A-003')
    const other = range('B-A-A', 1)
    expect(movePoint(leaf!.points[0]!, leaf!, other)).toBe('B-A-A-001')
    expect(leaf!.points.length).toBe(1)
    shift(rs, 0, 1)
    expect(rs.map((r) => r.code)).toEqual(['B', 'A'])
    shift(rs, 0, -1)
    expect(rs.map((r) => r.code)).toEqual(['B', 'A'])
  })
})
