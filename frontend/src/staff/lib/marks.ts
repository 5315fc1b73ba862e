import type { Marks, ResultRow, ReviewSlot, SectionScore } from './types'

/** How a section came to its sum: full marks by worth, parts one by one. */
export interface Workings {
  /** Slots with full marks, by what one is worth. */
  groups: { count: number; each: Marks; sum: Marks }[]
  /** Slots with a part of their marks. */
  parts: { number: number; awarded: Marks }[]
  unanswered: number
  waiting: number
  sum: Marks
  /** The server's own sum is the same. */
  agrees: boolean
}

export function workings(section: SectionScore, slots: readonly ReviewSlot[]): Workings {
  const full = new Map<Marks, number>()
  const w: Workings = { groups: [], parts: [], unanswered: 0, waiting: 0, sum: 0, agrees: false }
  for (const s of slots) {
    w.sum += s.awarded
    if (s.verdict === 'waiting') w.waiting++
    if (s.verdict === 'unanswered') w.unanswered++
    if (s.awarded > 0 && s.awarded === s.points) full.set(s.points, (full.get(s.points) ?? 0) + 1)
    else if (s.awarded !== 0) w.parts.push({ number: s.slot.number, awarded: s.awarded })
  }
  w.groups = [...full].sort((a, b) => a[0] - b[0]).map(([each, count]) => ({ count, each, sum: each * count }))
  w.agrees = w.sum === section.awarded
  return w
}

/** What a result row says: its word and tone are looked up by this. */
export type Outcome = 'absent' | 'running' | 'marking' | 'passed' | 'failed'

export function outcome(r: ResultRow): Outcome {
  if (r.state !== 'complete' || !r.result) return r.state === 'complete' ? 'marking' : r.state
  if (!r.result.complete) return 'marking'
  return r.result.passed ? 'passed' : 'failed'
}

export type SortKey = 'seat' | 'admission' | 'name' | 'awarded' | 'outcome'

const ORDER: Record<Outcome, number> = { passed: 0, failed: 1, marking: 2, running: 3, absent: 4 }

/** Sorts results; whoever has no mark comes last both ways. */
export function sortResults(rows: readonly ResultRow[], key: SortKey, down: boolean): ResultRow[] {
  const words = new Intl.Collator('zh-CN', { numeric: true })
  const seat = (a: ResultRow, b: ResultRow) => words.compare(a.room, b.room) || words.compare(a.seat, b.seat)
  const by: Record<SortKey, (a: ResultRow, b: ResultRow) => number> = {
    seat,
    admission: (a, b) => words.compare(a.admission, b.admission),
    name: (a, b) => words.compare(a.name, b.name),
    awarded: (a, b) => (a.result?.awarded ?? 0) - (b.result?.awarded ?? 0),
    outcome: (a, b) => ORDER[outcome(a)] - ORDER[outcome(b)],
  }
  const unmarked = (r: ResultRow) => (key === 'awarded' && !r.result ? 1 : 0)
  return [...rows].sort((a, b) => unmarked(a) - unmarked(b) || (down ? -1 : 1) * by[key](a, b) || seat(a, b))
}
