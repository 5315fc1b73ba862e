import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { clock, day, elapsed, hourMinute, moment, offsetOf, span, zone } from './time'

const before = process.env.TZ
beforeAll(() => { process.env.TZ = 'Asia/Shanghai' })
afterAll(() => { process.env.TZ = before })

describe('time', () => {
  it('shows the local zone', () => {
    expect(moment('2026-12-06T01:00:07Z')).toBe('2026-12-06 09:00:07')
    expect(day('2026-12-06T17:00:00Z')).toBe('2026-12-07')
    expect(clock('2026-12-06T17:00:00Z')).toBe('01:00:00')
    expect(offsetOf(new Date('2026-12-06T01:00:00Z'))).toBe('UTC+08:00')
    expect(zone(new Date('2026-12-06T01:00:00Z'))).toMatch(/UTC\+08:00$/)
  })
  it('leaves out seconds that say nothing', () => {
    expect(hourMinute('2026-12-06T01:00:00Z')).toBe('09:00')
    expect(hourMinute('2026-12-06T01:00:01Z')).toBe('09:00:01')
  })
  it('names the second day only where it differs', () => {
    expect(span('2026-12-06T01:00:00Z', '2026-12-06T03:00:00Z')).toBe('2026-12-06 09:00–11:00')
    expect(span('2026-12-06T01:00:00Z', '2026-12-07T03:00:00Z')).toBe('2026-12-06 09:00–2026-12-07 11:00')
  })
  it('counts up', () => {
    expect(elapsed(72_900)).toBe('1:12')
    expect(elapsed(3_723_000)).toBe('1:02:03')
    expect(elapsed(-5)).toBe('0:00')
  })
})
