import { describe, expect, it } from 'vitest'
import { filterOf, NO_FILTER, queryOf } from './filter'

describe('filterOf and queryOf', () => {
  it('read what they wrote', () => {
    const f = { ...NO_FILTER, text: '监控', type: 'G' as const, range: 'D-B', difficulty: 3 }
    expect(queryOf(f, 2)).toEqual({ text: '监控', type: 'G', range: 'D-B', difficulty: '3', page: '2' })
    expect(filterOf({ text: '监控', type: 'G', range: 'D-B', difficulty: '3', page: '2' })).toEqual(f)
  })
  it('leave out what says nothing', () => {
    expect(queryOf(NO_FILTER, 1)).toEqual({})
    expect(queryOf({ ...NO_FILTER, text: '  ', range: ' d-b ' }, 1)).toEqual({ range: 'D-B' })
    expect(filterOf({ type: 'Z', difficulty: '9', text: ['a', 'b'] })).toEqual(NO_FILTER)
  })
})
