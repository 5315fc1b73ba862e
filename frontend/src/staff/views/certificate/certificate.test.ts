import { expect, test } from 'vitest'
import { groups, leaf, normalNumber } from './certificate'

const number = 'S000061000001263000001'

test('a number has seven groups and no characters between them', () => {
  expect(groups(number)).toEqual(['S', '0000', '61', '000001', '26', '3', '000001'])
  expect(groups(number).join('')).toBe(number)
  expect(normalNumber(' ｓ0000 61 000001 26 3 000001\u200b')).toBe(number)
})

test('a leaf of the log is read line by line', () => {
  const text = 'gongyuan certificate log v1\nissue\nS000061000001263000001\n0\n2026-11-22T02:00:00Z\nab12\n'
  expect(leaf(btoa(text))).toEqual({ kind: 'issue', number: 'S000061000001263000001', at: '2026-11-22T02:00:00Z', digest: 'ab12' })
  expect(leaf(btoa('something else'))).toBeNull()
})
