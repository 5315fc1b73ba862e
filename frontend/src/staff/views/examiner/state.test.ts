import { expect, test } from 'vitest'
import type { Examiner } from '../assess/types'
import { cardState, parseDay, ready, yearState } from './state'

const entry = (more: Partial<Examiner> = {}): Examiner => ({
  account: { id: 'e', login: 'e', name: '考评员', roles: ['examiner'] }, version: 1, grade: 'senior', cardNumber: 'K1', cardUntil: '2026-11-23', employer: '', assessments: [], relations: [], ...more,
})
const year = (y: number, result: 'passed' | 'failed') => ({ year: y, result, note: '', by: '', at: '' })

test('a card is valid through its last day', () => {
  expect(cardState(entry(), '2026-11-23')).toBe('valid')
  expect(cardState(entry(), '2026-11-24')).toBe('expired')
  expect(cardState(entry({ cardNumber: '', cardUntil: '' }), '2026-11-24')).toBe('none')
})

test('the latest assessment of this year counts, else that of the last', () => {
  expect(yearState(entry(), 2026)).toEqual({ is: 'none', year: 2026 })
  expect(yearState(entry({ assessments: [year(2024, 'passed')] }), 2026).is).toBe('none')
  expect(yearState(entry({ assessments: [year(2025, 'passed')] }), 2026)).toEqual({ is: 'last', year: 2025 })
  expect(yearState(entry({ assessments: [year(2026, 'failed'), year(2025, 'passed')] }), 2026).is).toBe('failed')
  expect(yearState(entry({ assessments: [year(2026, 'failed'), year(2026, 'passed')] }), 2026).is).toBe('passed')
})

test('ready is who meets all of it', () => {
  const passed = [year(2026, 'passed')]
  expect(ready(entry({ assessments: passed }), '2026-11-23')).toBe(true)
  expect(ready(entry({ assessments: passed }), '2026-12-01')).toBe(false)
  expect(ready(entry({ assessments: [] }), '2026-11-23')).toBe(false)
  expect(ready(entry({ assessments: passed, version: 0 }), '2026-11-23')).toBe(false)
})

test('days as they are typed', () => {
  expect(['2028-06-30', '2028/6/30', '2028年6月30日', ' 2028.06.30 '].map(parseDay)).toEqual(Array(4).fill('2028-06-30'))
  expect(parseDay('  ')).toBe('')
  expect(['2028-02-30', '28-6-30', '2028-13-01', 'soon'].map(parseDay)).toEqual(Array(4).fill(null))
})
