import { expect, test } from 'vitest'
import { faults, keeps, lastOf, normalCode, open, request, wordOf, type Result } from './look'
import { en } from './messages/en'
import { zhCN } from './messages/zh-CN'

test('what people type is read as they mean it', () => {
  expect(normalCode(' 7k3m－q9xa ')).toBe('7K3MQ9XA')
  expect(normalCode('ol2i-abcd')).toBe('0121ABCD')
  expect(request({ admission: ' ２０26 0412a', code: '7k3m q9xa' })).toEqual({ admission: '20260412A', code: '7K3MQ9XA' })
})

test('what cannot be looked up is named', () => {
  expect(faults({ admission: 'A1', code: '7K3M-Q9XA' })).toEqual([])
  expect(faults({ admission: '　', code: '7K3M-Q9X' })).toEqual(['admission', 'code'])
  expect(faults({ admission: 'A1', code: '7K3M-Q9XU' })).toEqual(['code'])
})

const result = {
  verdict: 'unqualified',
  components: [
    { kind: 'theory', state: 'scored', awarded: 5950, full: 10000, pass: 6000, passed: false, distance: -50 },
    { kind: 'skill', state: 'scored', awarded: 7117, full: 10000, pass: 6000, passed: true, distance: 1117, until: '2028-11-20T00:00:00Z' },
    { kind: 'review', state: 'carried', awarded: 7600, full: 10000, pass: 6000, passed: true, distance: 1600, carriedOn: '2026-05-16T00:00:00Z', until: '2028-05-15T00:00:00Z' },
  ],
} as unknown as Result

test('what is missing is found', () => {
  expect(open(result).map((p) => p.kind)).toEqual(['theory'])
  expect(keeps(result)).toBe(true)
  expect(result.components.map(wordOf)).toEqual(['failed', 'passed', 'passed'])
  expect(wordOf({ kind: 'skill', state: 'vetoed', full: 10000, pass: 6000, passed: false })).toBe('vetoed')
})

test('a period ends on its last day', () => {
  expect(new Date(lastOf('2026-12-15T16:00:00Z')).toISOString()).toBe('2026-12-15T15:59:59.000Z')
})

test('both languages fill in the same values', () => {
  const holes = (s: string) => [...new Set([...s.matchAll(/\{(\w+)/g)].map((m) => m[1]))].sort()
  for (const k of Object.keys(zhCN) as (keyof typeof zhCN)[]) expect([k, holes(en[k])]).toEqual([k, holes(zhCN[k])])
})
