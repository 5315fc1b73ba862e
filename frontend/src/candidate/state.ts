// What the candidate page is, and how it changes: a reducer without DOM,
// clocks, storage or network. session.ts feeds it with what happens, shown.ts
// says what the screens show of it.
import { assertNever, type AttemptId, type Epoch, type ServerMs, type SlotNumber } from '../shared/brand'
import type { ProblemType } from '../shared/problem'
import type { CandidateExam, Clock, OwnResult, Paper, Receipt, Response } from './contract'
import * as ledger from './ledger'
import type { Ledger } from './ledger'
import type { Held, Keeping } from './store'

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
/** The clock stands still: since when, and what is left, in milliseconds. */
export interface Pause { readonly since: ServerMs; readonly left: number }
/** A deadline that was changed, and what was left when the page learned of it. */
export interface Changed { readonly deadline: Deadline; readonly left: number }

/** The exam under way. */
export interface Work {
  readonly attempt: AttemptId
  readonly epoch: Epoch
  readonly paper: Paper
  readonly ledger: Ledger
  /** Typed and not yet an operation. */
  readonly drafts: ReadonlyMap<SlotNumber, readonly string[]>
  readonly deadline: Deadline
  readonly pause: Pause | null
  /** The server's time of the newest clock that was heard. */
  readonly heardAt: ServerMs
  /** The deadline that was changed while the page was open, until it is folded. */
  readonly changed: Changed | null
  /** The attempt had ended and staff opened it again, until it is folded. */
  readonly reopened: boolean
  readonly link: Link
  /** The link has been broken for a minute. */
  readonly away: boolean
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
  /** The computer from which this page took the exam over, until it is read. */
  readonly tookOver: { readonly from: string } | null
  readonly position: SlotNumber
}

export interface State {
  readonly screen: Screen
  readonly exam: CandidateExam | null
  readonly work: Work | null
  readonly receipt: Receipt | null
  readonly result: OwnResult | null
  readonly resultFault: Fault | null
  /** What this browser holds of an attempt that is being collected without a page of it: see `handOver`. */
  readonly held: readonly Held[]
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
  | { type: 'away' }
  | { type: 'clock'; clock: Clock }
  | { type: 'changed-read' }
  | { type: 'reopened-read' }
  | { type: 'took-over-read' }
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
  | { type: 'held'; held: readonly Held[] }
  | { type: 'entering-anew' }
  | { type: 'receipt'; receipt: Receipt }
  | { type: 'result'; result: OwnResult }
  | { type: 'result-failed'; fault: Fault }
  | { type: 'result-left' }
  | { type: 'left' }

export const initial: State = { screen: { name: 'opening', fault: null }, exam: null, work: null, receipt: null, result: null, resultFault: null, held: [] }

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
    case 'entering-anew':
      return ended(s) && s.screen.name !== 'over' ? { ...s, receipt: null, result: null, resultFault: null, held: [], screen: { name: 'entering', fault: null } } : s
    case 'entered':
      return { ...s, work: e.work, screen: { name: 'exam' } }
    case 'held':
      return { ...s, held: e.held }
    case 'left':
      return { ...initial, screen: { name: 'over' } }
    case 'receipt':
      return { ...s, receipt: e.receipt, screen: { name: 'receipt' }, held: [], work: s.work && { ...s.work, submit: 'idle', link: 'up', away: false } }
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
      return s.screen.name === 'closing' ? { ...s, screen: { name: 'exam' }, work: s.work && { ...s.work, ledger: ledger.inTimeAgain(s.work.ledger) } } : s
    case 'signed-out':
      return s.work && (!ended(s) || s.screen.name === 'closing') ? { ...s, work: { ...s.work, signedIn: false, submit: s.work.submit === 'waiting' || s.work.submit === 'sending' ? 'idle' : s.work.submit } } : s
    default:
      return s.work ? { ...s, work: settle(reduceWork(s, s.work, e)) } : s
  }
}

type WorkEvent = Extract<Event, { type:
  'answered' | 'flagged' | 'typed' | 'draft-done' | 'kept' | 'sent' | 'saved' | 'save-failed' | 'gap' | 'refused' | 'set-aside' | 'link' | 'back-read' | 'away'
  | 'clock' | 'changed-read' | 'reopened-read' | 'took-over-read' | 'taken' | 'signed-in-again' | 'moved' | 'submit-asked' | 'submit-confirmed' | 'submit-cancelled' | 'submit-sent'
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
      // What an input method was composing when the clock was stopped still counts.
      return writable(s) || (writable({ ...s, work: { ...w, pause: null } }) && w.pause) ? { ...w, drafts: new Map(w.drafts).set(e.slot, e.text) } : w
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
    case 'away':
      return w.link === 'up' ? w : { ...w, away: true }
    case 'clock':
      return withClock(w, e.clock)
    case 'changed-read':
      return { ...w, changed: null }
    case 'reopened-read':
      return { ...w, reopened: false }
    case 'took-over-read':
      return { ...w, tookOver: null }
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
  if (goesOn(exam) && known) return { name: 'entering', fault: null }
  return { name: 'person' }
}

function afterPerson(exam: CandidateExam): Screen {
  if (goesOn(exam)) return { name: 'entering', fault: null }
  const why = stopOf(exam)
  return why ? { name: 'stopped', why } : { name: 'rules' }
}

/** The attempt has begun and not ended. */
export function goesOn(exam: CandidateExam): boolean {
  return exam.attempt.state === 'running' || exam.attempt.state === 'paused'
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
  const said = Date.parse(c.serverNow)
  if (Number.isNaN(at) || c.deadlineVersion < w.deadline.version) return w
  // Answers overtake each other: of one version the one that was written later is right.
  if (c.deadlineVersion === w.deadline.version && said < w.heardAt) return w
  const heardAt = (Number.isNaN(said) ? w.heardAt : said) as ServerMs
  // A save answers without the sentence; the heartbeat brings it.
  const explanation = c.explanation || w.deadline.explanation
  const deadline: Deadline = { at, version: c.deadlineVersion, explanation }
  const left = at - heardAt
  if (c.pausedSince) {
    const since = Date.parse(c.pausedSince) as ServerMs
    const same = w.pause?.since === since && w.deadline.version === c.deadlineVersion
    // What is being handed in waits for an answer; what is only asked for does not go on by itself.
    const submit = w.submit === 'confirm' || w.submit === 'waiting' ? 'idle' : w.submit
    return { ...w, deadline, heardAt, submit, changed: null, pause: same ? w.pause : { since, left } }
  }
  const moved = at !== w.deadline.at || w.pause !== null
  const changed = moved ? { deadline, left } : w.changed && { ...w.changed, deadline: { ...w.changed.deadline, explanation } }
  return { ...w, deadline, heardAt, changed, pause: null }
}

/** What is left, in milliseconds. It does not shrink while the clock stands still. */
export function leftOf(w: Pick<Work, 'deadline' | 'pause'>, now: ServerMs): number {
  return w.pause ? w.pause.left : w.deadline.at - now
}

/** What follows from the rest: a link that is up is not away, and while it is not, each answer that waits is one to be named when it is back. */
function settle(w: Work): Work {
  if (w.link === 'up') return w.away ? { ...w, away: false } : w
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
  return s.work !== null && s.work.lease.kind === 'mine' && s.work.pause === null && !ended(s) && s.work.submit !== 'waiting' && s.work.submit !== 'sending' && s.work.submit !== 'unknown'
}

export function maySubmit(w: Work): boolean {
  return w.link !== 'offline' && w.signedIn && w.ledger.refusedFrom === null && w.lease.kind === 'mine' && w.pause === null
}

/** Everything that was typed is durable, so it may be handed in. */
export function allDurable(w: Work): boolean {
  return w.drafts.size === 0 && ledger.settled(w.ledger)
}
