import { describe, expect, it } from 'vitest'
import { ServerClock, clockTime, countdown, longDate, shortDate } from './time'

const iso = (ms: number) => new Date(ms).toISOString()
const T = Date.parse('2026-11-22T03:40:00Z')

describe('ServerClock', () => {
  it('says the start of 1970 before it knows anything', () => {
    expect(new ServerClock(() => 5).now()).toBe(0)
  })

  it('is right to half a round trip, and short round trips count', () => {
    let steady = 1_000
    const clock = new ServerClock(() => steady)
    // The server's time is T + steady. A slow answer, then a fast one.
    clock.sync(iso(T + 1_050), 1_000, 3_000)
    steady = 3_000
    expect(Math.abs(clock.now() - (T + 3_000))).toBeLessThanOrEqual(1_000)
    steady = 3_020
    clock.sync(iso(T + 3_010), 3_000, 3_020)
    expect(Math.abs(clock.now() - (T + 3_020))).toBeLessThanOrEqual(12)
    // A slow one afterwards does no harm.
    steady = 9_000
    clock.sync(iso(T + 3_100), 3_050, 9_000)
    expect(Math.abs(clock.now() - (T + 9_000))).toBeLessThanOrEqual(20)
  })

  it('does not care what the wall clock of the computer does', () => {
    let steady = 0
    const clock = new ServerClock(() => steady)
    const real = Date.now
    try {
      clock.sync(iso(T), 0, 0)
      Date.now = () => real() + 3_600_000
      steady = 60_000
      expect(clock.now()).toBe(T + 60_000)
      Date.now = () => real() - 86_400_000
      expect(clock.now()).toBe(T + 60_000)
    } finally {
      Date.now = real
    }
  })

  it('follows the server when its clock is set, forward or back', () => {
    let steady = 0
    const clock = new ServerClock(() => steady)
    clock.sync(iso(T), 0, 10)
    for (const step of [3_600_000, -3_600_000]) {
      steady += 15_000
      clock.sync(iso(T + steady + step), steady, steady + 10)
      expect(Math.abs(clock.now() - (T + steady + step))).toBeLessThanOrEqual(10)
    }
  })

  it('comes right with the next answer after the computer slept', () => {
    let steady = 0
    const clock = new ServerClock(() => steady)
    clock.sync(iso(T), 0, 10)
    steady = 1_000 // asleep for an hour, while the steady clock stood still
    clock.sync(iso(T + 3_600_000), 1_000, 1_010)
    expect(Math.abs(clock.now() - (T + 3_600_000))).toBeLessThanOrEqual(20)
  })

  it('never loses the truth while clocks drift apart by less than it allows', () => {
    let steady = 0
    const rate = 1 + 1e-4
    const clock = new ServerClock(() => steady)
    for (let i = 0; i < 400; i++) {
      steady += 15_000
      const rtt = 20 + (i % 7) * 30
      clock.sync(iso(T + (steady + rtt / 2) * rate), steady, steady + rtt)
      expect(Math.abs(clock.now() - (T + steady * rate))).toBeLessThan(120)
    }
  })

  it('ignores a time that is none', () => {
    const clock = new ServerClock(() => 0)
    clock.sync('soon', 0, 1)
    expect(clock.known).toBe(false)
  })
})

describe('words for times', () => {
  it('are those of China, whatever the computer is set to', () => {
    expect(clockTime(T)).toBe('11:40:00')
    expect(longDate(T, 'zh-CN')).toBe('2026年11月22日')
    expect(longDate(T, 'en')).toBe('22 November 2026')
    expect(shortDate(Date.parse('2026-11-22T16:00:00Z'))).toBe('2026-11-23')
  })

  it('count down to zero and no further', () => {
    expect(countdown(4_365_000)).toBe('1:12:45')
    expect(countdown(1)).toBe('0:00:01')
    expect(countdown(0)).toBe('0:00:00')
    expect(countdown(-5_000)).toBe('0:00:00')
  })
})
