import { expect, test } from 'vitest'
import { bars, BOX, floor, furthest, grade, lean, mean, mode, percent, reach, xOf, type Agreement, type Distribution } from './figures'

const d = {
  kind: 'skill', full: 10000, pass: 6000, n: 6,
  bins: Array.from({ length: 10 }, (_, i) => ({ from: i * 1000, to: (i + 1) * 1000, count: [0, 0, 0, 0, 0, 1, 2, 3, 0, 0][i] ?? 0 })),
} as unknown as Distribution

test('bars stand on the axis, the tallest fills it', () => {
  const all = bars(d)
  expect(all.every((b) => Math.abs(b.y + b.h - floor) < 1e-9)).toBe(true)
  expect(all[7]?.y).toBe(BOX.top)
  expect(all[0]?.h).toBe(0)
  expect(xOf(d, 10000)).toBe(BOX.width - BOX.right)
  expect(mode(d)?.from).toBe(7000)
})

test('nobody scored draws no bar', () => {
  const none = { ...d, n: 0, bins: d.bins.map((b) => ({ ...b, count: 0 })) }
  expect(bars(none).every((b) => b.h === 0)).toBe(true)
  expect(mode(none)).toBe(null)
})

test('figures in words', () => {
  expect(mean(-340.4)).toBe('−3.40')
  expect(percent(0.294)).toBe(29)
  expect(percent(-0.2)).toBe(0)
  expect([0.49, 0.5, 0.75, 0.9].map(grade)).toEqual(['poor', 'moderate', 'good', 'excellent'])
  expect([-51, 0, 49.9, 50].map(lean)).toEqual(['lower', 'same', 'same', 'higher'])
})

test('the one furthest from the others', () => {
  const of = (...differences: number[]) => ({ examiners: differences.map((difference, i) => ({ name: `n${i}`, mean: 0, others: 0, difference })) }) as unknown as Agreement
  expect(furthest(of(170, -340, 170))?.name).toBe('n1')
  expect(furthest(of(10, -20, 10))).toBe(null)
  expect([reach(of(170, -340)), reach(of()), reach(of(20))]).toEqual([400, 100, 100])
})
