import { describe, expect, test } from 'vitest'
import type { OutcomePart, OutcomeRow } from '../assess/types'
import { combine, heldReason, open, partWord, stationOf } from './outcome'

const part = (more: Partial<OutcomePart>): OutcomePart => ({ kind: 'skill', state: 'scored', pass: 6000, full: 10000, awarded: 7000, passed: true, ...more })
const row = (more: Partial<OutcomeRow>): OutcomeRow => ({ registration: 'r', admission: 'a', name: 'n', room: '1', seat: '1', verdict: 'qualified', components: [part({})], ...more })

describe('combining', () => {
  test('the mean of three, half up, with the digits written out', () => {
    expect(combine('mean', [7800, 7450, 6100])).toEqual({ marks: 7117, used: [7800, 7450, 6100], dropped: [], exact: '71.1666…', rounded: true })
    expect(combine('mean', [7000, 7100, 7200])).toMatchObject({ marks: 7100, exact: '71.00', rounded: false })
  })
  test('half a hundredth goes up', () => {
    expect(combine('median', [7001, 7000])).toMatchObject({ marks: 7001, exact: '70.0050', rounded: true })
  })
  test('a trimmed mean takes five; fewer are averaged', () => {
    expect(combine('trimmed', [5000, 9000, 7000])).toMatchObject({ marks: 7000, dropped: [] })
    expect(combine('trimmed', [5000, 9000, 7000, 7200, 7100])).toMatchObject({ marks: 7100, dropped: [9000, 5000] })
  })
  test('the median is the one in the middle; nobody gives nothing', () => {
    expect(combine('median', [9000, 100, 7000])).toMatchObject({ marks: 7000, rounded: false })
    expect(combine('mean', [])).toBeNull()
  })
})

test('the word of a component', () => {
  expect(partWord(part({}))).toBe('passed')
  expect(partWord(part({ passed: false }))).toBe('failed')
  expect(partWord(part({ state: 'chair', passed: undefined }))).toBe('chair')
})

test('who is held back, and by what', () => {
  expect(heldReason(row({}))).toBeNull()
  expect(heldReason(row({ certificate: 'S1' }))).toBe('issued')
  const r = row({ verdict: 'unqualified', components: [part({}), part({ kind: 'review', state: 'absent' })] })
  expect(heldReason(r)).toBe('unqualified')
  expect(open(r).map((p) => p.kind)).toEqual(['review'])
})

test('a station is found by the name that addresses have', () => {
  const station = (name: 'skill' | 'skill-2', draw: string) => ({ name, station: 1, title: '', weight: 50, draw, state: 'scored' as const })
  const r = row({ components: [part({ kind: 'theory' }), part({ stations: [station('skill', '03'), station('skill-2', '07')] })] })
  expect([stationOf(r, 'skill')?.draw, stationOf(r, 'skill-2')?.draw, stationOf(r, 'review')]).toEqual(['03', '07', undefined])
})
