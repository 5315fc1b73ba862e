import { describe, expect, it } from 'vitest'
import { outcome, sortResults, workings } from './marks'
import type { ResultRow, ReviewSlot, SectionScore } from './types'

const slot = (number: number, awarded: number, points: number, verdict: ReviewSlot['verdict']): ReviewSlot => ({
  slot: { number, section: 0, type: 'G', points, stem: '', options: [], blanks: 0 }, response: {}, awarded, points, verdict,
})
const section = (awarded: number): SectionScore => ({ type: 'G', awarded, full: 400, right: 2, slots: 4 })

describe('workings', () => {
  it('adds up by worth, with parts apart', () => {
    const slots = [slot(1, 100, 100, 'right'), slot(2, 100, 100, 'right'), slot(3, 50, 100, 'partial'), slot(4, 0, 100, 'unanswered')]
    expect(workings(section(250), slots)).toEqual({
      groups: [{ count: 2, each: 100, sum: 200 }], parts: [{ number: 3, awarded: 50 }], unanswered: 1, waiting: 0, sum: 250, agrees: true,
    })
    expect(workings(section(300), slots).agrees).toBe(false)
  })
})

const row = (seat: string, state: ResultRow['state'], awarded?: number, passed = false, complete = true): ResultRow => {
  const r: ResultRow = { attempt: seat, admission: seat, name: seat, room: '01', seat, state }
  if (awarded !== undefined) r.result = { awarded, full: 10000, pass: 6000, passed, complete, sections: [] }
  return r
}

describe('outcome', () => {
  it('says a judgement only where one was made', () => {
    expect(outcome(row('1', 'absent'))).toBe('absent')
    expect(outcome(row('1', 'running'))).toBe('running')
    expect(outcome(row('1', 'marking', 5000, false, false))).toBe('marking')
    expect(outcome(row('1', 'complete', 5000, false, false))).toBe('marking')
    expect(outcome(row('1', 'complete'))).toBe('marking')
    expect(outcome(row('1', 'complete', 6000, true))).toBe('passed')
    expect(outcome(row('1', 'complete', 5999))).toBe('failed')
  })
})

describe('sortResults', () => {
  const rows = [row('10', 'complete', 7000, true), row('2', 'absent'), row('1', 'complete', 5000)]
  it('takes numbers in words as numbers', () => {
    expect(sortResults(rows, 'seat', false).map((r) => r.seat)).toEqual(['1', '2', '10'])
  })
  it('keeps whoever has no mark last both ways', () => {
    expect(sortResults(rows, 'awarded', false).map((r) => r.seat)).toEqual(['1', '10', '2'])
    expect(sortResults(rows, 'awarded', true).map((r) => r.seat)).toEqual(['10', '1', '2'])
  })
})
