import { score } from '../../../shared/marks'
import type { OutcomePart, OutcomeRow, Panel, Rule, StationPart } from '../assess/types'

// How an outcome is told. No DOM; marks are whole hundredths.

export type PartState = OutcomePart['state']

/** The word of a component: decided ones say passed or failed, others where they stand. */
export type PartWord = 'passed' | 'failed' | Exclude<PartState, 'scored'>

export function partWord(p: OutcomePart): PartWord {
  if (p.state !== 'scored') return p.state
  return p.passed === false ? 'failed' : 'passed'
}

export const failed = (p: OutcomePart): boolean => ['failed', 'vetoed', 'absent', 'misconduct'].includes(partWord(p))

/** Why somebody gets no certificate now; null where nothing is in the way. */
export type HeldReason = 'unqualified' | 'incomplete' | 'withheld' | 'changed' | 'issued'

export function heldReason(r: OutcomeRow): HeldReason | null {
  if (r.certificate) return 'issued'
  if (r.verdict !== 'qualified') return r.verdict
  return r.changed ? 'changed' : null
}

/** The components that keep a candidate from qualifying, in order. */
export function open(r: OutcomeRow): OutcomePart[] {
  return r.components.filter((p) => !['passed', 'carried'].includes(partWord(p)))
}

/** What a candidate came to at a station, by the name that addresses have. */
export const stationOf = (r: OutcomeRow, name: string): StationPart | undefined => r.components.flatMap((p) => p.stations ?? []).find((s) => s.name === name)

/** How several examiners' marks become one, written out. */
export interface Combined { marks: number; used: number[]; dropped: number[]; exact: string; rounded: boolean }

/** Mirrors assess.Combine: a trimmed mean needs five; half up. Null for nobody. */
export function combine(rule: Rule, marks: readonly number[]): Combined | null {
  if (marks.length === 0) return null
  const sorted = [...marks].sort((a, b) => a - b)
  let used = [...marks]
  let dropped: number[] = []
  if (rule === 'trimmed' && marks.length >= 5) {
    used = sorted.slice(1, -1)
    dropped = [sorted[sorted.length - 1] ?? 0, sorted[0] ?? 0]
  }
  if (rule === 'median') {
    const n = sorted.length
    used = sorted.slice(Math.floor((n - 1) / 2), Math.floor(n / 2) + 1)
  }
  const sum = used.reduce((a, b) => a + b, 0)
  const n = used.length
  return { marks: Math.floor((2 * sum + n) / (2 * n)), used, dropped, ...decimals(sum, n) }
}

/** sum / n hundredths as points: exactly, or with four decimals and a mark that it goes on. */
function decimals(sum: number, n: number): { exact: string; rounded: boolean } {
  if (sum % n === 0) return { exact: score(sum / n), rounded: false }
  const four = Math.floor((sum * 100) / n)
  const text = `${Math.floor(four / 10_000)}.${String(four % 10_000).padStart(4, '0')}`
  return { exact: (sum * 100) % n === 0 ? text : `${text}…`, rounded: true }
}

export function spreadOf(marks: readonly number[]): number {
  return marks.length === 0 ? 0 : Math.max(...marks) - Math.min(...marks)
}

/** The name of whoever scored: outcomes may name accounts by id. */
export function nameOf(examiner: string, panel: Panel | undefined): string {
  return panel?.examiners.find((a) => a.id === examiner || a.login === examiner)?.name ?? examiner
}
