import { describe, expect, it } from 'vitest'
import type { PaperSlot } from './api'
import { boxes, differing, lettersOf, responseOf, words } from './typing'

const choice: PaperSlot = { slot: 1, type: 'G', letters: ['A', 'B', 'C'], blanks: 0 }
const blanks: PaperSlot = { slot: 2, type: 'T', letters: [], blanks: 2 }

describe('what is typed from a paper', () => {
  it('takes letters in any order, width and case', () => {
    expect(lettersOf(' c，Ａ a', ['A', 'B', 'C'])).toEqual(['A', 'C'])
    expect(responseOf(choice, ['ca'])).toEqual({ choice: ['A', 'C'] })
  })
  it('refuses what is no option', () => {
    expect(responseOf(choice, ['AD'])).toBeNull()
    expect(responseOf(choice, ['1'])).toBeNull()
  })
  it('leaves blank what is blank', () => {
    expect(responseOf(choice, [' '])).toEqual({})
    expect(responseOf(blanks, ['', ' '])).toEqual({})
    expect(responseOf(blanks, ['甲', ''])).toEqual({ text: ['甲', ''] })
    expect([boxes(choice), boxes(blanks)]).toEqual([1, 2])
  })
  it('finds where two readings differ', () => {
    const a = { ...choice, readings: [{ choice: ['A'] }, {}] }
    const b = { ...blanks, readings: [{ text: ['甲', '乙'] }, { text: ['甲', '乙'] }] }
    expect(differing([a, b])).toEqual([a])
    expect([words({ choice: ['A', 'C'] }), words({ text: ['甲', '乙'] }), words({})]).toEqual(['AC', '甲 / 乙', ''])
  })
})
