import { expect, test } from 'vitest'
import { listed, need, reasonOf, tooFewToTrim } from './panel'
import { isStation, parseWeight, stationName, stationsOf } from './station'
import type { Breach, Panel } from './types'

test.each([[3, 'mean', false], [3, 'trimmed', true], [5, 'trimmed', false], [0, 'median', false]] as const)('%i by %s', (n, rule, want) => {
  expect(tooFewToTrim(n, rule)).toBe(want)
})

test('the chosen stay in sight whatever is looked for', () => {
  const all = ['甲', '乙', '丙'].map((name, i) => ({ id: String(i), login: `e${i}`, name, roles: ['examiner' as const] }))
  expect(listed(all, new Set(['2']), '甲').map((a) => a.name)).toEqual(['甲', '丙'])
  expect(listed(all, new Set(), ' E1 ').map((a) => a.name)).toEqual(['乙'])
})

test('one rule without an exception is enough to have to change', () => {
  const breach = (overridable: boolean): Breach => ({ rule: 'load', candidates: [], overridable, text: '', help: '' })
  expect(need([])).toBe('nothing')
  expect(need([breach(true), breach(true)])).toBe('reason')
  expect(need([breach(true), breach(false)])).toBe('change')
})

test('a reason has 2 to 500 characters', () => {
  expect(reasonOf(' 换 ')).toBeNull()
  expect(reasonOf(' 没有别人 ')).toBe('没有别人')
  expect(reasonOf('长'.repeat(501))).toBeNull()
})

test('stations have names, a next one and a weight', () => {
  expect(['skill', 'skill-2', 'review-9'].every(isStation)).toBe(true)
  expect(['', 'theory', 'skill-1', 'skill-10', 'skill-', undefined].some(isStation)).toBe(false)
  expect([stationName('skill', 1), stationName('review', 3)]).toEqual(['skill', 'review-3'])
  const panel = (kind: 'skill' | 'review', station: number, weight: number) => ({ kind, station, weight }) as Panel
  const all = [panel('skill', 3, 30), panel('review', 1, 100), panel('skill', 1, 40)]
  expect(stationsOf(all, 'skill')).toEqual({ panels: [all[2], all[0]], weight: 70, next: 2 })
  expect(stationsOf(all, 'review')).toEqual({ panels: [all[1]], weight: 100, next: null })
  expect([parseWeight(' 40 ', 60), parseWeight('61', 60), parseWeight('0', 60), parseWeight('4.5', 60), parseWeight('', 60)]).toEqual([40, null, null, null, null])
})
