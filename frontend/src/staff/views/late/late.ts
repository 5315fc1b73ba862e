import type { LateAttempt, LateOperation, SittingState } from '../../lib/types'

/** Why nothing can be decided about an attempt now; null where it can. */
export type Bar = 'running' | 'released' | 'reads'

export function barOf(a: LateAttempt, sitting: SittingState): Bar | null {
  if (sitting === 'released') return 'released'
  return a.state === 'closed' ? null : 'running'
}

export function undecided(a: LateAttempt): LateOperation[] {
  return a.operations.filter((o) => o.decision === 'open')
}

export interface Sums { people: number; operations: number; open: number }

export function sumsOf(list: readonly LateAttempt[]): Sums {
  return {
    people: list.length,
    operations: list.reduce((n, a) => n + a.operations.length, 0),
    open: list.reduce((n, a) => n + undecided(a).length, 0),
  }
}

/** Attempts that wait for a decision first, each by room and seat; operations by question, then as they were written. */
export function arrange(list: readonly LateAttempt[], onlyOpen: boolean): LateAttempt[] {
  const words = new Intl.Collator('zh-CN', { numeric: true })
  const waits = (a: LateAttempt) => (undecided(a).length > 0 ? 0 : 1)
  return list
    .map((a) => ({ ...a, operations: (onlyOpen ? undecided(a) : [...a.operations]).sort((x, y) => x.slot - y.slot || x.epoch - y.epoch || x.seq - y.seq) }))
    .filter((a) => a.operations.length > 0)
    .sort((a, b) => waits(a) - waits(b) || words.compare(a.room, b.room) || words.compare(a.seat, b.seat))
}

/** Questions for which more than one of the chosen operations stands: only one of them can count. */
export function contested(chosen: readonly LateOperation[]): number[] {
  const seen = new Map<number, number>()
  for (const o of chosen) seen.set(o.slot, (seen.get(o.slot) ?? 0) + 1)
  return [...seen].filter(([, n]) => n > 1).map(([slot]) => slot).sort((a, b) => a - b)
}
