import { describe, expect, it } from 'vitest'
import { blueprintsOf, levelOfBank, may, nextAct, STATES, steps } from './sitting'
import type { Blueprint } from './types'

describe('a sitting', () => {
  it('goes one way', () => {
    expect(STATES.map(nextAct)).toEqual(['seal', 'open', 'close', null, null])
    expect(steps('open').map((s) => s.is)).toEqual(['done', 'done', 'now', 'later', 'later'])
    expect(steps('released').map((s) => s.is)).toEqual(['done', 'done', 'done', 'done', 'done'])
  })
})

describe('blueprintsOf', () => {
  const plan = (id: string, bank: string): Blueprint => ({ id, bank, title: id, durationMinutes: 90, total: 10000, sections: [] })
  it('goes by the bank, which is named for its level', () => {
    expect([levelOfBank('bwgly-3'), levelOfBank('bwgly'), levelOfBank('a-b-12')]).toEqual([3, null, 12])
    const all = [plan('a', 'bwgly-3'), plan('b', 'bwgly-2'), plan('c', 'other')]
    expect(blueprintsOf(all, 3)).toEqual({ fit: [all[0]], open: [all[2]] })
  })
})

describe('may', () => {
  it('follows the contract', () => {
    expect(may(['editor'], 'bank')).toBe(true)
    expect(may(['editor'], 'sittings')).toBe(false)
    expect(may(['examiner'], 'results')).toBe(true)
    expect(may(['examiner'], 'roster')).toBe(false)
    expect(may(['invigilator'], 'watch')).toBe(true)
    expect(may(['candidate'], 'sittings')).toBe(false)
    expect(may(['editor', 'invigilator'], 'sittings')).toBe(true)
  })
})
