// What the page shows of its state: pure functions for the screens.
import type { SlotNumber } from '../shared/brand'
import type { Paper, PaperSlot, Response } from './contract'
import * as ledger from './ledger'
import type { SlotState } from './ledger'
import { textResponse, type Changed, type Work } from './state'

export type Line = SlotState | 'read-only' | 'unsent-lost'

export function responseOf(w: Work, slot: SlotNumber): Response {
  const draft = w.drafts.get(slot)
  return draft ? textResponse(draft) : ledger.entryOf(w.ledger, slot).response
}

export function isAnswered(w: Work, slot: SlotNumber): boolean {
  return !ledger.isEmpty(responseOf(w, slot))
}

export function isFlagged(w: Work, slot: SlotNumber): boolean {
  return ledger.entryOf(w.ledger, slot).flagged
}

/** The state of one question, as its line says it. */
export function lineOf(w: Work, slot: SlotNumber): Line {
  if (w.lease.kind === 'taken') return 'read-only'
  const state = w.drafts.has(slot) ? 'sending' : ledger.slotState(w.ledger, slot)
  if (state !== 'sending' && state !== 'unsent') return state
  if (w.link === 'up' && state === 'sending') return 'sending'
  return w.keeping === 'none' ? 'unsent-lost' : 'unsent'
}

/** Not yet in permanent storage, whatever the reason. */
export function isPending(w: Work, slot: SlotNumber): boolean {
  const line = lineOf(w, slot)
  return line === 'sending' || line === 'stored' || line === 'unsent' || line === 'unsent-lost' || line === 'refused'
}

export type Tag =
  | { kind: 'taken' } | { kind: 'paused' } | { kind: 'refused'; n: number } | { kind: 'no-store' } | { kind: 'signed-out' }
  | { kind: 'offline'; n: number } | { kind: 'unsent'; n: number } | { kind: 'sending'; n: number } | { kind: 'stored'; n: number } | { kind: 'saved' } | { kind: 'none' }

/** The state of the page: the worst wins. */
export function tagOf(w: Work): Tag {
  const n = countLines(w)
  const unsent = n.unsent + n['unsent-lost']
  if (w.lease.kind === 'taken') return { kind: 'taken' }
  if (n.refused > 0) return { kind: 'refused', n: n.refused }
  if (w.pause) return { kind: 'paused' }
  if (!w.signedIn) return { kind: 'signed-out' }
  if (w.link === 'offline') return { kind: 'offline', n: unsent }
  if (unsent > 0) return { kind: 'unsent', n: unsent }
  if (w.keeping === 'none') return { kind: 'no-store' }
  if (n.sending > 0) return { kind: 'sending', n: n.sending }
  if (n.stored > 0) return { kind: 'stored', n: n.stored }
  return n.saved > 0 ? { kind: 'saved' } : { kind: 'none' }
}

export function countLines(w: Work): Record<Line, number> {
  const n: Record<Line, number> = { blank: 0, sending: 0, stored: 0, saved: 0, unsent: 0, refused: 0, late: 0, 'read-only': 0, 'unsent-lost': 0 }
  const slots = new Set([...w.ledger.slots.keys(), ...w.drafts.keys()])
  for (const slot of slots) n[lineOf(w, slot)]++
  return n
}

export type Banner =
  | { kind: 'taken'; label: string } | { kind: 'taken-tab' } | { kind: 'refused' } | { kind: 'no-store' } | { kind: 'signed-out' }
  | { kind: 'away'; n: number } | { kind: 'offline'; n: number } | { kind: 'unsent'; n: number } | { kind: 'not-submitted' } | { kind: 'reopened' }
  | { kind: 'minutes'; n: number } | { kind: 'aside'; n: number } | { kind: 'deadline'; changed: Changed } | { kind: 'back'; n: number }

/** For so long the news of a changed deadline comes before the warnings that follow from the deadline. */
const newsMs = 60_000

/** All that is true now, worst first. */
export function bannersOf(w: Work, leftMs: number): Banner[] {
  const out: Banner[] = []
  const n = countLines(w)
  const unsent = n.unsent + n['unsent-lost']
  if (w.lease.kind === 'taken') return [w.lease.by === 'tab' ? { kind: 'taken-tab' } : { kind: 'taken', label: w.lease.label }]
  if (n.refused > 0) out.push({ kind: 'refused' })
  const away = w.away && w.ledger.outbox.length > 0
  if (away) out.push({ kind: 'away', n: unsent + n.stored })
  if (w.keeping === 'none') out.push({ kind: 'no-store' })
  if (!w.signedIn) out.push({ kind: 'signed-out' })
  if (!away && w.link === 'offline') out.push({ kind: 'offline', n: unsent })
  else if (!away && unsent > 0 && w.signedIn) out.push({ kind: 'unsent', n: unsent })
  if (w.notSubmitted) out.push({ kind: 'not-submitted' })
  if (w.reopened) out.push({ kind: 'reopened' })
  const news: Banner[] = w.changed && !w.reopened ? [{ kind: 'deadline', changed: w.changed }] : []
  const minutes = w.pause ? null : warningOf(leftMs)
  const warning: Banner[] = minutes !== null ? [{ kind: 'minutes', n: minutes }] : []
  out.push(...(w.changed && w.changed.left - leftMs < newsMs ? [...news, ...warning] : [...warning, ...news]))
  if (w.aside > 0) out.push({ kind: 'aside', n: w.aside })
  if (w.back > 0 && out.length === 0) out.push({ kind: 'back', n: w.back })
  return out
}

/** The minutes to name in a warning: in the sixteenth-last to fifteenth-last minute 15, then from 5 on each. */
export function warningOf(remainingMs: number): number | null {
  const n = Math.ceil(remainingMs / 60_000)
  return n === 15 || (n <= 5 && n >= 1) ? n : null
}

export function slotOf(paper: Paper, number: SlotNumber): PaperSlot | undefined {
  return paper.slots[number - 1]?.number === number ? paper.slots[number - 1] : paper.slots.find((x) => x.number === number)
}
