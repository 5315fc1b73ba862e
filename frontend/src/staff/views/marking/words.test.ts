import { expect, test } from 'vitest'
import { apart, drift, nearest, severity, sumWords } from './words'

test('figures in plain words', () => {
  expect(severity({ pairs: 0, signed: 0, absolute: 0 })).toBe('还没有可比的')
  expect(severity({ pairs: 12, signed: 80, absolute: 120 })).toMatch(/^比他人平均高 0\.8.分$/)
  expect(severity({ pairs: 12, signed: -50, absolute: 120 })).toMatch(/低 0\.5/)
  expect(drift({ pairs: 3, signed: 0, absolute: 40 })).toBe('再评平均不变')
  expect(apart({ pairs: 3, signed: 0, absolute: 40 })).toMatch(/0\.4.分，3.份/)
})

test('the sum that made a mark', () => {
  const at = '2026-12-06T01:00:00Z'
  const marks = [{ place: 1, marks: 200, at }, { place: 2, marks: 900, at }, { place: 3, marks: 850, at }]
  expect(nearest([200, 900, 850])).toEqual([900, 850])
  expect(sumWords({ rule: 'nearest', marks }, 875)).toContain('(9 + 8.5) ÷ 2 = 8.75')
  expect(sumWords({ rule: 'agreed', marks: marks.slice(0, 2) }, 550)).toContain('(2 + 9) ÷ 2 = 5.5')
  expect(sumWords({ rule: 'third', marks }, 850)).toContain('8.5')
})
