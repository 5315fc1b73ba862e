import { expect, test } from 'vitest'
import { readMoment, writeMoment } from './until'

test('moments as people type them', () => {
  const iso = readMoment('2026-12-06 18:00')
  expect(iso).toBe(new Date(2026, 11, 6, 18, 0).toISOString())
  expect(writeMoment(iso ?? undefined)).toBe('2026-12-06 18:00')
  expect([readMoment(' '), readMoment('2026-12-06 18：00'), writeMoment(undefined)]).toEqual(['', iso, ''])
  expect(['2026-13-06 18:00', '2026-02-30 08:00', '明天', '2026-12-06', '2026-12-06 24:30'].map(readMoment)).toEqual([null, null, null, null, null])
})
