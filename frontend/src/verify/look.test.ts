import { expect, test } from 'vitest'
import { dateWords, facts, faults, groups, maskedDocument, maskedName, normal, request, statementIn } from './look'
import { en } from './messages/en'
import { zhCN } from './messages/zh-CN'

const number = 'S000061000001263000001'
const typed = { by: 'number' as const, number: ' ｓ0000 61 000001 26 3 000001', document: '', name: ' 王甲 ' }

test('what people type is read as they mean it', () => {
  expect(normal(typed.number)).toBe(number)
  expect(request(typed)).toEqual({ number, name: '王甲' })
  expect(request({ ...typed, by: 'document', document: '11010519491231002x' })).toEqual({ documentNumber: '11010519491231002X', name: '王甲' })
  expect(groups(number).join('')).toBe(number)
})

test('what cannot be looked up is named', () => {
  expect(faults(typed)).toEqual([])
  expect(faults({ ...typed, number: 'S1', name: ' ' })).toEqual(['number', 'name'])
  expect(faults({ ...typed, by: 'document' })).toEqual(['document'])
})

test('names and documents are masked once', () => {
  expect(maskedName('王甲')).toBe('王＊')
  expect(maskedName('欧阳晓明')).toBe('欧＊＊')
  expect(maskedName('王＊')).toBe('王＊')
  expect(maskedDocument('11010519491231002X')).toBe('1101**********002X')
  expect(maskedDocument('1101**********002X')).toBe('1101**********002X')
})

test('a certificate of which little is told shows no empty lines', () => {
  const c = { number, name: '王甲', documentMasked: '1101**********002X', occupation: '保卫管理员', levelTitle: '三级/高级工', body: '示例中心', issued: '2026-10-30', state: 'valid' as const }
  expect(facts(c, 'zh-CN').map((f) => f.value)).toEqual(['王＊', '1101**********002X', '保卫管理员', '三级/高级工', '2026年10月30日', '示例中心'])
  expect(facts({ ...c, name: '', documentMasked: '', occupation: '', levelTitle: '', body: '', issued: '0001-01-01', state: 'revoked' }, 'en')).toEqual([])
})

test('dates in both languages', () => {
  expect(dateWords('2026-10-30', 'zh-CN')).toBe('2026年10月30日')
  expect(dateWords('2026-10-30', 'en')).toBe('30 October 2026')
})

test('both languages fill in the same values', () => {
  const holes = (s: string) => [...new Set([...s.matchAll(/\{(\w+)/g)].map((m) => m[1]))].sort()
  for (const k of Object.keys(zhCN) as (keyof typeof zhCN)[]) expect([k, holes(en[k])]).toEqual([k, holes(zhCN[k])])
})

test('the statement of a QR code', () => {
  expect(statementIn('#eyJh.eyJi_-.c2ln')).toBe('eyJh.eyJi_-.c2ln')
  for (const other of ['', '#', '#number', '#a.b', '#a.b.c.d', '#<b>.x.y', `#${'a'.repeat(4000)}.b.c`]) expect(statementIn(other)).toBe('')
})
