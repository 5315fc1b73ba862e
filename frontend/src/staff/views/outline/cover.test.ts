import { expect, test } from 'vitest'
import { columns, count, shade, typesOf, type Filter } from './cover'

const any: Filter = { type: '', status: '', difficulty: '' }
const row = { code: 'A', title: '甲', point: false, points: 2, thin: 0, cells: [
  { type: 'B' as const, difficulty: 1, status: 'published' as const, items: 3 }, { type: 'B' as const, difficulty: 1, status: 'draft' as const, items: 2 }, { type: 'C' as const, difficulty: 5, status: 'retired' as const, items: 4 },
] }

test('counts by type and difficulty or status, under a filter', () => {
  expect(typesOf([row], any)).toEqual(['B', 'C'])
  expect(columns(['B'], 'difficulty', any).length).toBe(5)
  expect(columns(['B'], 'status', { ...any, status: 'draft' })).toEqual([{ type: 'B', value: 'draft' }])
  expect(count(row, any)).toBe(9)
  expect(count(row, any, 'difficulty', { type: 'B', value: '1' })).toBe(5)
  expect(count(row, { ...any, status: 'published' }, 'difficulty', { type: 'B', value: '1' })).toBe(3)
  expect(count(row, any, 'status', { type: 'C', value: 'retired' })).toBe(4)
  expect([shade(0, 10), shade(1, 10), shade(10, 10), shade(5, 10)]).toEqual([0, 1, 4, 2])
})
