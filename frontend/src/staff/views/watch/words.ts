import { t } from '../../i18n'
import { clock } from '../../lib/time'
import type { Incident, OrderKind, OrderScope, ProgressRow } from '../../lib/types'
import { lostSeconds } from './alerts'
import { inScope, scopeOf, type Scope } from './order'

// Scopes, losses and orders as the pages say them.

export function place(r: Pick<ProgressRow, 'room' | 'seat' | 'name'>): string {
  return t('watch.silentWhat', { room: r.room, seat: r.seat, name: r.name })
}

/** 03 考场 08 座 郭未, 03 考场, 全场. */
export function who(scope: Scope, rows: readonly { registration: string; room: string; seat: string; name: string }[]): string {
  if (scope.to === 'room') return t('watch.roomShort', { room: scope.room })
  if (scope.to === 'all') return t('order.all')
  const row = rows.find((r) => inScope(scope, r))
  return row ? place(row) : scope.registration
}

/** 6 分 40 秒 */
export function lost(seconds: number): string {
  const m = Math.floor(seconds / 60)
  const s = seconds % 60
  if (m === 0) return t('lost.s', { s })
  return s === 0 ? t('lost.m', { m }) : t('lost.ms', { m, s })
}

/** 03 考场断线 */
export function cutOff(i: Incident, rows: readonly ProgressRow[]): string {
  const scope = scopeOf(i.scope)
  if (scope.to === 'room') return t('incident.room', { room: scope.room })
  if (scope.to === 'all') return t('incident.all')
  const row = rows.find((r) => inScope(scope, r))
  return t('incident.seat', { place: row ? place(row) : `${i.seat ?? ''} ${i.name ?? ''}`.trim() })
}

/** 03 考场断线 6 分 40 秒，共 28 人 */
export function wasCutOff(i: Incident, rows: readonly ProgressRow[], now: number): string {
  const values = { what: cutOff(i, rows), t: lost(lostSeconds(i, now)) }
  return scopeOf(i.scope).to === 'seat' ? t('incident.wasSeat', values) : t('incident.was', { ...values, n: i.seats })
}

/** The reason that is proposed for the record: what was lost, and when. */
export function reasonFor(i: Incident, rows: readonly ProgressRow[], now: number): string {
  const was = t('incident.wasSeat', { what: cutOff(i, rows), t: lost(lostSeconds(i, now)) })
  return (i.until ? t('incident.reason', { was, from: clock(i.from), to: clock(i.until) }) : was).replace(/\u00a0/g, ' ')
}

export function orderWords(kind: OrderKind, scope: OrderScope, minutes: number, rows: readonly ProgressRow[]): string {
  return t(`order.what.${kind}`, { who: who(scopeOf(scope), rows), m: minutes })
}
