import { describe, expect, it } from 'vitest'
import type { LateAttempt, LateOperation } from '../../lib/types'
import { arrange, barOf, contested, sumsOf, undecided } from './late'

const op = (slot: number, epoch: number, seq: number, decision: LateOperation['decision'] = 'open'): LateOperation => ({
  id: `${epoch}:${seq}`, epoch, seq, slot, answer: 'A', clientAt: '2026-12-06T02:00:00Z', receivedAt: '2026-12-06T02:01:00Z', reason: 'late', decision,
})
const attempt = (seat: string, operations: LateOperation[], state: LateAttempt['state'] = 'closed'): LateAttempt => ({
  registration: `r${seat}`, attempt: `a${seat}`, admission: seat, name: seat, room: '3', seat, state, operations,
})
const list = [attempt('10', [op(9, 1, 3), op(2, 2, 1), op(2, 1, 8)]), attempt('2', [op(1, 1, 1, 'counted')]), attempt('3', [op(4, 1, 1, 'rejected'), op(5, 1, 2)])]

describe('late answers', () => {
  it('OK: nothing is decided before the end, nor after the release', () => {
    expect([barOf(attempt('1', []), 'closed'), barOf(attempt('1', [], 'running'), 'open'), barOf(attempt('1', [], 'paused'), 'open'), barOf(attempt('1', []), 'released'), barOf(attempt('1', []), 'open')])
      .toEqual([null, 'running', 'running', 'released', null])
  })
  it('OK: sums', () => {
    expect(sumsOf(list)).toEqual({ people: 3, operations: 6, open: 4 })
    expect(undecided(list[2]!).map((o) => o.slot)).toEqual([5])
  })
  it('OK: who waits comes first, by seat; operations by question as written', () => {
    expect(arrange(list, false).map((a) => [a.seat, a.operations.map((o) => `${o.slot}/${o.epoch}-${o.seq}`)])).toEqual([
      ['3', ['4/1-1', '5/1-2']], ['10', ['2/1-8', '2/2-1', '9/1-3']], ['2', ['1/1-1']],
    ])
    expect(arrange(list, true).map((a) => [a.seat, a.operations.length])).toEqual([['3', 1], ['10', 3]])
  })
  it('OK: questions with more than one chosen answer', () => {
    expect(contested(list[0]!.operations)).toEqual([2])
    expect(contested([op(1, 1, 1), op(2, 1, 2)])).toEqual([])
  })
})
