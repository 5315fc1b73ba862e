import { expect, test } from 'vitest'
import { listed, panelFault } from './panel'

test.each([[2, 'mean', 'few'], [3, 'mean', null], [4, 'mean', 'even'], [3, 'trimmed', 'trimmed'], [5, 'trimmed', null], [0, 'median', 'few']] as const)('%i by %s', (n, rule, want) => {
  expect(panelFault(n, rule)).toBe(want)
})

test('the chosen stay in sight whatever is looked for', () => {
  const all = ['甲', '乙', '丙'].map((name, i) => ({ id: String(i), login: `e${i}`, name, roles: ['examiner' as const] }))
  expect(listed(all, new Set(['2']), '甲').map((a) => a.name)).toEqual(['甲', '丙'])
  expect(listed(all, new Set(), ' E1 ').map((a) => a.name)).toEqual(['乙'])
})
