// What this page has written in its epoch, and how far each answer has come.
// Pure: no clock, no storage, no network. The promise it keeps: an answer is
// `saved` only after the server said that its sequence number is durable, and
// an operation leaves the outbox for no other reason.
import type { Epoch, Seq, ServerMs, SlotNumber } from '../shared/brand'
import type { Answer, Entered, Operation, Response } from './contract'
import type { Claim, Held, Lease } from './store'

export const maxBatch = 64
/** Bytes of operations in one request, as JSON in UTF-8; the server takes 32 KiB. */
export const maxBatchBytes = 31 * 1024

export interface Pending {
  readonly op: Operation
  /** The browser's store has it, or has said that it cannot keep anything. Only then it may be sent. */
  readonly kept: boolean
}

export interface Entry {
  readonly response: Response
  readonly flagged: boolean
  /** The last operation on this slot in this epoch; 0 where the answer came with the entry. */
  readonly seq: number
  /** When the server confirmed it; null until then. */
  readonly savedAt: ServerMs | null
  /** Arrived after the deadline, kept apart. */
  readonly late: boolean
}

export interface Ledger {
  readonly epoch: Epoch
  readonly nextSeq: number
  /** Ascending, without gaps, from durableSeq + 1 on. */
  readonly outbox: readonly Pending[]
  /** The server has received up to here. */
  readonly appliedSeq: number
  /** The server keeps up to here for good. */
  readonly durableSeq: number
  /** Of the request under way, the last sequence; null while none is. */
  readonly flight: number | null
  /** Failures in a row of the requests that save. */
  readonly failures: number
  /** The server's record differs from here on; null while all is well. */
  readonly refusedFrom: number | null
  /** The server keeps up to here apart as too late; 0 while nothing is. They are not sent again unless the time is changed. */
  readonly asideSeq: number
  readonly slots: ReadonlyMap<SlotNumber, Entry>
}

export type SlotState = 'blank' | 'sending' | 'stored' | 'saved' | 'unsent' | 'refused' | 'late'

const nothing: Response = {}

export function openLedger(epoch: Epoch, answers: readonly Answer[], at: ServerMs): Ledger {
  const slots = new Map<SlotNumber, Entry>()
  for (const a of answers) {
    slots.set(a.slot as SlotNumber, { response: a.response, flagged: a.flagged, seq: 0, savedAt: at, late: false })
  }
  return { epoch, nextSeq: 1, outbox: [], appliedSeq: 0, durableSeq: 0, flight: null, failures: 0, refusedFrom: null, asideSeq: 0, slots }
}

export function isEmpty(r: Response): boolean {
  return (r.choice ?? []).length === 0 && (r.text ?? []).every((t) => t === '')
}

export function sameResponse(a: Response, b: Response): boolean {
  const list = (r: Response) => JSON.stringify([r.choice ?? [], isEmpty(r) ? [] : r.text ?? []])
  return list(a) === list(b)
}

export function entryOf(l: Ledger, slot: SlotNumber): Entry {
  return l.slots.get(slot) ?? { response: nothing, flagged: false, seq: 0, savedAt: null, late: false }
}

/** Writes one operation at the end of the outbox. It is not to be sent before `kept`. */
export function write(l: Ledger, slot: SlotNumber, response: Response, flagged: boolean, at: ServerMs): { ledger: Ledger; op: Operation } {
  const op: Operation = { seq: l.nextSeq, slot, response, flagged, clientMs: at }
  const slots = new Map(l.slots)
  slots.set(slot, { response, flagged, seq: op.seq, savedAt: null, late: false })
  return { op, ledger: { ...l, nextSeq: l.nextSeq + 1, outbox: [...l.outbox, { op, kept: false }], slots } }
}

/** The browser's store has written the operations, or cannot write at all. */
export function kept(l: Ledger, seqs: readonly number[]): Ledger {
  const set = new Set(seqs)
  return { ...l, outbox: l.outbox.map((p) => (!p.kept && set.has(p.op.seq) ? { ...p, kept: true } : p)) }
}

/**
 * The operations of the next request: from the first that is not durable on, so
 * that what was received but not confirmed is asked for again. `unkept` adds
 * those that the browser's store has not confirmed yet, for a page that closes.
 */
export function nextBatch(l: Ledger, unkept = false): Operation[] {
  const batch: Operation[] = []
  let bytes = 64
  for (const p of l.outbox) {
    if (p.op.seq <= l.asideSeq) continue
    if ((!p.kept && !unkept) || p.op.seq >= (l.refusedFrom ?? Infinity)) break
    const size = byteLength(JSON.stringify(p.op)) + 1
    if (batch.length === maxBatch || (batch.length > 0 && bytes + size > maxBatchBytes)) break
    bytes += size
    batch.push(p.op)
  }
  return batch
}

export function sent(l: Ledger, batch: readonly Operation[]): Ledger {
  const last = batch[batch.length - 1]
  return last ? { ...l, flight: last.seq } : l
}

/** The server answered 200 or 202. Only what it calls durable becomes saved. */
export function acknowledged(l: Ledger, reply: { appliedSeq: number; durableSeq: number; at: ServerMs }): Ledger {
  const issued = l.nextSeq - 1
  const durableSeq = Math.max(l.durableSeq, Math.min(reply.durableSeq, issued))
  const appliedSeq = Math.max(l.appliedSeq, durableSeq, Math.min(reply.appliedSeq, issued))
  let slots = l.slots
  if (durableSeq > l.durableSeq) {
    const next = new Map(slots)
    for (const [slot, e] of slots) {
      if (e.savedAt === null && e.seq > l.durableSeq && e.seq <= durableSeq) next.set(slot, { ...e, savedAt: reply.at, late: false })
    }
    slots = next
  }
  return { ...l, appliedSeq, durableSeq, slots, flight: null, failures: 0, outbox: l.outbox.filter((p) => p.op.seq > durableSeq) }
}

/** No answer, or one that says "later". Everything stays where it is. */
export function failed(l: Ledger): Ledger {
  return { ...l, flight: null, failures: l.failures + 1 }
}

/**
 * The server misses what lies before `expected`. What it had received but not
 * kept counts as not received; what it had called durable cannot be missing,
 * and if it is, the record differs.
 */
export function gap(l: Ledger, expected: number): Ledger {
  if (expected <= l.durableSeq || expected >= l.nextSeq) return { ...refused(l, Math.min(expected, l.nextSeq - 1)) }
  return { ...l, flight: null, failures: 0, appliedSeq: Math.max(l.durableSeq, expected - 1) }
}

/** The server holds other content from this sequence on, or will not take it. */
export function refused(l: Ledger, from: number): Ledger {
  return { ...l, flight: null, refusedFrom: Math.min(l.refusedFrom ?? Infinity, Math.max(from, l.durableSeq + 1, 1)) }
}

/**
 * The server keeps the batch apart: it came after the deadline. The operations
 * stay, for the deadline may have been moved in this very moment.
 */
export function setAside(l: Ledger, lastSeq: number): Ledger {
  const slots = new Map(l.slots)
  for (const [slot, e] of l.slots) {
    if (e.savedAt === null && e.seq > l.durableSeq && e.seq <= lastSeq) slots.set(slot, { ...e, late: true })
  }
  return { ...l, flight: null, failures: 0, slots, asideSeq: Math.max(l.asideSeq, lastSeq) }
}

/** The time was changed: what came too late is in time again and goes out anew. */
export function inTimeAgain(l: Ledger): Ledger {
  if (l.asideSeq === 0) return l
  const slots = new Map(l.slots)
  for (const [slot, e] of l.slots) if (e.late) slots.set(slot, { ...e, late: false })
  return { ...l, slots, asideSeq: 0 }
}

export function slotState(l: Ledger, slot: SlotNumber): SlotState {
  const e = l.slots.get(slot)
  if (!e) return 'blank'
  if (e.late) return 'late'
  if (e.savedAt !== null) return isEmpty(e.response) ? 'blank' : 'saved'
  if (l.refusedFrom !== null && e.seq >= l.refusedFrom) return 'refused'
  if (e.seq <= l.appliedSeq) return 'stored'
  return l.failures > 0 ? 'unsent' : 'sending'
}

/** What the browser's store and the page itself still hold, each once. */
export function merged(stored: readonly Held[], carried: readonly Held[]): Held[] {
  const known = new Set(stored.map((h) => `${h.epoch}:${h.op.seq}`))
  return [...stored, ...carried.filter((h) => !known.has(`${h.epoch}:${h.op.seq}`))]
}

/** Held operations as requests: one epoch each, in order, without gaps, none too large. */
export function batchesOf(held: readonly Held[]): { epoch: number; ops: Operation[] }[] {
  const out: { epoch: number; ops: Operation[] }[] = []
  let bytes = 0
  for (const h of [...held].sort((a, b) => a.epoch - b.epoch || a.op.seq - b.op.seq)) {
    const size = byteLength(JSON.stringify(h.op)) + 1
    const last = out[out.length - 1]
    const follows = last && last.epoch === h.epoch && last.ops[last.ops.length - 1]?.seq === h.op.seq - 1
    if (last && follows && last.ops.length < maxBatch && bytes + size <= maxBatchBytes) {
      last.ops.push(h.op)
      bytes += size
    } else {
      out.push({ epoch: h.epoch, ops: [h.op] })
      bytes = 64 + size
    }
  }
  return out
}

/** How many slots are in a state, for the page's tag. */
export function tally(l: Ledger): Record<SlotState, number> {
  const n: Record<SlotState, number> = { blank: 0, sending: 0, stored: 0, saved: 0, unsent: 0, refused: 0, late: 0 }
  for (const slot of l.slots.keys()) n[slotState(l, slot)]++
  return n
}

/** Everything this page has written is durable. */
export function settled(l: Ledger): boolean {
  return l.outbox.length === 0
}

export function lastSeq(l: Ledger): Seq {
  return (l.nextSeq - 1) as Seq
}

export interface Pace {
  /** When the newest and the oldest unsent change were made, by the steady clock. */
  readonly lastChange: number
  readonly firstChange: number
  /** Not before this, after a failure or while the server stores. */
  readonly notBefore: number
  /** The last minute, or the page closes: no waiting for more. */
  readonly urgent: boolean
}

/** When the next request is due: 1 s after the last change, never later than 5 s after the first. */
export function dueAt(p: Pace): number {
  const quiet = p.urgent ? -Infinity : Math.min(p.lastChange + 1_000, p.firstChange + 5_000)
  return Math.max(quiet, p.notBefore)
}

/** How long to wait after so many failures in a row: 1 s to 15 s, never in step with the other pages of the room. */
export function backoff(failures: number, random: number): number {
  const ceiling = Math.min(15_000, 1_000 * 2 ** Math.max(0, failures - 1))
  return Math.max(1_000, Math.round(ceiling * (0.5 + random * 0.5)))
}

export function byteLength(text: string): number {
  let n = 0
  for (let i = 0; i < text.length; i++) {
    const c = text.charCodeAt(i)
    // A surrogate is half of a character of four bytes.
    n += c < 0x80 ? 1 : c < 0x800 || (c >= 0xd800 && c <= 0xdfff) ? 2 : 3
  }
  return n
}

/**
 * What becomes of the operations that earlier pages of this browser left. The
 * newest of each slot is written again in the new epoch if every epoch since
 * was this browser's own, or if the server has no answer there; else another
 * computer has written since, and it is kept apart. The lease counts entries
 * whose answer was lost: they too raised the epoch.
 */
export function takeUp(l: Ledger, held: readonly Held[], lease: Lease, previous: Entered['previous']): { ledger: Ledger; claim: Claim } {
  const newest = new Map<number, Held>()
  for (const h of held) {
    const seen = newest.get(h.op.slot)
    if (!seen || h.epoch > seen.epoch || (h.epoch === seen.epoch && h.op.seq > seen.op.seq)) newest.set(h.op.slot, h)
  }
  const strangers = previous ? previous.epoch - lease.epoch - Math.max(0, lease.asked - 1) : 0
  const ours = !previous || (previous.sameDevice && strangers <= 0)
  let ledger = l
  const reissue: Operation[] = []
  const aside: Held[] = []
  const inOrder = [...newest.values()].sort((a, b) => a.epoch - b.epoch || a.op.seq - b.op.seq)
  for (const h of inOrder) {
    const slot = h.op.slot as SlotNumber
    const there = entryOf(l, slot)
    if (sameResponse(there.response, h.op.response) && there.flagged === h.op.flagged) continue
    if (!ours && !isEmpty(there.response)) {
      if (!sameResponse(there.response, h.op.response)) aside.push(h)
      continue
    }
    const next = write(ledger, slot, h.op.response, h.op.flagged, h.op.clientMs as ServerMs)
    ledger = next.ledger
    reissue.push(next.op)
  }
  return { ledger: kept(ledger, reissue.map((op) => op.seq)), claim: { reissue, aside } }
}
