import { NetworkError, ProblemError } from '../../../shared/problem'
import type { OrderKind, OrderOutcome, OrderRequest, OrderScope, ProgressRow } from '../../lib/types'

/** Whom an order is meant for: one seat, a room, or everybody. */
export type Scope = { to: 'seat'; registration: string } | { to: 'room'; room: string } | { to: 'all' }

export type Clock = OrderOutcome['reached'][number]['clock']
export type Refusal = OrderOutcome['refused'][number]

/** Why an order would not fit an attempt, by its state alone. */
export type Misfit = 'not-started' | 'ended' | 'paused-already' | 'not-paused' | 'not-ended'

export const KINDS: readonly OrderKind[] = ['extend', 'pause', 'resume', 'reopen']

/** Which order fits an attempt in which state; null where it does. The server decides. */
const FIT: Record<OrderKind, Record<ProgressRow['state'], Misfit | null>> = {
  extend: { ready: 'not-started', running: null, paused: null, closed: 'ended' },
  pause: { ready: 'not-started', running: null, paused: 'paused-already', closed: 'ended' },
  resume: { ready: 'not-started', running: 'not-paused', paused: null, closed: 'ended' },
  reopen: { ready: 'not-started', running: 'not-ended', paused: 'not-ended', closed: null },
}

export function misfit(kind: OrderKind, row: ProgressRow): Misfit | null {
  // Whoever was absent is closed too, and has never been heard of.
  if (kind === 'reopen' && row.state === 'closed' && !row.lastSeen && !row.deadline) return 'not-started'
  return FIT[kind][row.state]
}

/** The orders that fit one seat, in their fixed order. */
export function fitting(row: ProgressRow): OrderKind[] {
  return KINDS.filter((k) => misfit(k, row) === null)
}

export function scopeOf(s: OrderScope): Scope {
  if (s.registration) return { to: 'seat', registration: s.registration }
  if (s.room) return { to: 'room', room: s.room }
  return { to: 'all' }
}

export function inScope(scope: Scope, row: { registration: string; room: string }): boolean {
  if (scope.to === 'seat') return row.registration === scope.registration
  return scope.to === 'all' || row.room === scope.room
}

function wire(scope: Scope): OrderScope {
  if (scope.to === 'seat') return { registration: scope.registration }
  return scope.to === 'room' ? { room: scope.room } : { all: true }
}

/** Whom an order would reach as things stand, and whom it would not, by reason. */
export interface Reach {
  reached: ProgressRow[]
  left: { why: Misfit; n: number }[]
}

export function reachOf(kind: OrderKind, scope: Scope, rows: readonly ProgressRow[]): Reach {
  const reached: ProgressRow[] = []
  const left = new Map<Misfit, number>()
  for (const row of rows) {
    if (!inScope(scope, row)) continue
    const why = misfit(kind, row)
    if (why === null) reached.push(row)
    else left.set(why, (left.get(why) ?? 0) + 1)
  }
  return { reached, left: [...left].map(([why, n]) => ({ why, n })) }
}

/** The deadline after an extension; null where the clock stands still and nobody can say yet. */
export function deadlineAfter(row: ProgressRow, minutes: number): string | null {
  if (row.state !== 'running' || !row.deadline) return null
  return new Date(Date.parse(row.deadline) + minutes * 60_000).toISOString()
}

/** Minutes as typed, or null where the contract does not allow them. */
export function minutesOf(kind: OrderKind, raw: string): number | null {
  if (kind === 'pause' || kind === 'resume') return 0
  if (!/^\d{1,3}$/.test(raw.trim())) return null
  const n = Number(raw.trim())
  return n <= 240 && n >= (kind === 'extend' ? 1 : 0) ? n : null
}

/** A reason as it is kept, or null where it is too short or too long. */
export function reasonOf(raw: string): string | null {
  const text = raw.trim()
  const letters = [...text].length
  return letters >= 2 && letters <= 200 ? text : null
}

export function requestOf(id: string, kind: OrderKind, scope: Scope, minutes: number, reason: string, incident?: string): OrderRequest {
  return { id, kind, scope: wire(scope), minutes, reason, ...(incident ? { incident } : {}) }
}

/** Whether the server may have carried out what it did not confirm. */
export function isUnsure(e: unknown): boolean {
  return e instanceof NetworkError || (e instanceof ProblemError && e.problem.status >= 500)
}

/** What is left to write, in ms, while the clock stands still; null while it runs. */
export function leftWhilePaused(clock: Clock): number | null {
  return clock.pausedSince ? Math.max(0, Date.parse(clock.deadline) - Date.parse(clock.pausedSince)) : null
}

/** Refusals that a second try may cure. */
export function curable(o: OrderOutcome): Refusal[] {
  return o.refused.filter((r) => r.reason === 'unavailable')
}

/** A UUID, version 4. crypto.randomUUID is missing on pages without TLS and before Chrome 92. */
export function newId(): string {
  const b = crypto.getRandomValues(new Uint8Array(16))
  const hex = Array.from(b, (x, i) => (i === 6 ? (x & 0x0f) | 0x40 : i === 8 ? (x & 0x3f) | 0x80 : x).toString(16).padStart(2, '0')).join('')
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-')
}
