import { expect, test } from 'vitest'
import type { Certificate, PrintedField } from '../assess/types'
import { chinese, groups, leaf, normalNumber, placed } from './certificate'

const number = 'S000061000001263000001'
const c: Certificate = { number, name: '王甲', documentMasked: '1101**********002X', occupation: '保卫管理员', levelTitle: '三级/高级工', body: '示例中心', issued: '2026-10-30', state: 'valid' }
const fields: PrintedField[] = [
  ['证书名称', '职业技能等级证书'], ['正文', '特发此证。'], ['姓名', '王甲'], ['证件类型', '居民身份证'], ['证件号码', '11010519491231002X'], ['职业名称', '保卫管理员'], ['工种/职业方向', ''],
  ['照片', '--'], ['职业技能等级', '三级/高级工'], ['证书编号', number], ['查验本证书', 'https://x/verify'], ['全国联网查询：证书', 'http://jndj'], ['全国联网查询：机构', 'http://pjjg'], ['发证机构', '示例中心'], ['发证日期', '2026年10月30日'],
].map(([label = '', value = '']) => ({ label, value }))

test('a number has seven groups and no characters between them', () => {
  expect(groups(number)).toEqual(['S', '0000', '61', '000001', '26', '3', '000001'])
  expect(groups(number).join('')).toBe(number)
  expect(normalNumber(' ｓ0000 61 000001 26 3 000001\u200b')).toBe(number)
})

test('fields keep their order; an empty one is --', () => {
  const p = placed(fields, c)
  expect(p.beside.map((f) => [f.label, f.value])).toEqual([['姓名', '王甲'], ['证件类型', '居民身份证'], ['证件号码', '11010519491231002X'], ['职业名称', '保卫管理员'], ['工种/职业方向', '--']])
  expect(p.below.map((f) => f.label)).toEqual(['职业技能等级', '证书编号'])
  expect([p.title, p.body, p.date, p.check, p.lookups.length]).toEqual(['职业技能等级证书', '示例中心', '2026年10月30日', 'https://x/verify', 2])
})

test('fields that a template leaves out or adds do not break the page', () => {
  const p = placed([{ label: '姓名', value: '王甲' }, { label: '备注', value: '无' }, { label: '证书编号', value: number }], c)
  expect([...p.beside, ...p.below].map((f) => f.label)).toEqual(['姓名', '备注', '证书编号'])
  expect([p.body, p.date]).toEqual(['示例中心', '2026年10月30日'])
  expect(chinese('soon')).toBe('soon')
})

test('a leaf of the log is read line by line', () => {
  const text = 'gongyuan certificate log v1\nissue\nS000061000001263000001\n0\n2026-11-22T02:00:00Z\nab12\n'
  expect(leaf(btoa(text))).toEqual({ kind: 'issue', number: 'S000061000001263000001', at: '2026-11-22T02:00:00Z', digest: 'ab12' })
  expect(leaf(btoa('something else'))).toBeNull()
})
