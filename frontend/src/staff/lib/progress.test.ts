import { describe, expect, it } from 'vitest'
import { filterRows, rooms, serverTime, silence } from './progress'
import type { Progress, ProgressRow } from './types'

const now = Date.parse('2026-12-06T01:00:00Z')
const row = (seat: string, state: ProgressRow['state'], ago?: number, room = '01'): ProgressRow => ({
  registration: seat, attempt: seat, admission: seat, name: seat, room, seat, state, answered: 1, total: 4,
  ...(ago === undefined ? {} : { lastSeen: new Date(now - ago * 1000).toISOString() }),
})

describe('silence', () => {
  it('counts from 45 s on, for running seats only', () => {
    expect(silence(row('1', 'running', 45), now)).toBeNull()
    expect(silence(row('1', 'running', 72), now)).toBe(72_000)
    expect(silence(row('1', 'closed', 72), now)).toBeNull()
    expect(silence(row('1', 'running'), now)).toBeNull()
  })
})

describe('serverTime', () => {
  it('is not misled by a wrong clock here', () => {
    const p: Progress = { serverNow: new Date(now).toISOString(), ready: 0, running: 0, paused: 0, closed: 0, rows: [] }
    expect(serverTime(p, 5_000, 8_000)).toBe(now + 3_000)
  })
})

describe('filterRows', () => {
  const rows = [row('1', 'running', 60), row('2', 'running', 5), row('3', 'ready', undefined, '02')]
  it('goes by state, silence and room', () => {
    const ids = (f: Parameters<typeof filterRows>[1], room = '') => filterRows(rows, f, room, now).map((r) => r.seat)
    expect(ids('all')).toEqual(['1', '2', '3'])
    expect(ids('silent')).toEqual(['1'])
    expect(ids('running')).toEqual(['1', '2'])
    expect(ids('all', '02')).toEqual(['3'])
    expect(rooms(rows)).toEqual(['01', '02'])
  })
})
