import { expect, test } from 'vitest'
import type { Finding, ItemLine } from './api'
import { percent, reason, signed, sorted, title, two, why } from './words'

const line = (code: string, itemRest?: number) => ({ code, part: 0, findings: [], figures: { people: 40, undefined: {}, ...(itemRest === undefined ? {} : { itemRest }) } }) as unknown as ItemLine

test('a little is never nothing', () => {
  expect([0, 0.001, 0.02, 0.999, 1].map(percent)).toEqual(['0', '<1', '2', '>99', '100'])
  expect([two(-0.27), two(-0.001), two(undefined), signed(0.34), signed(0), signed(-0.1)]).toEqual(['−0.27', '0.00', '--', '+0.34', '0.00', '−0.10'])
})

test('findings in plain words', () => {
  const key: Finding = { kind: 'key', option: 'C', value: 0.74, limit: 0.17 }
  expect(title(key)).toBe('高分组更多人选 C，请核对答案')
  expect(why(key)).toBe('高分组 74% 选 C，选答案的只有 17%。')
  const kinds = ['negative', 'too-hard', 'low', 'omitted', 'slow', 'fast', 'rare-option', 'too-easy'] as const
  expect(kinds.map((kind) => title({ kind, option: 'D', value: 0, limit: 0 }))).toEqual(['区分度为负', '太难', '区分度低', '漏答多', '用时异常：偏长', '用时异常：偏短', '选项 D 无人选', '太易'])
  for (const kind of kinds) expect(why({ kind, value: 0.5, limit: 0.1 })).toMatch(/。$/)
})

test('the reason that goes to the editors fits', () => {
  const f: Finding = { kind: 'negative', value: -0.27, limit: 0 }
  expect(reason('示例场次', [f], { people: 412, facility: 0.31, itemRest: -0.27, undefined: {} })).toBe('示例场次，412 人：区分度为负：低分组答对的反而多（−0.27，< 0）。答对率 0.31，区分度 −0.27。')
  expect(reason('示例', Array.from({ length: 60 }, () => f), { people: 1, undefined: {} }).length).toBe(500)
})

test('what has no figure comes last, whichever way', () => {
  const all = [line('a', 0.2), line('b'), line('c', -0.1)]
  expect(sorted(all, 'itemRest', false).map((l) => l.code)).toEqual(['c', 'a', 'b'])
  expect(sorted(all, 'itemRest', true).map((l) => l.code)).toEqual(['a', 'c', 'b'])
  expect(sorted(all, 'suspicious', true).map((l) => l.code)).toEqual(['c', 'b', 'a'])
})
