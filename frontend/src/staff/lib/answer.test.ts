import { describe, expect, it } from 'vitest'
import { answered, key } from './answer'
import type { ReviewSlot } from './types'

const choice: ReviewSlot = {
  slot: { number: 1, section: 0, type: 'G', points: 100, stem: '', options: [{ letter: 'A', text: '甲' }, { letter: 'B', text: '乙' }], blanks: 0 },
  response: { choice: ['B', 'A'] }, awarded: 0, points: 100, verdict: 'wrong', right: ['A'],
}
const blank = (text: string[], right?: string[]): ReviewSlot => ({
  slot: { number: 2, section: 0, type: 'T', points: 100, stem: '', options: [], blanks: 2 }, response: { text }, awarded: 0, points: 100, verdict: 'wrong',
  ...(right ? { right } : {}),
})

describe('answered and key', () => {
  it('shows letters in order with their words', () => {
    expect(answered(choice)).toEqual([{ mark: 'A', text: '甲' }, { mark: 'B', text: '乙' }])
    expect(key(choice)).toEqual([{ mark: 'A', text: '甲' }])
  })
  it('numbers blanks where there are several, and keeps an empty one in its place', () => {
    expect(answered(blank(['', '二']))).toEqual([{ mark: '1', text: '' }, { mark: '2', text: '二' }])
    expect(answered(blank(['一']))).toEqual([{ mark: '', text: '一' }])
  })
  it('has nothing for nothing', () => {
    expect(answered(blank(['', ' ']))).toEqual([])
    expect(answered({ ...choice, response: {} })).toEqual([])
    expect(key(blank([]))).toEqual([])
  })
})
