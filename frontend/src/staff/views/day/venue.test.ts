import { describe, expect, test } from 'vitest'
import { placesOf, resized, turned } from './venue'

describe('a plan of seats', () => {
  test('numbers seats over the room, also those not to be used', () => {
    expect(placesOf(['a.o', 'xo.']).flat().map((p) => p.label)).toEqual(['01', '', '02', '03', '04', ''])
  })
  test('keeps what is there when its size changes', () => {
    expect(resized(['ax', '.o'], 3, 3)).toEqual(['axo', '.oo', 'ooo'])
    expect(resized(['ax', '.o'], 1, 1)).toEqual(['a'])
  })
  test('goes through the kinds and back', () => {
    let plan = ['oo']
    for (const want of ['ox', 'oa', 'o.', 'oo']) expect(plan = turned(plan, 0, 1)).toEqual([want])
  })
})
