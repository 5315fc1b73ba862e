import { expect, test } from 'vitest'
import type { ReportField } from './api'
import { columnOf, draftOf, fileName, moved, usual, withField } from './columns'

const fields: ReportField[] = [
  { field: 'name', label: '姓名', type: 'text', formats: ['plain'], full: false, fixed: false },
  { field: 'theoryMarks', label: '理论得分', type: 'marks', formats: ['two', 'short'], full: false, fixed: false },
  { field: 'fixed', label: '固定文字', type: 'text', formats: ['plain'], full: false, fixed: true },
]

test('a new map begins with the usual columns that there are', () => {
  expect(usual(fields).map((d) => [d.heading, d.format])).toEqual([['姓名', 'plain'], ['理论得分', 'two']])
})

test('a column moves, and stops at the ends', () => {
  const list = usual(fields)
  expect(moved(list, 0, 1).map((d) => d.field)).toEqual(['theoryMarks', 'name'])
  expect(moved(list, 0, -1)).toEqual(list)
  expect(moved(list, 1, 1)).toEqual(list)
})

test('another field brings its label and format along', () => {
  const d = draftOf({ heading: '姓名', field: 'name' }, fields)
  expect(withField(d, 'theoryMarks', fields)).toMatchObject({ key: d.key, heading: '理论得分', format: 'two' })
  expect(withField({ ...d, heading: '考生' }, 'theoryMarks', fields).heading).toBe('考生')
  expect(withField(d, 'unknown', fields)).toEqual(d)
})

test('only a fixed text sends a value', () => {
  expect(columnOf(draftOf({ heading: ' 姓名 ', field: 'name' }, fields))).toEqual({ heading: '姓名', field: 'name', format: 'plain' })
  expect(columnOf(draftOf({ heading: '代码', field: 'fixed', value: '001' }, fields)).value).toBe('001')
})

test('file names', () => {
  expect(fileName('上报 表', 'a/b:c')).toBe('上报_表-a_b_c')
})
