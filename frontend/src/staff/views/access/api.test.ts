import { expect, test } from 'vitest'
import { linesOf, rangesOf } from './api'

test('lines and ranges are the same either way', () => {
  const ranges = [{ room: '01', range: '10.3.1.0/24' }, { room: '报告厅 A', range: 'fd00::/8' }, { room: '', range: '192.168.0.9' }]
  expect(rangesOf(linesOf(ranges))).toEqual(ranges)
  expect(rangesOf(' \n  02\t10.0.0.1 \n\n')).toEqual([{ room: '02', range: '10.0.0.1' }])
})
