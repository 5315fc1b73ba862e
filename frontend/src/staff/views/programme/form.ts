import type { Schemas } from '../../../shared/api'
import type { ProgrammeDays, ProgrammeDraft, ProgrammeLevel } from './api'

type StandardLevel = Schemas['StandardLevel']

/** One level as typed: not in the programme until it is ticked. */
export interface TypedLevel {
  level: number
  title: string
  on: boolean
  capacity: string
  days: ProgrammeDays[]
}

/** The levels of the standard, with what a programme says of them. */
export function typed(levels: readonly StandardLevel[], of: readonly ProgrammeLevel[]): TypedLevel[] {
  return levels.map((l) => {
    const was = of.find((x) => x.level === l.level)
    return {
      level: l.level, title: l.title, on: was !== undefined, capacity: was ? String(was.capacity) : '',
      days: l.components.map(({ kind }) => ({ kind, from: '', until: '', ...was?.days.find((d) => d.kind === kind) })),
    }
  })
}

/** What is sent: a component on one day may leave its last day empty. */
export function sentLevels(all: readonly TypedLevel[]): ProgrammeDraft['levels'] {
  return all.filter((l) => l.on).map((l) => ({
    level: l.level, capacity: /^\d{1,6}$/.test(l.capacity.trim()) ? Number(l.capacity.trim()) : 0,
    days: l.days.map((d) => ({ kind: d.kind, from: d.from, until: d.until || d.from })),
  }))
}

/** The id of the field that a pointer of the server names, among the levels as typed. */
export function fieldOf(pointer: string, all: readonly TypedLevel[]): string {
  const [, first, at, what, k, end] = pointer.split('/')
  if (first !== 'levels') return `programme-${first ?? ''}`
  const level = all.filter((l) => l.on)[Number(at)]
  if (!level) return 'programme-levels'
  const kind = what === 'days' ? level.days[Number(k)]?.kind : undefined
  if (kind) return `programme-${level.level}-${kind}-${end === 'until' ? 'until' : 'from'}`
  return `programme-${level.level}-${what === 'capacity' ? 'capacity' : 'on'}`
}

/** Days as people read them: one, or from one to another. */
export const dayRange = (d: ProgrammeDays, to: string): string => (d.from === d.until ? d.from : `${d.from} ${to} ${d.until}`)
