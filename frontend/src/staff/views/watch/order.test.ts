import { describe, expect, it, vi } from 'vitest'
import { NetworkError, ProblemError } from '../../../shared/problem'
import type { OrderKind, OrderOutcome, ProgressRow } from '../../lib/types'
import { curable, deadlineAfter, fitting, inScope, isUnsure, leftWhilePaused, minutesOf, newId, reachOf, reasonOf, requestOf, scopeOf } from './order'

const row = (seat: string, state: ProgressRow['state'], room = '03', more: Partial<ProgressRow> = {}): ProgressRow => ({
  registration: `r${seat}`, attempt: `a${seat}`, admission: seat, name: seat, room, seat, state, answered: 1, total: 4,
  ...(state === 'ready' ? {} : { lastSeen: '2026-12-06T01:00:00Z', deadline: '2026-12-06T02:30:00Z' }), ...more,
})
const hall = [row('1', 'running'), row('2', 'paused'), row('3', 'ready'), row('4', 'closed'), row('5', 'running', '04')]

describe('reachOf', () => {
  const seats = (kind: OrderKind, scope: Parameters<typeof reachOf>[1]) => {
    const r = reachOf(kind, scope, hall)
    return [r.reached.map((x) => x.seat).join(), Object.fromEntries(r.left.map((l) => [l.why, l.n]))]
  }
  it.each([
    ['extend', '1,2', { 'not-started': 1, ended: 1 }],
    ['pause', '1', { 'paused-already': 1, 'not-started': 1, ended: 1 }],
    ['resume', '2', { 'not-paused': 1, 'not-started': 1, ended: 1 }],
    ['reopen', '4', { 'not-ended': 2, 'not-started': 1 }],
  ] as const)('OK: %s for a room reaches whom it fits, and counts the others by reason', (kind, reached, left) => {
    expect(seats(kind, { to: 'room', room: '03' })).toEqual([reached, left])
  })
  it('OK: one seat and everybody', () => {
    expect(seats('extend', { to: 'seat', registration: 'r5' })).toEqual(['5', {}])
    expect(seats('extend', { to: 'all' })).toEqual(['1,2,5', { 'not-started': 1, ended: 1 }])
  })
  it('Err: whoever never came cannot be reopened', () => {
    const absent = row('9', 'closed')
    delete absent.lastSeen
    delete absent.deadline
    expect(reachOf('reopen', { to: 'all' }, [absent])).toEqual({ reached: [], left: [{ why: 'not-started', n: 1 }] })
  })
  it('OK: each seat offers what fits it', () => {
    expect(hall.map((r) => fitting(r).join())).toEqual(['extend,pause', 'extend,resume', '', 'reopen', 'extend,pause'])
  })
})

describe('what is typed', () => {
  it('OK: minutes within the contract', () => {
    expect(['1', ' 240 ', '0', '241', '-5', '7.5', '', '1e1'].map((x) => minutesOf('extend', x))).toEqual([1, 240, null, null, null, null, null, null])
    expect(['0', '15', ''].map((x) => minutesOf('reopen', x))).toEqual([0, 15, null])
    expect(minutesOf('pause', 'anything')).toBe(0)
  })
  it('OK: a reason of 2 to 200 letters', () => {
    expect([' 停电 ', '停', '  ', '电'.repeat(200), '电'.repeat(201)].map(reasonOf)).toEqual(['停电', null, null, '电'.repeat(200), null])
  })
})

describe('requestOf', () => {
  it('OK: exactly one scope goes out, and comes back the same', () => {
    const scopes = [{ to: 'seat', registration: 'r1' }, { to: 'room', room: '03' }, { to: 'all' }] as const
    expect(scopes.map((s) => requestOf('x', 'extend', s, 7, '停电', 'i').scope)).toEqual([{ registration: 'r1' }, { room: '03' }, { all: true }])
    for (const s of scopes) expect(scopeOf(requestOf('x', 'extend', s, 7, '停电').scope)).toEqual(s)
    expect(requestOf('x', 'pause', { to: 'all' }, 0, '火警')).toEqual({ id: 'x', kind: 'pause', scope: { all: true }, minutes: 0, reason: '火警' })
    expect(inScope({ to: 'room', room: '04' }, hall[4]!)).toBe(true)
  })
  it('OK: a number of its own each time, also without randomUUID', () => {
    const real = globalThis.crypto
    vi.stubGlobal('crypto', { getRandomValues: (x: Uint8Array) => real.getRandomValues(x) })
    const a = newId()
    expect(a).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/)
    expect(newId()).not.toBe(a)
    vi.unstubAllGlobals()
  })
})

describe('what comes back', () => {
  const problem = (status: number) => new ProblemError({ type: 'urn:gongyuan:problem:x', title: 'x', status, requestId: 'r' })
  it('OK: only without answer, or from a server in trouble, is it unsure', () => {
    expect([new NetworkError('timeout'), problem(503), problem(409), problem(422), new Error('x'), null].map(isUnsure)).toEqual([true, true, false, false, false, false])
  })
  it('OK: a new deadline, or what is left while paused', () => {
    expect(deadlineAfter(hall[0]!, 7)).toBe('2026-12-06T02:37:00.000Z')
    expect(deadlineAfter(hall[1]!, 7)).toBeNull()
    const clock = { serverNow: '2026-12-06T02:00:00Z', deadline: '2026-12-06T02:30:00Z', deadlineVersion: 1 }
    expect(leftWhilePaused(clock)).toBeNull()
    expect(leftWhilePaused({ ...clock, pausedSince: '2026-12-06T01:50:00Z' })).toBe(40 * 60_000)
  })
  it('OK: only what was unavailable is worth another try', () => {
    const refused = (reason: OrderOutcome['refused'][number]['reason']) => ({ registration: reason, name: '甲', reason, detail: '' })
    const outcome: OrderOutcome = { order: { id: 'x', kind: 'extend', scope: { all: true }, minutes: 1, reason: '停电', by: '乙', at: '2026-12-06T02:00:00Z', count: 3 }, reached: [], refused: [refused('ended'), refused('unavailable'), refused('not-started')] }
    expect(curable(outcome).map((r) => r.registration)).toEqual(['unavailable'])
  })
})
