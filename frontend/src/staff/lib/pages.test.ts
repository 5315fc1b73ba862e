import { describe, expect, it } from 'vitest'
import { pageOf, pagesAround } from './pages'

describe('pagesAround', () => {
  it('keeps the ends and the neighbours, and leaves no gap of one', () => {
    expect(pagesAround(1, 1)).toEqual([1])
    expect(pagesAround(1, 7)).toEqual([1, 2, 3, null, 7])
    expect(pagesAround(4, 7)).toEqual([1, 2, 3, 4, 5, 6, 7])
    expect(pagesAround(5, 9)).toEqual([1, null, 4, 5, 6, null, 9])
    expect(pagesAround(9, 9)).toEqual([1, null, 7, 8, 9])
    expect(pagesAround(2, 2)).toEqual([1, 2])
  })
})

describe('pageOf', () => {
  it('takes whole pages only', () => {
    expect([undefined, '2', '0', '-1', '1.5', 'x', '99999'].map(pageOf)).toEqual([1, 2, 1, 1, 1, 1, 1])
  })
})
