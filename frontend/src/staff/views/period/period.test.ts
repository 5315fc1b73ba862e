import { expect, test } from 'vitest'
import { periodsOf, rate } from './api'

test('the last eight quarters and two years', () => {
  expect(periodsOf('2026-11-23')).toEqual(['2026-Q4', '2026-Q3', '2026-Q2', '2026-Q1', '2025-Q4', '2025-Q3', '2025-Q2', '2025-Q1', '2026', '2025'])
  expect(periodsOf('2026-01-01').slice(0, 2)).toEqual(['2026-Q1', '2025-Q4'])
})

test('rates', () => {
  expect([rate(-1), rate(0), rate(333), rate(1000), rate(undefined)]).toEqual(['', '0.0%', '33.3%', '100.0%', ''])
})
