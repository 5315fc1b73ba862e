import { describe, expect, test } from 'vitest'
import { sheet } from './sample.testdata'
import { arranged, blank, edit, gaps, isFull, otherField, parsePoints, rowMarks, rowsOf, total, type Content, type Edit } from './score'

const after = (...edits: Edit[]): Content => edits.reduce((c, e) => edit(sheet, c, e), blank(sheet))
const marks = (c: Content, row: string) => {
  const r = rowsOf(sheet).find((x) => x.id === row)!
  return rowMarks(r, c.rows.find((x) => x.row === row)!)
}
const all: Edit[] = [
  { do: 'full', row: 'r1' }, { do: 'toggle', row: 'r2', deduction: 'order' }, { do: 'full', row: 'r3' },
  { do: 'veto', veto: 'v1', state: 'no' }, { do: 'veto', veto: 'v2', state: 'no' },
]

describe('rows', () => {
  test('a row is not scored until somebody judges it', () => {
    expect(marks(blank(sheet), 'r1')).toBeNull()
    expect(total(sheet, blank(sheet))).toEqual({ sum: 0, of: 0, full: 4000, waiting: 3, pending: 2, vetoed: false })
  })
  test('no deduction gives full marks, and again takes it back', () => {
    expect(marks(after({ do: 'full', row: 'r1' }), 'r1')).toBe(1500)
    expect(marks(after({ do: 'full', row: 'r1' }, { do: 'full', row: 'r1' }), 'r1')).toBeNull()
  })
  test('deductions toggle and count', () => {
    expect(marks(after({ do: 'toggle', row: 'r2', deduction: 'order' }), 'r2')).toBe(1000)
    expect(marks(after({ do: 'step', row: 'r1', deduction: 'miss', by: 1 }, { do: 'step', row: 'r1', deduction: 'miss', by: 1 }), 'r1')).toBe(900)
  })
  test('taking the last deduction away leaves the row unscored, never at full marks', () => {
    expect(marks(after({ do: 'toggle', row: 'r2', deduction: 'order' }, { do: 'toggle', row: 'r2', deduction: 'order' }), 'r2')).toBeNull()
    expect(marks(after({ do: 'other', row: 'r3', marks: 200 }, { do: 'other', row: 'r3', marks: 0 }), 'r3')).toBeNull()
  })
  test('marks stay between 0 and the full marks', () => {
    expect(marks(after({ do: 'toggle', row: 'r2', deduction: 'type' }, { do: 'toggle', row: 'r2', deduction: 'order' }), 'r2')).toBe(0)
    expect(marks(after({ do: 'other', row: 'r3', marks: 5000 }), 'r3')).toBe(0)
  })
  test('a stepper stops at its ends', () => {
    const many = after(...Array.from({ length: 9 }, (): Edit => ({ do: 'step', row: 'r1', deduction: 'miss', by: 1 })))
    expect(many.rows[0]!.deductions).toEqual([{ deduction: 'miss', count: 5 }])
    const c = blank(sheet)
    expect(edit(sheet, c, { do: 'step', row: 'r1', deduction: 'miss', by: -1 })).toBe(c)
    expect(edit(sheet, c, { do: 'toggle', row: 'nobody', deduction: 'x' })).toBe(c)
  })
  test('no deduction clears what was taken off and keeps the note', () => {
    const c = after({ do: 'note', row: 'r2', note: '迟疑' }, { do: 'toggle', row: 'r2', deduction: 'type' }, { do: 'full', row: 'r2' })
    expect(isFull(c.rows[1]!)).toBe(true)
    expect(c.rows[1]!.note).toBe('迟疑')
  })
  test('a sum of hundredths is exact', () => {
    expect(total(sheet, after({ do: 'other', row: 'r1', marks: 10 }, { do: 'other', row: 'r2', marks: 20 })).sum).toBe(2970)
  })
})

describe('gaps', () => {
  test('everything that is open is named, vetoes first', () => {
    expect(gaps(sheet, blank(sheet)).map((g) => [g.is, g.id])).toEqual([['veto', 'v1'], ['veto', 'v2'], ['row', 'r1'], ['row', 'r2'], ['row', 'r3']])
  })
  test('nothing is in the way of a whole sheet', () => {
    expect(gaps(sheet, after(...all))).toEqual([])
  })
  test('another deduction wants a note', () => {
    const c = after(...all, { do: 'other', row: 'r3', marks: 100 })
    expect(gaps(sheet, c).map((g) => g.is)).toEqual(['note'])
    expect(gaps(sheet, edit(sheet, c, { do: 'note', row: 'r3', note: ' 漏记 ' }))).toEqual([])
  })
  test('a veto wants its fact, and does not excuse the rows', () => {
    const c = after({ do: 'veto', veto: 'v1', state: 'yes', fact: '  ' }, { do: 'veto', veto: 'v2', state: 'no' })
    expect(gaps(sheet, c).map((g) => g.is)).toEqual(['fact', 'row', 'row', 'row'])
    expect(total(sheet, c).vetoed).toBe(true)
  })
  test('a text that is no number is in the way', () => {
    expect(gaps(sheet, after(...all), { [otherField('r2')]: '二' }).map((g) => [g.is, g.number])).toEqual([['text', 2]])
  })
})

test('lines of the server come into the sheet’s order, with what is missing left open', () => {
  const c = arranged(sheet, { rows: [{ row: 'r2', touched: true, deductions: [{ deduction: 'order', count: 1 }, { deduction: 'gone', count: 2 }], other: 0, note: '' }, { row: 'r3', touched: false, deductions: [], other: 50, note: 'x' }], vetoes: [] })
  expect(c.rows.map((r) => r.row)).toEqual(['r1', 'r2', 'r3'])
  expect(c.rows[1]!.deductions).toEqual([{ deduction: 'order', count: 1 }])
  expect(c.rows[2]).toEqual({ row: 'r3', touched: false, deductions: [], other: 0, note: 'x' })
  expect(c.vetoes.every((v) => v.state === 'pending')).toBe(true)
})

test.each([['', 0], ['2', 200], ['2.5', 250], ['2.05', 205], ['２．５', 250], ['2。5', 250], [' 3 ', 300], ['2.', 200], ['2.555', null], ['-1', null], ['1,5', null], ['三', null], ['1e2', null]])('points %j', (text, want) => {
  expect(parsePoints(text)).toBe(want)
})
