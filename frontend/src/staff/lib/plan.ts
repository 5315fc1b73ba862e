import type { SittingPlan } from './types'

/** A sitting's plan as typed. */
export interface Draft {
  title: string
  level: number | ''
  blueprint: string
  opens: Date | null
  closes: Date | null
  duration: string
  late: string
  release: SittingPlan['release'] | ''
  explain: boolean
  ahead: boolean
  /** One person seals the papers. */
  alone: boolean
  /** Where it is held, '' where no site is named. */
  site: string
  /** The programme it is part of, '' for none. */
  programme: string
  /** Places as typed, '' for no limit. */
  capacity: string
}

/** The fields, named by their pointers in the contract, in the order of the form. */
export const PLAN_FIELDS = ['/title', '/level', '/blueprint', '/opens', '/closes', '/durationMinutes', '/lateEntryMinutes', '/release', '/explain', '/papersAhead', '/oneSealer', '/site', '/programme', '/capacity'] as const
export type PlanField = (typeof PLAN_FIELDS)[number]

export type PlanFault = 'title' | 'level' | 'blueprint' | 'time' | 'order' | 'past' | 'duration' | 'late' | 'lateNumber' | 'release' | 'capacity' | 'capacityNeeded'

export type PlanCheck = { ok: true; plan: SittingPlan } | { ok: false; faults: Partial<Record<PlanField, PlanFault>> }

const whole = (raw: string): number | null => (/^\d{1,6}$/.test(raw.trim()) ? Number(raw.trim()) : null)

/** The length of the window in whole minutes, or null while it is not known. */
export function windowMinutes(d: Pick<Draft, 'opens' | 'closes'>): number | null {
  return d.opens && d.closes ? Math.floor((d.closes.getTime() - d.opens.getTime()) / 60_000) : null
}

/** Checks a plan by the rules of engine/sitting; the server decides. */
export function checkPlan(d: Draft, now: Date): PlanCheck {
  const faults: Partial<Record<PlanField, PlanFault>> = {}
  const title = d.title.trim()
  const letters = [...title].length
  if (letters < 2 || letters > 80) faults['/title'] = 'title'
  if (d.level === '') faults['/level'] = 'level'
  if (d.blueprint === '') faults['/blueprint'] = 'blueprint'
  if (!d.opens) faults['/opens'] = 'time'
  if (!d.closes) faults['/closes'] = 'time'
  const window = windowMinutes(d)
  if (d.opens && d.closes && d.closes <= d.opens) faults['/closes'] = 'order'
  else if (d.closes && d.closes <= now) faults['/closes'] = 'past'
  const duration = whole(d.duration)
  if (duration === null || duration < 1 || duration > 480) faults['/durationMinutes'] = 'duration'
  const late = whole(d.late === '' ? '0' : d.late)
  if (late === null) faults['/lateEntryMinutes'] = 'lateNumber'
  else if (window !== null && window > 0 && late > window) faults['/lateEntryMinutes'] = 'late'
  if (d.release === '') faults['/release'] = 'release'
  const capacity = d.capacity.trim() === '' ? 0 : whole(d.capacity)
  if (capacity === null || capacity > 100_000 || (capacity === 0 && d.capacity.trim() !== '')) faults['/capacity'] = 'capacity'
  else if (capacity === 0 && d.programme !== '') faults['/capacity'] = 'capacityNeeded'
  if (Object.keys(faults).length > 0 || d.level === '' || !d.opens || !d.closes || duration === null || late === null || d.release === '' || capacity === null) return { ok: false, faults }
  return {
    ok: true,
    plan: {
      title, level: d.level, blueprint: d.blueprint, opens: d.opens.toISOString(), closes: d.closes.toISOString(),
      durationMinutes: duration, lateEntryMinutes: late, release: d.release, explain: d.explain, papersAhead: d.ahead, oneSealer: d.alone, ...(d.site ? { site: d.site } : {}),
      ...(d.programme ? { programme: d.programme } : {}), capacity,
    },
  }
}

/** What candidates will meet, computed from a plan; null until the times are there. */
export interface Outlook {
  enterFrom: Date
  enterTo: Date
  /** The last moment to enter and still have the full time; null where nobody has. */
  fullUntil: Date | null
  end: Date
  window: number
  duration: number
}

export function outlook(d: Draft): Outlook | null {
  const window = windowMinutes(d)
  const duration = whole(d.duration)
  const late = whole(d.late === '' ? '0' : d.late)
  if (!d.opens || !d.closes || window === null || window <= 0 || !duration) return null
  const enterTo = late && late < window ? new Date(d.opens.getTime() + late * 60_000) : d.closes
  const full = new Date(d.closes.getTime() - duration * 60_000)
  return {
    enterFrom: d.opens, enterTo, end: d.closes, window, duration,
    fullUntil: full < d.opens ? null : full < enterTo ? full : enterTo,
  }
}
