import { expect, test } from 'vitest'
import { periodsOf, rate, type PeriodLine } from './api'
import { barsOf, MOST } from './plots'

test('the last eight quarters and two years', () => {
  expect(periodsOf('2026-11-23')).toEqual(['2026-Q4', '2026-Q3', '2026-Q2', '2026-Q1', '2025-Q4', '2025-Q3', '2025-Q2', '2025-Q1', '2026', '2025'])
  expect(periodsOf('2026-01-01').slice(0, 2)).toEqual(['2026-Q1', '2025-Q4'])
})

test('rates', () => {
  expect([rate(-1), rate(0), rate(333), rate(1000), rate(undefined)]).toEqual(['', '0.0%', '33.3%', '100.0%', ''])
})

test('bars have who can be drawn, and the largest where there are many', () => {
  const line = (label: string, sat: number, certified: number): PeriodLine => ({ group: 'city', label, counts: [9, 9, sat, 0, 0, 0, 0, 0, 0, sat, certified, 0, 0, 0, 0, 0], rates: [-1, -1, -1, -1] })
  expect(barsOf([line('甲', 2, 1), line('乙', 0, 0)], 'city', 'x')).toEqual({ title: 'x', rows: [{ label: '甲', sat: 2, qualified: 2, certified: 1 }], all: 1 })
  const many = barsOf(Array.from({ length: MOST + 3 }, (_, i) => line(`市${i}`, i + 1, 0)), 'city', 'x')
  expect([many.rows.length, many.all, many.rows[0]?.label]).toEqual([MOST, MOST + 3, `市${MOST + 2}`])
  expect(barsOf([line('甲', 2, 1)], 'level', 'x').rows).toEqual([])
})
