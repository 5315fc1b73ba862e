import { silence } from '../../lib/progress'
import type { Incident, ProgressRow } from '../../lib/types'
import { inScope, reachOf, scopeOf } from './order'

/** A loss of connection that lasts, with the seats in its scope that are silent now. */
export interface Cut {
  incident: Incident
  silent: ProgressRow[]
}

/** All that waits for somebody: what lasts first, the oldest of a kind first. */
export interface Alerts {
  running: Cut[]
  /** Silent seats that no running incident names already. */
  silent: ProgressRow[]
  /** Over, and no extension given yet. */
  waiting: Incident[]
  /** By incident that has just ended: the seats in its scope that have not been heard of again. */
  returning: ReadonlyMap<string, ProgressRow[]>
  /** Over without extension, and nobody is left whom one could reach. */
  past: Incident[]
  /** Put out of sight on this page; nothing was decided. */
  hidden: Incident[]
  settled: Incident[]
  count: number
}

const byStart = (a: Incident, b: Incident) => Date.parse(a.from) - Date.parse(b.from)

/** Seats of a room come back one by one: for so long they are not each an alert of its own. */
const RETURNING_MS = 30_000

export function alertsOf(incidents: readonly Incident[], rows: readonly ProgressRow[], hidden: ReadonlySet<string>, now: number): Alerts {
  const sorted = [...incidents].sort(byStart)
  const mute = rows.filter((r) => silence(r, now) !== null)
  const running = sorted.filter((i) => !i.until && !i.settled).map((incident) => ({ incident, silent: mute.filter((r) => inScope(scopeOf(incident.scope), r)) }))
  const ended = sorted.filter((i) => i.until && !i.settled)
  const reachable = (i: Incident) => reachOf('extend', scopeOf(i.scope), rows).reached.length > 0
  const over = ended.filter(reachable)
  const waiting = over.filter((i) => !hidden.has(i.id))
  const returning = new Map(waiting.filter((i) => now - Date.parse(i.until ?? '') < RETURNING_MS).map((i) => [i.id, mute.filter((r) => inScope(scopeOf(i.scope), r))]))
  const named = new Set([...running.flatMap((c) => c.silent), ...[...returning.values()].flat()].map((r) => r.attempt))
  const silent = mute.filter((r) => !named.has(r.attempt)).sort((a, b) => Date.parse(a.lastSeen ?? '') - Date.parse(b.lastSeen ?? ''))
  return {
    running, silent, waiting, returning,
    past: ended.filter((i) => !reachable(i)),
    hidden: over.filter((i) => hidden.has(i.id)),
    settled: sorted.filter((i) => i.settled),
    count: running.length + silent.length + waiting.length,
  }
}

/** How many alerts stand open in each room; those of everybody belong to none. */
export function alertsByRoom(a: Alerts, rows: readonly ProgressRow[]): Map<string, number> {
  const out = new Map<string, number>()
  const add = (room: string | undefined) => { if (room !== undefined) out.set(room, (out.get(room) ?? 0) + 1) }
  for (const i of [...a.running.map((c) => c.incident), ...a.waiting]) {
    const scope = scopeOf(i.scope)
    add(scope.to === 'room' ? scope.room : scope.to === 'seat' ? rows.find((r) => inScope(scope, r))?.room : undefined)
  }
  for (const r of a.silent) add(r.room)
  return out
}

/** Whole seconds that were lost: measured where it is over, counted on while it lasts. */
export function lostSeconds(i: Incident, now: number): number {
  if (i.lostSeconds !== undefined) return i.lostSeconds
  return Math.max(0, Math.floor(((i.until ? Date.parse(i.until) : now) - Date.parse(i.from)) / 1000))
}
