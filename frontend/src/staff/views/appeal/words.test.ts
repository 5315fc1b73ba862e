import { expect, test } from 'vitest'
import { hundredths, leftWord, long, urgency } from './words'

test('points as typed become hundredths, or nothing', () => {
  for (const [typed, want] of [['60', 6000], ['60.5', 6050], ['60.05', 6005], [' 7 ', 700], ['６０．５', 6050], ['100', 10000]] as const) expect([typed, hundredths(typed, 10000)]).toEqual([typed, want])
  for (const typed of ['', '-1', '1e2', '60.005', '100.01', 'abc', '1,5', '.5']) expect([typed, hundredths(typed, 10000)]).toEqual([typed, null])
})

test('the day of the answer is told by how near it is', () => {
  expect([9, 2, 0, -1].map((left) => [urgency({ left }), leftWord({ left })])).toEqual([
    ['calm', '还剩 9 个工作日'], ['soon', '还剩 2 个工作日'], ['soon', '今天到期'], ['overdue', '已过期'],
  ])
})

test('texts are measured in characters, not in bytes', () => {
  expect([long('  加分无误 '), long('𠮷')]).toEqual([4, 1])
})
