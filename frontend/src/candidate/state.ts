// What the candidate page is, and how it changes: a reducer without DOM,
// clocks, storage or network. session.ts feeds it with what happens.
import { assertNever, type AttemptId, type Epoch, type ServerMs, type SlotNumber } from '../shared/brand'
import type { ProblemType } from '../shared/problem'
import type { CandidateExam, Clock, OwnResult, Paper, PaperSlot, Receipt, Response } from './contract'
import * as ledger from './ledger'
import type { Ledger, SlotState } from './ledger'
import type { Keeping } from './store'

/** Why a request of the candidate failed, to be shown beside what failed. */
export type Fault =
  | { kind: 'network'; reason: 'timeout' | 'unreachable' | 'gateway' }
  | { kind: 'problem'; type: ProblemType; title: string; detail: string; requestId: string; retryAfterSeconds: number | null }

export type Screen =
  | { name: 'opening'; fault: Fault | null }
  | { name: 'sign-in'; busy: boolean; fault: Fault | null }
  | { name: 'person' }
  | { name: 'rules' }
  | { name: 'waiting'; fault: Fault | null }
  | { name: 'stopped'; why: 'too-late' | 'closed' | 'not-sealed' }
  | { name: 'entering'; fault: Fault | null }
  | { name: 'exam' }
  | { name: 'check' }
  | { name: 'closing' }
  | { name: 'receipt' }
  | { name: 'result' }
  | { name: 'over' }

export type Link = 'up' | 'failing' | 'offline'
export type Lease = { kind: 'mine' } | { kind: 'taken'; by: 'device'; label: string } | { kind: 'taken'; by: 'tab' }
/** Handing in: asked for in the dialog, waiting for answers on their way, under way, or sent without an answer. */
export type Submit = 'idle' | 'confirm' | 'waiting' | 'sending' | 'unknown'
export type View = 'one' | 'list'

export interface Deadline { readonly at: ServerMs; readonly version: number; readonly explanation: string }

/** The exam under way. */
export interface Work {
  readonly attempt: AttemptId
  readonly epoch: Epoch
  readonly paper: Paper
  readonly ledger: Ledger
  /** Typed and not yet an operation. */
  readonly drafts: ReadonlyMap<SlotNumber, readonly string[]>
  readonly deadline: Deadline
  /** The deadline that was changed while the page was open, until it is folded. */
  readonly changed: Deadline | null
  readonly link: Link
  /** How many answers a failure held up; they are named when the network is back. */
  readonly heldUp: number
  /** So many came through after a failure; 0 once it was read. */
  readonly back: number
  readonly lease: Lease
  readonly keeping: Keeping
  readonly signedIn: boolean
  readonly submit: Submit
  /** A submission that was sent did not arrive. */
  readonly notSubmitted: boolean
  /** Answers of this computer that were kept apart at the entry. */
  readonly aside: number
  readonly position: SlotNumber
}

export interface State {
  readonly screen: Screen
  readonly exam: CandidateExam | null
  readonly work: Work | null
  readonly receipt: Receipt | null
  readonly result: OwnResult | null
  readonly resultFault: Fault | null
}

export type Event =
  | { type: 'no-session' }
  | { type: 'open-failed'; fault: Fault }
  | { type: 'signing-in' }
  | { type: 'sign-in-failed'; fault: Fault }
  | { type: 'exam-loaded'; exam: CandidateExam; known: boolean }
  | { type: 'person-confirmed' }
  | { type: 'rules-accepted' }
  | { type: 'exam-polled'; exam: CandidateExam }
  | { type: 'poll-failed'; fault: Fault }
  | { type: 'entering' }
  | { type: 'enter-failed'; fault: Fault }
  | { type: 'entered'; work: Work }
  | { type: 'answered'; slot: SlotNumber; response: Response; at: ServerMs }
  | { type: 'flagged'; slot: SlotNumber; flagged: boolean; at: ServerMs }
  | { type: 'typed'; slot: SlotNumber; text: readonly string[] }
  | { type: 'draft-done'; slot: SlotNumber; at: ServerMs }
  | { type: 'kept'; seqs: readonly number[]; keeping: Keeping }
  | { type: 'sent'; last: number }
  | { type: 'saved'; appliedSeq: number; durableSeq: number; at: ServerMs }
  | { type: 'save-failed'; link: Link }
  | { type: 'gap'; expectedSeq: number }
  | { type: 'refused'; from: number }
  | { type: 'set-aside'; last: number }
  | { type: 'link'; link: Link }
  | { type: 'back-read' }
  | { type: 'clock'; clock: Clock }
  | { type: 'changed-read' }
  | { type: 'taken'; lease: Lease }
  | { type: 'signed-out' }
  | { type: 'signed-in-again' }
  | { type: 'moved'; slot: SlotNumber }
  | { type: 'check-opened' }
  | { type: 'check-left'; slot: SlotNumber | null }
  | { type: 'submit-asked' }
  | { type: 'submit-confirmed' }
  | { type: 'submit-cancelled' }
  | { type: 'submit-sent' }
  | { type: 'submit-unknown' }
  | { type: 'submit-absent' }
  | { type: 'time-up' }
  | { type: 'reopened' }
  | { type: 'receipt'; receipt: Receipt }
  | { type: 'result'; result: OwnResult }
  | { type: 'result-failed'; fault: Fault }
  | { type: 'result-left' }
  | { type: 'left' }

export const initial: State = { screen: { name: 'opening', fault: null }, exam: null, work: null, receipt: null, result: null, resultFault: null }

export function reduce(s: State, e: Event): State {
  switch (e.type) {
    case 'no-session':
      return s.work ? s : { ...initial, screen: { name: 'sign-in', busy: false, fault: null } }
    case 'open-failed':
      return s.screen.name === 'opening' ? { ...s, screen: { name: 'opening', fault: e.fault } } : s
    case 'signing-in':
      return { ...s, screen: { name: 'sign-in', busy: true, fault: null } }
    case 'sign-in-failed':
      return { ...s, screen: { name: 'sign-in', busy: false, fault: e.fault } }
    case 'exam-loaded':
      return { ...s, exam: e.exam, screen: firstScreen(e.exam, e.known) }
    case 'person-confirmed':
      return s.exam && s.screen.name === 'person' ? { ...s, screen: afterPerson(s.exam) } : s
    case 'rules-accepted':
      return s.exam && s.screen.name === 'rules' ? { ...s, screen: waitOrEnter(s.exam) } : s
    case 'exam-polled':
      return polled(s, e.exam)
    case 'poll-failed':
      return s.screen.name === 'waiting' ? { ...s, screen: { name: 'waiting', fault: e.fault } } : s
    case 'entering':
      return { ...s, screen: { name: 'entering', fault: null } }
    case 'enter-failed':
      return s.screen.name === 'entering' ? { ...s, screen: refusedEntry(e.fault) } : s
    case 'entered':
      return { ...s, work: e.work, screen: { name: 'exam' } }
    case 'left':
      return { ...initial, screen: { name: 'over' } }
    case 'receipt':
      return { ...s, receipt: e.receipt, screen: { name: 'receipt' }, work: s.work && { ...s.work, submit: 'idle', link: 'up' } }
    case 'result':
      return { ...s, result: e.result, resultFault: null, screen: { name: 'result' } }
    case 'result-failed':
      return { ...s, resultFault: e.fault }
    case 'result-left':
      return s.screen.name === 'result' ? { ...s, screen: { name: 'receipt' } } : s
    case 'check-opened':
      return s.screen.name === 'exam' && writable(s) ? { ...s, screen: { name: 'check' } } : s
    case 'check-left':
      if (s.screen.name !== 'check' || !s.work || s.work.submit === 'sending' || s.work.submit === 'unknown') return s
      return { ...s, screen: { name: 'exam' }, work: { ...s.work, submit: 'idle', position: e.slot ?? s.work.position } }
    case 'time-up':
      return s.work && ended(s) === false && s.work.lease.kind === 'mine' ? { ...s, screen: { name: 'closing' }, work: { ...s.work, submit: 'idle' } } : s
    case 'reopened':
      return s.screen.name === 'closing' ? { ...s, screen: { name: 'exam' } } : s
    case 'signed-out':
      return s.work && (!ended(s) || s.screen.name === 'closing') ? { ...s, work: { ...s.work, signedIn: false, submit: s.work.submit === 'waiting' || s.work.submit === 'sending' ? 'idle' : s.work.submit } } : s
    default:
      return s.work ? { ...s, work: heldUp(reduceWork(s, s.work, e)) } : s
  }
}

type WorkEvent = Extract<Event, { type:
  'answered' | 'flagged' | 'typed' | 'draft-done' | 'kept' | 'sent' | 'saved' | 'save-failed' | 'gap' | 'refused' | 'set-aside' | 'link' | 'back-read'
  | 'clock' | 'changed-read' | 'taken' | 'signed-in-again' | 'moved' | 'submit-asked' | 'submit-confirmed' | 'submit-cancelled' | 'submit-sent'
  | 'submit-unknown' | 'submit-absent' }>

function reduceWork(s: State, w: Work, e: WorkEvent): Work {
  switch (e.type) {
    case 'answered': {
      if (!writable(s)) return w
      const { flagged } = ledger.entryOf(w.ledger, e.slot)
      return { ...w, drafts: without(w.drafts, e.slot), ledger: ledger.write(w.ledger, e.slot, e.response, flagged, e.at).ledger }
    }
    case 'flagged': {
      if (!writable(s)) return w
      const draft = w.drafts.get(e.slot)
      const response = draft ? textResponse(draft) : ledger.entryOf(w.ledger, e.slot).response
      return { ...w, drafts: without(w.drafts, e.slot), ledger: ledger.write(w.ledger, e.slot, response, e.flagged, e.at).ledger }
    }
    case 'typed':
      return writable(s) ? { ...w, drafts: new Map(w.drafts).set(e.slot, e.text) } : w
    case 'draft-done': {
      const draft = w.drafts.get(e.slot)
      if (!draft || w.lease.kind === 'taken') return w
      const { response, flagged } = ledger.entryOf(w.ledger, e.slot)
      const next = textResponse(draft)
      const drafts = without(w.drafts, e.slot)
      if (ledger.sameResponse(response, next)) return { ...w, drafts }
      return { ...w, drafts, ledger: ledger.write(w.ledger, e.slot, next, flagged, e.at).ledger }
    }
    case 'kept':
      return { ...w, ledger: ledger.kept(w.ledger, e.seqs), keeping: w.keeping === 'none' ? 'none' : e.keeping }
    case 'sent':
      return { ...w, ledger: { ...w.ledger, flight: e.last } }
    case 'saved': {
      const next = ledger.acknowledged(w.ledger, e)
      const done = ledger.settled(next) && w.drafts.size === 0
      const pending = new Set(w.ledger.outbox.map((p) => p.op.slot)).size
      const heldUp = w.heldUp > 0 ? Math.max(w.heldUp, pending) : 0
      return { ...w, ledger: next, link: 'up', back: done && heldUp > 0 ? heldUp : w.back, heldUp: done ? 0 : heldUp }
    }
    case 'save-failed': {
      const next = ledger.failed(w.ledger)
      return { ...w, ledger: next, link: worse(w.link, e.link), back: 0, heldUp: Math.max(w.heldUp, ledger.tally(next).unsent) }
    }
    case 'gap': {
      const next = ledger.gap(w.ledger, e.expectedSeq)
      const goesOn = next.refusedFrom === null && (w.submit === 'sending' || w.submit === 'waiting')
      return { ...w, ledger: next, submit: goesOn ? 'waiting' : w.submit === 'confirm' ? 'confirm' : 'idle' }
    }
    case 'refused':
      return { ...w, ledger: ledger.refused(w.ledger, e.from), submit: w.submit === 'waiting' ? 'idle' : w.submit }
    case 'set-aside':
      return { ...w, ledger: ledger.setAside(w.ledger, e.last) }
    case 'link':
      return { ...w, link: e.link, back: e.link === 'up' ? w.back : 0 }
    case 'back-read':
      return { ...w, back: 0 }
    case 'clock':
      return withClock(w, e.clock)
    case 'changed-read':
      return { ...w, changed: null }
    case 'taken':
      return w.lease.kind === 'mine' ? { ...w, lease: e.lease, submit: 'idle', ledger: { ...w.ledger, flight: null } } : w
    case 'signed-in-again':
      return { ...w, signedIn: true }
    case 'moved':
      return { ...w, position: e.slot, notSubmitted: false }
    case 'submit-asked':
      return writable(s) && w.submit === 'idle' ? { ...w, submit: 'confirm', notSubmitted: false } : w
    case 'submit-confirmed':
      // Handing in needs a network and a session; without them the dialog says so.
      return w.submit === 'confirm' && maySubmit(w) ? { ...w, submit: 'waiting' } : w
    case 'submit-cancelled':
      return w.submit === 'confirm' || w.submit === 'waiting' ? { ...w, submit: 'idle' } : w
    case 'submit-sent':
      return w.submit === 'waiting' ? { ...w, submit: 'sending' } : w
    case 'submit-unknown':
      return w.submit === 'sending' ? { ...w, submit: 'unknown' } : w
    case 'submit-absent':
      return w.submit === 'unknown' || w.submit === 'sending' ? { ...w, submit: 'idle', notSubmitted: true } : w
    default:
      return assertNever(e)
  }
}

/** A candidate who is known to be here already goes straight on; anyone else says who they are first. */
function firstScreen(exam: CandidateExam, known: boolean): Screen {
  if (exam.attempt.state === 'closed') return { name: 'closing' }
  if (exam.attempt.state === 'running' && known) return { name: 'entering', fault: null }
  return { name: 'person' }
}

function afterPerson(exam: CandidateExam): Screen {
  if (exam.attempt.state === 'running') return { name: 'entering', fault: null }
  const why = stopOf(exam)
  return why ? { name: 'stopped', why } : { name: 'rules' }
}

function stopOf(exam: CandidateExam): 'too-late' | 'closed' | 'not-sealed' | null {
  if (exam.mayStart === 'too-late') return 'too-late'
  if (exam.mayStart === 'closed') return 'closed'
  if (exam.attempt.id === '') return 'not-sealed'
  return null
}

function waitOrEnter(exam: CandidateExam): Screen {
  const why = stopOf(exam)
  if (why) return { name: 'stopped', why }
  return exam.mayStart === 'now' ? { name: 'entering', fault: null } : { name: 'waiting', fault: null }
}

function polled(s: State, exam: CandidateExam): State {
  const next = { ...s, exam }
  if (s.screen.name === 'waiting') return { ...next, screen: waitOrEnter(exam) }
  // The papers were sealed while a candidate looked at the screen that says they are not.
  if (s.screen.name === 'stopped' && s.screen.why === 'not-sealed' && !stopOf(exam)) return { ...next, screen: { name: 'rules' } }
  return next
}

function refusedEntry(fault: Fault): Screen {
  const type = fault.kind === 'problem' ? fault.type : null
  switch (type) {
    case 'too-late-to-start': return { name: 'stopped', why: 'too-late' }
    case 'not-open-yet': return { name: 'waiting', fault: null }
    case 'not-sealed': return { name: 'stopped', why: 'not-sealed' }
    case 'rules-not-accepted': return { name: 'rules' }
    case 'attempt-closed': case 'after-deadline': return { name: 'closing' }
    default: return { name: 'entering', fault }
  }
}

function withClock(w: Work, c: Clock): Work {
  const at = Date.parse(c.deadline) as ServerMs
  const newer = c.deadlineVersion > w.deadline.version
  // A save answers without the sentence; the heartbeat brings it.
  const explanation = c.explanation || w.deadline.explanation
  if (c.deadlineVersion < w.deadline.version || Number.isNaN(at)) return w
  if (!newer && at === w.deadline.at && explanation === w.deadline.explanation) return w
  const deadline: Deadline = { at, version: c.deadlineVersion, explanation }
  const moved = at !== w.deadline.at
  return { ...w, deadline, changed: moved ? deadline : w.changed && { ...w.changed, explanation } }
}

/** While the network is away, each answer that waits is one to be named when it is back. */
function heldUp(w: Work): Work {
  if (w.link === 'up') return w
  const waiting = new Set(w.ledger.outbox.map((p) => p.op.slot)).size
  return waiting > w.heldUp ? { ...w, heldUp: waiting } : w
}

const rank: Record<Link, number> = { up: 0, failing: 1, offline: 2 }
function worse(a: Link, b: Link): Link {
  return rank[a] > rank[b] ? a : b
}

function without<K, V>(map: ReadonlyMap<K, V>, key: K): ReadonlyMap<K, V> {
  if (!map.has(key)) return map
  const next = new Map(map)
  next.delete(key)
  return next
}

export function textResponse(text: readonly string[]): Response {
  return text.every((t) => t === '') ? {} : { text: [...text] }
}

/** The attempt is over for this page, or being collected. */
export function ended(s: State): boolean {
  return ['closing', 'receipt', 'result', 'over'].includes(s.screen.name)
}

/** Whether the page takes answers. */
export function writable(s: State): boolean {
  return s.work !== null && s.work.lease.kind === 'mine' && !ended(s) && s.work.submit !== 'waiting' && s.work.submit !== 'sending' && s.work.submit !== 'unknown'
}

export function maySubmit(w: Work): boolean {
  return w.link !== 'offline' && w.signedIn && w.ledger.refusedFrom === null && w.lease.kind === 'mine'
}

/** Everything that was typed is durable, so it may be handed in. */
export function allDurable(w: Work): boolean {
  return w.drafts.size === 0 && ledger.settled(w.ledger)
}

// ---- what the page shows of it ----

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
  | { kind: 'taken' } | { kind: 'refused'; n: number } | { kind: 'no-store' } | { kind: 'signed-out' }
  | { kind: 'offline'; n: number } | { kind: 'unsent'; n: number } | { kind: 'sending'; n: number } | { kind: 'stored'; n: number } | { kind: 'saved' } | { kind: 'none' }

/** The state of the page: the worst wins. */
export function tagOf(w: Work): Tag {
  const n = countLines(w)
  const unsent = n.unsent + n['unsent-lost']
  if (w.lease.kind === 'taken') return { kind: 'taken' }
  if (n.refused > 0) return { kind: 'refused', n: n.refused }
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
  | { kind: 'offline'; n: number } | { kind: 'unsent'; n: number } | { kind: 'not-submitted' }
  | { kind: 'minutes'; n: number } | { kind: 'aside'; n: number } | { kind: 'deadline'; deadline: Deadline } | { kind: 'back'; n: number }

/** All that is true now, worst first. */
export function bannersOf(w: Work, remainingMs: number): Banner[] {
  const out: Banner[] = []
  const n = countLines(w)
  const unsent = n.unsent + n['unsent-lost']
  if (w.lease.kind === 'taken') return [w.lease.by === 'tab' ? { kind: 'taken-tab' } : { kind: 'taken', label: w.lease.label }]
  if (n.refused > 0) out.push({ kind: 'refused' })
  if (w.keeping === 'none') out.push({ kind: 'no-store' })
  if (!w.signedIn) out.push({ kind: 'signed-out' })
  if (w.link === 'offline') out.push({ kind: 'offline', n: unsent })
  else if (unsent > 0 && w.signedIn) out.push({ kind: 'unsent', n: unsent })
  if (w.notSubmitted) out.push({ kind: 'not-submitted' })
  const minutes = warningOf(remainingMs)
  if (minutes !== null) out.push({ kind: 'minutes', n: minutes })
  if (w.changed) out.push({ kind: 'deadline', deadline: w.changed })
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
