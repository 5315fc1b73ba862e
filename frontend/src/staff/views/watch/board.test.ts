import { describe, expect, it } from 'vitest'
import { behind } from './board'

describe('a board that was asked for', () => {
  it('is left aside where what was pushed is newer', () => {
    expect(behind('A.3', 'A.4')).toBe(true)
    expect(behind('A.9', 'A.10')).toBe(true)
  })
  it('counts where it is as new or newer, of another beginning, or the first', () => {
    for (const [id, known] of [['A.4', 'A.4'], ['A.10', 'A.9'], ['B.1', 'A.4'], ['A.1', '']] as const) expect(behind(id, known)).toBe(false)
  })
})
