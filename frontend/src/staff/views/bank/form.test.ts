import { expect, test } from 'vitest'
import type { ItemContent } from '../../lib/types'
import { contentOf, dropOption, emptyForm, formOf, retype, toggleKey, wrap } from './form'

const full: ItemContent = {
  type: 'G', point: 'A-A-A-001', difficulty: 3, consistency: 5, stem: '题干', explanation: '解析', source: '依据', excludes: ['b/x'],
  options: [{ text: '甲', last: false, feedback: '一' }, { text: '乙', last: false, feedback: '' }, { text: '以上都对', last: true, feedback: '' }], key: ['A', 'B'],
}

test('a content comes back from the form as it was', () => {
  expect(contentOf(formOf(full))).toEqual(full)
  const blank: ItemContent = { type: 'T', point: 'A-A-A-001', difficulty: 1, stem: '____', blanks: [['火警', '消防'], ['119']], explanation: '', source: '' }
  expect(contentOf(formOf(blank))).toEqual(blank)
  const essay: ItemContent = { type: 'W', point: 'A-A-A-001', difficulty: 1, stem: '试述', reference: '要点', explanation: '', source: '' }
  expect(contentOf(formOf(essay))).toEqual(essay)
  const parts = [{ type: 'D' as const, stem: '问', reference: '答' }]
  expect(contentOf(formOf({ type: 'E', point: 'A-A-A-001', difficulty: 1, stem: '案例', explanation: '', source: '', parts })).parts).toEqual(parts)
})

test('another type keeps what fits', () => {
  const f = formOf(full)
  retype(f, 'B')
  expect(f.key).toEqual(['A'])
  retype(f, 'C')
  expect(contentOf(f).options).toEqual([{ text: '正确', last: false, feedback: '一' }, { text: '错误', last: false, feedback: '' }])
  retype(f, 'W')
  expect(contentOf(f).options).toBeUndefined()
})

test('keys follow their options', () => {
  const f = formOf(full)
  dropOption(f, 0)
  expect([f.key, f.options.length]).toEqual([['A'], 2])
  toggleKey(f, 'B')
  toggleKey(f, 'A')
  expect(f.key).toEqual(['B'])
  const g = emptyForm()
  toggleKey(g, 'C')
  toggleKey(g, 'D')
  expect(g.key).toEqual(['D'])
})

test('marks go around a selection and off again', () => {
  const on = wrap('水H2O', 2, 3, 'sub')
  expect(on.text).toBe('水H<sub>2</sub>O')
  expect(wrap(on.text, on.from, on.to, 'sub').text).toBe('水H2O')
  expect(wrap('a<b', 0, 3, 'b').text).toBe('<b>ab</b>')
})
