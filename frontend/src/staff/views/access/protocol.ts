import { t } from '../../i18n'
import type { BoardSeat, Call, Order, ProctorAct } from '../../lib/types'
import { scopeOf } from '../watch/order'
import { who } from '../watch/words'

/** A line of the record of the day. */
export interface Line { id: string; at: string; kind: 'act' | 'call' | 'order'; what: string; whom: string; words: string; by: string }

const minutesOf = (o: Order) => (o.kind === 'extend' || o.kind === 'reopen' ? t('protocol.orderMinutes', { n: o.minutes }) : '')

function ofAct(a: ProctorAct, seats: readonly BoardSeat[]): Line {
  const moved = a.from && a.to ? t('protocol.move', { from: a.from, to: a.to }) : ''
  return {
    id: a.id, at: a.at, kind: 'act', what: t(`protocol.kind.${a.kind}`), whom: who(scopeOf(a.scope), seats),
    words: [moved, a.text, a.reason].filter(Boolean).join(t('app.listSep')), by: a.by === 'system' ? t('protocol.system') : a.by,
  }
}

function ofCall(c: Call, seats: readonly BoardSeat[]): Line {
  const end = c.state === 'done' ? [c.forwarded ? t('protocol.call.forwarded') : '', c.word ?? ''] : [t('protocol.call.open')]
  return {
    id: c.id, at: c.at, kind: 'call', what: t(`protocol.call.${c.kind}`, { n: c.slot ?? 0 }), whom: who({ to: 'seat', registration: c.registration }, seats),
    words: [c.text, ...end].filter(Boolean).join(t('app.listSep')), by: c.by ?? '',
  }
}

const ofOrder = (o: Order, seats: readonly BoardSeat[]): Line => ({
  id: o.id, at: o.at, kind: 'order', what: t('protocol.order', { what: t(`order.kind.${o.kind}`) }), whom: who(scopeOf(o.scope), seats),
  words: [minutesOf(o), o.reason].filter(Boolean).join(t('app.listSep')), by: o.by,
})

/** All of the day in order of time. What an evacuation did to the clock is an order of the same number, and said once. */
export function linesOf(acts: readonly ProctorAct[], calls: readonly Call[], orders: readonly Order[], seats: readonly BoardSeat[]): Line[] {
  const known = new Set(acts.map((a) => a.id))
  return [
    ...acts.map((a) => ofAct(a, seats)), ...calls.map((c) => ofCall(c, seats)), ...orders.filter((o) => !known.has(o.id)).map((o) => ofOrder(o, seats)),
  ].sort((a, b) => Date.parse(a.at) - Date.parse(b.at))
}

/** How many came, and what was found. */
export function sumOf(seats: readonly BoardSeat[]): { n: number; came: number; absent: number; warned: number; expelled: number } {
  return {
    n: seats.length, came: seats.filter((s) => s.state !== 'ready').length, absent: seats.filter((s) => s.phase === 'absent').length,
    warned: seats.reduce((n, s) => n + s.warned, 0), expelled: seats.filter((s) => s.expelled).length,
  }
}
