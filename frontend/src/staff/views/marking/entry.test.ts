import { expect, test } from 'vitest'
import { blank, changed, entryOf, givenOf, sumOf, toggle, typed, valueOf } from './entry'
import { task } from './sample.testdata'

test('criteria sum to the mark, and the mark may be typed over', () => {
  const t = task()
  let e = toggle(t, toggle(t, blank, 2), 0)
  expect(e).toEqual({ text: '3.5', met: [0, 2], note: '' })
  expect(sumOf(t, e.met)).toBe(350)
  e = typed(e, '4')
  expect(givenOf(t, e)).toEqual({ version: 0, marks: 400, criteria: [0, 2], note: '' })
  e = toggle(t, e, 0)
  expect(e).toEqual({ text: '1.5', met: [2], note: '' })
})

test('nothing is no mark, and nothing above the points is one', () => {
  const t = task()
  expect(valueOf(t, blank)).toBe('none')
  expect(valueOf(t, typed(blank, '.'))).toBe('none')
  expect(valueOf(t, typed(blank, '0'))).toBe(0)
  expect(valueOf(t, typed(blank, '5'))).toBe(500)
  expect(valueOf(t, typed(blank, '5.01'))).toBe('range')
  expect(valueOf(t, typed(blank, '.5'))).toBe(50)
})

test('what an input method puts between the digits is left out', () => {
  expect(typed(blank, '３。５分').text).toBe('3.5')
  expect(typed(blank, 'b4?').text).toBe('4')
  expect(typed(blank, '1.2.34').text).toBe('1.23')
  expect(typed(blank, '123456').text).toBe('1234')
})

test('what is stored is no change', () => {
  const t = { ...task(), mine: { version: 2, marks: 350, criteria: [0, 2], note: '好', at: '2026-12-06T01:02:03Z' } }
  const e = entryOf(t)
  expect(changed(t, e)).toBe(false)
  expect(changed(t, { ...e, note: ' 好 ' })).toBe(false)
  expect(changed(t, toggle(t, e, 1))).toBe(true)
  expect(givenOf(t, e)).toEqual({ version: 2, marks: 350, criteria: [0, 2], note: '好' })
})
