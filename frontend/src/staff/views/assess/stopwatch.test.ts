import { describe, expect, test } from 'vitest'
import { from, measured, paused, seconds, started, stopped, warning } from './stopwatch'

describe('the stopwatch', () => {
  test('measures while it runs and keeps what it has', () => {
    const running = started(stopped, 1_000)
    expect(seconds(running, 62_500)).toBe(61)
    const still = paused(running, 62_500)
    expect([seconds(still, 999_999), still.since]).toEqual([61, null])
    expect(seconds(started(still, 100_000), 130_000)).toBe(91)
  })
  test('starting or pausing twice changes nothing', () => {
    const running = started(stopped, 1_000)
    expect(started(running, 5_000)).toBe(running)
    expect(paused(stopped, 5_000)).toBe(stopped)
  })
  test('survives a reload as plain data', () => {
    const running = started(stopped, 1_000)
    expect(seconds(JSON.parse(JSON.stringify(running)) as typeof running, 11_000)).toBe(10)
  })
  test('a clock that was set back never takes time away', () => {
    expect(measured(started(from(60), 50_000), 10_000)).toBe(60_000)
  })
  test('ends at a day', () => {
    expect(seconds(started(stopped, 0), 1e12)).toBe(86_400)
  })
  test('warns in words before the end and after it', () => {
    expect([0, 24 * 60_000, 25 * 60_000, 30 * 60_000].map((ms) => warning(ms, 30))).toEqual(['none', 'none', 'soon', 'over'])
    expect(warning(0, 3)).toBe('none')
  })
})
