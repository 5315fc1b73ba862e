import { describe, expect, it } from 'vitest'
import type { Incident, ProgressRow } from '../../lib/types'
import { alertsByRoom, alertsOf, lostSeconds } from './alerts'
import { cutOff, lost, reasonFor, wasCutOff } from './words'

const now = Date.parse('2026-12-06T02:00:00Z')
const at = (ago: number) => new Date(now - ago * 1000).toISOString()
const row = (seat: string, room: string, silentFor: number): ProgressRow => ({
  registration: `r${seat}`, attempt: `a${seat}`, admission: seat, name: `甲${seat}`, room, seat, state: 'running', answered: 1, total: 4, lastSeen: at(silentFor),
})
const rows = [row('1', '03', 90), row('2', '03', 120), row('3', '03', 2), row('4', '04', 60), row('5', '04', 300)]
const running: Incident = { id: 'run', scope: { room: '03' }, from: at(100), seats: 2, proposedMinutes: 0, settled: false }
const over: Incident = { id: 'over', scope: { room: '03' }, from: at(1400), until: at(1000), lostSeconds: 400, seats: 28, proposedMinutes: 7, settled: false }
const seat: Incident = { id: 'seat', scope: { registration: 'r4' }, name: '甲4', seat: '4', from: at(700), until: at(640), lostSeconds: 60, seats: 1, proposedMinutes: 1, settled: false }
const all: Incident = { id: 'all', scope: { all: true }, from: at(900), until: at(860), lostSeconds: 40, seats: 5, proposedMinutes: 1, settled: true }

describe('alertsOf', () => {
  it('OK: what lasts names its silent seats, others stand by themselves, the longest silence first', () => {
    const a = alertsOf([seat, all, over, running], rows, new Set(), now)
    expect(a.running.map((c) => [c.incident.id, c.silent.map((r) => r.seat)])).toEqual([['run', ['1', '2']]])
    expect(a.silent.map((r) => r.seat)).toEqual(['5', '4'])
    expect(a.waiting.map((i) => i.id)).toEqual(['over', 'seat'])
    expect(a.settled.map((i) => i.id)).toEqual(['all'])
    expect(a.count).toBe(5)
    expect(Object.fromEntries(alertsByRoom(a, rows))).toEqual({ '03': 2, '04': 3 })
  })
  it('OK: seats that come back one by one stand at the loss that has just ended, for half a minute', () => {
    const just: Incident = { ...over, until: at(5) }
    const a = alertsOf([just], rows, new Set(), now)
    expect([a.returning.get('over')?.map((r) => r.seat), a.silent.map((r) => r.seat), a.count]).toEqual([['1', '2'], ['5', '4'], 3])
    const later = alertsOf([{ ...just, until: at(31) }], rows, new Set(), now)
    expect([later.returning.size, later.silent.length, later.count]).toEqual([0, 4, 5])
  })
  it('OK: what was put out of sight is counted apart, and only once it is over', () => {
    const a = alertsOf([over, running], rows, new Set(['over', 'run']), now)
    expect([a.waiting.length, a.hidden.map((i) => i.id), a.running.length]).toEqual([0, ['over'], 1])
  })
  it('OK: a loss that nobody can be given time for any more is no open matter', () => {
    const closed = rows.map((r) => ({ ...r, state: r.room === '03' ? 'closed' as const : r.state }))
    const a = alertsOf([over, seat], closed, new Set(['over']), now)
    expect([a.past.map((i) => i.id), a.waiting.map((i) => i.id), a.hidden]).toEqual([['over'], ['seat'], []])
  })
  it('OK: without incidents every silent seat shows', () => {
    expect(alertsOf([], rows, new Set(), now).silent.map((r) => r.seat)).toEqual(['5', '2', '1', '4'])
  })
})

describe('how a loss is said', () => {
  const plain = (s: string) => s.replace(/\u00a0/g, ' ')
  it('OK: measured when it is over, counted while it lasts', () => {
    expect([lostSeconds(over, now), lostSeconds(running, now)]).toEqual([400, 100])
    expect([40, 60, 400].map((s) => plain(lost(s)))).toEqual(['40 秒', '1 分钟', '6 分 40 秒'])
  })
  it('OK: a room, a seat, everybody', () => {
    expect([over, seat, all].map((i) => plain(wasCutOff(i, rows, now)))).toEqual(['03 考场断线 6 分 40 秒，共 28 人', '04 考场 4 座 甲4 断线 1 分钟', '全场断线 40 秒，共 5 人'])
    expect(plain(cutOff({ ...seat, scope: { registration: 'unknown' } }, rows))).toBe('4 甲4 断线')
  })
  it('OK: the proposed reason says when, in plain spaces', () => {
    const reason = reasonFor(over, rows, now)
    expect(reason).toMatch(/^03 考场断线 6 分 40 秒（\d\d:\d\d:\d\d–\d\d:\d\d:\d\d）$/)
    expect([...reason].length).toBeLessThanOrEqual(200)
  })
})
