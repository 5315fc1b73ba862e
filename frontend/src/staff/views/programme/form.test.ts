import { expect, test } from 'vitest'
import { dayRange, fieldOf, sentLevels, typed } from './form'

const LEVELS = [
  { level: 3, title: '三级', components: [{ kind: 'theory', full: 100, pass: 60 }, { kind: 'skill', full: 100, pass: 60 }] },
  { level: 2, title: '二级', components: [{ kind: 'theory', full: 100, pass: 60 }, { kind: 'skill', full: 100, pass: 60 }, { kind: 'review', full: 100, pass: 60 }] },
] as const
const of2 = { level: 2, capacity: 20, days: [{ kind: 'skill' as const, from: '2026-12-13', until: '2026-12-14' }] }

const both = () => typed(LEVELS.map((l) => ({ ...l, components: [...l.components] })), [of2])

test('the levels of the standard are offered, those of the programme are filled', () => {
  expect(both().map((l) => [l.level, l.on, l.capacity, l.days.length])).toEqual([[3, false, '', 2], [2, true, '20', 3]])
  expect(both()[1]?.days[1]).toEqual({ kind: 'skill', from: '2026-12-13', until: '2026-12-14' })
})

test('what is not ticked is not sent; an empty last day is the first', () => {
  const all = both()
  if (all[1]?.days[0]) all[1].days[0].from = '2026-12-06'
  if (all[1]) all[1].capacity = 'x'
  expect(sentLevels(all)).toEqual([{ level: 2, capacity: 0, days: [
    { kind: 'theory', from: '2026-12-06', until: '2026-12-06' }, { kind: 'skill', from: '2026-12-13', until: '2026-12-14' }, { kind: 'review', from: '', until: '' },
  ] }])
})

test('a fault leads to its field, counted among the levels that were sent', () => {
  const all = both()
  expect(fieldOf('/title', all)).toBe('programme-title')
  expect(fieldOf('/levels/0/capacity', all)).toBe('programme-2-capacity')
  expect(fieldOf('/levels/0/days/2/until', all)).toBe('programme-2-review-until')
  expect(fieldOf('/levels/0/days', all)).toBe('programme-2-on')
  expect(fieldOf('/levels', all)).toBe('programme-levels')
})

test('days are one or a range', () => {
  expect(dayRange({ kind: 'theory', from: '2026-12-06', until: '2026-12-06' }, '至')).toBe('2026-12-06')
  expect(dayRange(of2.days[0] ?? { kind: 'skill', from: '', until: '' }, '至')).toBe('2026-12-13 至 2026-12-14')
})
