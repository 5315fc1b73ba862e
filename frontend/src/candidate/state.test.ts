import { describe, expect, it } from 'vitest'
import type { AttemptId, Epoch, ServerMs, SlotNumber } from '../shared/brand'
import type { CandidateExam, PaperSlot, Receipt } from './contract'
import { openLedger } from './ledger'
import { bannersOf, lineOf, responseOf, tagOf, warningOf } from './shown'
import { allDurable, ended, initial, leftOf, maySubmit, reduce, writable, type Event, type Fault, type Screen, type State, type Work } from './state'

const at = (n: number) => n as ServerMs
const slot = (n: number) => n as SlotNumber
const run = (s: State, ...events: Event[]) => events.reduce(reduce, s)
const network: Fault = { kind: 'network', reason: 'unreachable' }
const problem = (type: Extract<Fault, { kind: 'problem' }>['type']): Fault => ({ kind: 'problem', type, title: '', detail: '', requestId: '', retryAfterSeconds: null })

const paperSlot = (n: number): PaperSlot => ({ number: n, section: 0, type: n === 3 ? 'T' : 'B', points: 50, stem: 's', options: [{ letter: 'A', text: 'a' }, { letter: 'B', text: 'b' }], blanks: n === 3 ? 2 : 0 })
const exam = (more: Partial<CandidateExam> = {}): CandidateExam => ({
  candidate: { name: '王甲', idMasked: '1101**********002X' },
  exam: { title: 't', occupation: 'o', levelTitle: 'l', opens: '2026-11-22T01:00:00Z', closes: '2026-11-22T05:00:00Z', durationMinutes: 90, slotCount: 3, total: 10000, state: 'open', sample: true },
  registration: { admission: 'A1', room: '03', seat: '17', extraMinutes: 0 },
  attempt: { id: 'att', state: 'ready' }, mayStart: 'now', serverNow: '2026-11-22T01:00:00Z', ...more,
})
const work = (more: Partial<Work> = {}): Work => ({
  attempt: 'att' as AttemptId, epoch: 1 as Epoch, paper: { sections: [{ type: 'B', count: 3, points: 50, rule: 'all-or-nothing' }], slots: [1, 2, 3].map(paperSlot) },
  ledger: openLedger(1 as Epoch, [], at(0)), drafts: new Map(), deadline: { at: at(90 * 60_000), version: 1, explanation: '时长 90 分钟' }, changed: null, pause: null, heardAt: at(0), reopened: false, away: false, tookOver: null,
  link: 'up', heldUp: 0, back: 0, lease: { kind: 'mine' }, keeping: 'kept', signedIn: true, submit: 'idle', notSubmitted: false, aside: 0, position: slot(1), ...more,
})
const sitting = (more: Partial<Work> = {}): State => ({ ...initial, exam: exam(), screen: { name: 'exam' }, work: work(more) })
const answered = (letter = 'A', n = 1): Event => ({ type: 'answered', slot: slot(n), response: { choice: [letter] }, at: at(1) })
const keptAll: Event = { type: 'kept', seqs: [1, 2, 3, 4, 5], keeping: 'kept' }
const saved = (appliedSeq: number, durableSeq = appliedSeq): Event => ({ type: 'saved', appliedSeq, durableSeq, at: at(9) })
const receipt: Receipt = { attempt: 'att', submittedAt: '', manner: 'candidate', answered: 1, total: 3, code: 'c', late: 0 }
const must = (s: State): Work => { if (!s.work) throw new Error('no work'); return s.work }

describe('coming in', () => {
  const start = (e: CandidateExam, known = false) => reduce(initial, { type: 'exam-loaded', exam: e, known }).screen.name
  it('asks who it is, and goes straight on for one who is known to be here', () => {
    expect(start(exam())).toBe('person')
    expect(start(exam({ attempt: { id: 'att', state: 'running' } }))).toBe('person')
    expect(start(exam({ attempt: { id: 'att', state: 'running' } }), true)).toBe('entering')
    expect(start(exam({ attempt: { id: 'att', state: 'closed' } }), true)).toBe('closing')
    expect(start(exam(), true)).toBe('person')
  })

  const person = (e: CandidateExam) => run(initial, { type: 'exam-loaded', exam: e, known: false }, { type: 'person-confirmed' })
  it('stops whoever may not start, and lets nobody past the rules without them', () => {
    expect(person(exam({ mayStart: 'too-late' })).screen).toEqual({ name: 'stopped', why: 'too-late' })
    expect(person(exam({ mayStart: 'closed' })).screen).toEqual({ name: 'stopped', why: 'closed' })
    expect(person(exam({ attempt: { id: '', state: 'ready' }, mayStart: 'not-yet' })).screen).toEqual({ name: 'stopped', why: 'not-sealed' })
    expect(person(exam()).screen.name).toBe('rules')
    expect(person(exam({ mayStart: 'not-yet' })).screen.name).toBe('rules')
    expect(person(exam({ attempt: { id: 'att', state: 'running' } })).screen.name).toBe('entering')
    expect(run(person(exam({ mayStart: 'not-yet' })), { type: 'exam-polled', exam: exam() }).screen.name).toBe('rules')
  })

  it('waits, and enters by itself when it is time', () => {
    const waiting = run(person(exam({ mayStart: 'not-yet' })), { type: 'rules-accepted' })
    expect(waiting.screen.name).toBe('waiting')
    expect(run(waiting, { type: 'exam-polled', exam: exam({ mayStart: 'not-yet' }) }).screen.name).toBe('waiting')
    expect(run(waiting, { type: 'exam-polled', exam: exam() }).screen.name).toBe('entering')
    expect(run(waiting, { type: 'exam-polled', exam: exam({ mayStart: 'too-late' }) }).screen).toEqual({ name: 'stopped', why: 'too-late' })
    expect(run(waiting, { type: 'poll-failed', fault: network }).screen).toEqual({ name: 'waiting', fault: network })
  })

  it('turns each refusal of an entry into its screen', () => {
    const to = (fault: Fault): Screen => run(initial, { type: 'exam-loaded', exam: exam(), known: false }, { type: 'entering' }, { type: 'enter-failed', fault }).screen
    expect(to(problem('too-late-to-start'))).toEqual({ name: 'stopped', why: 'too-late' })
    expect(to(problem('not-open-yet')).name).toBe('waiting')
    expect(to(problem('not-sealed'))).toEqual({ name: 'stopped', why: 'not-sealed' })
    expect(to(problem('rules-not-accepted')).name).toBe('rules')
    expect(to(problem('attempt-closed')).name).toBe('closing')
    expect(to(problem('busy'))).toEqual({ name: 'entering', fault: problem('busy') })
    expect(to(network)).toEqual({ name: 'entering', fault: network })
  })

  it('shows the sign-in only while nothing is open', () => {
    expect(run(initial, { type: 'no-session' }).screen.name).toBe('sign-in')
    expect(run(initial, { type: 'signing-in' }, { type: 'sign-in-failed', fault: network }).screen).toEqual({ name: 'sign-in', busy: false, fault: network })
    expect(run(sitting(), { type: 'no-session' }).screen.name).toBe('exam')
  })
})

describe('an answer', () => {
  it('goes from sending to stored to saved', () => {
    let s = run(sitting(), answered())
    expect(lineOf(must(s), slot(1))).toBe('sending')
    s = run(s, keptAll, { type: 'sent', last: 1 }, saved(1, 0))
    expect(lineOf(must(s), slot(1))).toBe('stored')
    expect(tagOf(must(s))).toEqual({ kind: 'stored', n: 1 })
    s = run(s, saved(1))
    expect(lineOf(must(s), slot(1))).toBe('saved')
    expect(tagOf(must(s))).toEqual({ kind: 'saved' })
    expect(lineOf(must(s), slot(2))).toBe('blank')
  })

  it('that is typed counts as sending from the first character, and is one operation per pause', () => {
    let s = run(sitting(), { type: 'typed', slot: slot(3), text: ['3', ''] }, { type: 'typed', slot: slot(3), text: ['30', ''] })
    expect(lineOf(must(s), slot(3))).toBe('sending')
    expect(allDurable(must(s))).toBe(false)
    expect(responseOf(must(s), slot(3))).toEqual({ text: ['30', ''] })
    s = run(s, { type: 'draft-done', slot: slot(3), at: at(1) })
    expect(must(s).ledger.outbox).toHaveLength(1)
    expect(must(s).drafts.size).toBe(0)
    // Typed and taken back: nothing to send.
    s = run(s, { type: 'typed', slot: slot(3), text: ['30', ''] }, { type: 'draft-done', slot: slot(3), at: at(1) })
    expect(must(s).ledger.outbox).toHaveLength(1)
    s = run(s, { type: 'typed', slot: slot(3), text: ['', ''] }, { type: 'draft-done', slot: slot(3), at: at(1) })
    expect(must(s).ledger.outbox[1]?.op.response).toEqual({})
  })

  it('keeps what is being typed when the question is marked, and the mark when it is answered', () => {
    let s = run(sitting(), { type: 'typed', slot: slot(3), text: ['30', ''] }, { type: 'flagged', slot: slot(3), flagged: true, at: at(1) })
    expect(must(s).ledger.outbox.map((p) => [p.op.response, p.op.flagged])).toEqual([[{ text: ['30', ''] }, true]])
    s = run(s, { type: 'typed', slot: slot(3), text: ['31', ''] }, { type: 'draft-done', slot: slot(3), at: at(1) })
    expect(must(s).ledger.outbox[1]?.op.flagged).toBe(true)
  })

  it('is not taken once the exam is elsewhere, over, or being handed in', () => {
    const shut: State[] = [
      sitting({ lease: { kind: 'taken', by: 'device', label: 'x' } }), { ...sitting(), screen: { name: 'closing' } }, { ...sitting(), screen: { name: 'receipt' } },
      sitting({ submit: 'waiting' }), sitting({ submit: 'sending' }), sitting({ submit: 'unknown' }),
    ]
    for (const s of shut) {
      expect(writable(s)).toBe(false)
      expect(must(run(s, answered())).ledger.outbox).toHaveLength(0)
      expect(must(run(s, { type: 'typed', slot: slot(3), text: ['x'] })).drafts.size).toBe(0)
    }
    // Without a session it is: it goes out after signing in again.
    expect(must(run(sitting({ signedIn: false }), answered())).ledger.outbox).toHaveLength(1)
  })
})

describe('trouble', () => {
  it('is told with what it means, worst first, one at a time', () => {
    let s = run(sitting(), answered('A', 1), answered('B', 2), keptAll, { type: 'save-failed', link: 'failing' })
    expect(lineOf(must(s), slot(1))).toBe('unsent')
    expect(bannersOf(must(s), 60 * 60_000)).toEqual([{ kind: 'unsent', n: 2 }])
    s = run(s, { type: 'link', link: 'offline' })
    expect(tagOf(must(s))).toEqual({ kind: 'offline', n: 2 })
    expect(bannersOf(must(s), 4 * 60_000)).toEqual([{ kind: 'offline', n: 2 }, { kind: 'minutes', n: 4 }])
    s = run(s, saved(2))
    expect(bannersOf(must(s), 60 * 60_000)).toEqual([{ kind: 'back', n: 2 }])
    expect(bannersOf(must(run(s, { type: 'back-read' })), 60 * 60_000)).toEqual([])
  })

  it('of a browser that keeps nothing is told for good', () => {
    const s = run(sitting(), answered(), { type: 'kept', seqs: [1], keeping: 'none' }, { type: 'kept', seqs: [2], keeping: 'kept' })
    expect(must(s).keeping).toBe('none')
    expect(tagOf(must(s)).kind).toBe('no-store')
    expect(lineOf(must(run(s, { type: 'link', link: 'offline' })), slot(1))).toBe('unsent-lost')
    expect(bannersOf(must(s), 60 * 60_000)).toEqual([{ kind: 'no-store' }])
  })

  it('of a refusal names the questions and stops handing in', () => {
    const s = run(sitting(), answered(), keptAll, { type: 'refused', from: 1 })
    expect(lineOf(must(s), slot(1))).toBe('refused')
    expect(tagOf(must(s))).toEqual({ kind: 'refused', n: 1 })
    expect(maySubmit(must(s))).toBe(false)
  })

  it('of another computer makes the page read-only and hides all else', () => {
    const s = run(sitting(), answered(), { type: 'link', link: 'offline' }, { type: 'taken', lease: { kind: 'taken', by: 'device', label: '备用机' } })
    expect(bannersOf(must(s), 60_000)).toEqual([{ kind: 'taken', label: '备用机' }])
    expect(lineOf(must(s), slot(1))).toBe('read-only')
    expect(tagOf(must(s))).toEqual({ kind: 'taken' })
    // The first word counts.
    expect(must(run(s, { type: 'taken', lease: { kind: 'taken', by: 'tab' } })).lease).toEqual({ kind: 'taken', by: 'device', label: '备用机' })
  })

  it('of a session that ended keeps everything in its place', () => {
    const s = run(sitting({ position: slot(2) }), answered(), { type: 'signed-out' })
    expect([must(s).signedIn, s.screen.name, must(s).position]).toEqual([false, 'exam', 2])
    expect(must(s).ledger.outbox).toHaveLength(1)
    expect(must(run(s, { type: 'signed-in-again' })).signedIn).toBe(true)
    expect(must(run({ ...sitting(), screen: { name: 'closing' } }, { type: 'signed-out' })).signedIn).toBe(false)
  })
})

describe('the deadline', () => {
  const clock = (minutes: number, version: number, explanation?: string): Event =>
    ({ type: 'clock', clock: { serverNow: '', deadline: new Date(minutes * 60_000).toISOString(), deadlineVersion: version, ...(explanation ? { explanation } : {}) } })

  it('that moved is told with its sentence', () => {
    const s = run(sitting(), clock(100, 2, '考场补时 10 分钟'))
    expect(bannersOf(must(s), 60 * 60_000)).toMatchObject([{ kind: 'deadline', changed: { deadline: { at: 100 * 60_000, version: 2, explanation: '考场补时 10 分钟' } } }])
    expect(bannersOf(must(run(s, { type: 'changed-read' })), 60 * 60_000)).toEqual([])
  })

  it('of a save has no sentence yet; the heartbeat brings it', () => {
    let s = run(sitting(), clock(100, 2))
    expect(must(s).deadline).toEqual({ at: 100 * 60_000, version: 2, explanation: '时长 90 分钟' })
    s = run(s, clock(100, 2, '考场补时'))
    expect(must(s).changed?.deadline.explanation).toBe('考场补时')
  })

  it('of an answer that was overtaken changes nothing', () => {
    const s = run(sitting(), clock(100, 3, 'b'), clock(90, 2, 'a'))
    expect(must(s).deadline.version).toBe(3)
    expect(must(run(sitting(), clock(90, 1, '时长 90 分钟'))).changed).toBeNull()
  })

  it('warns at 15 and from 5 minutes on', () => {
    expect([16.2, 15, 14.5, 14, 6, 5, 4.2, 1, 0.1, 0, -3].map((m) => warningOf(m * 60_000))).toEqual([null, 15, 15, null, null, 5, 5, 1, 1, null, null])
  })

  it('closes what is mine, and opens again if it was moved', () => {
    const s = run(sitting({ submit: 'confirm' }), { type: 'time-up' })
    expect([s.screen.name, must(s).submit]).toEqual(['closing', 'idle'])
    expect(run(s, { type: 'reopened' }).screen.name).toBe('exam')
    expect(run(sitting({ lease: { kind: 'taken', by: 'tab' } }), { type: 'time-up' }).screen.name).toBe('exam')
    expect(run({ ...sitting(), screen: { name: 'receipt' } }, { type: 'time-up' }, { type: 'reopened' }).screen.name).toBe('receipt')
  })
})

describe('the clock that stands still', () => {
  const minute = 60_000
  const iso = (ms: number) => new Date(ms).toISOString()
  /** At `now`, with so many minutes left. */
  const clock = (now: number, left: number, version: number, since?: number): Event =>
    ({ type: 'clock', clock: { serverNow: iso(now * minute), deadline: iso((now + left) * minute), deadlineVersion: version, explanation: '时长 90 分钟', ...(since === undefined ? {} : { pausedSince: iso(since * minute) }) } })

  it('takes no answers, shows what is left, and tells no new deadline with each beat', () => {
    let s = run(sitting(), clock(30, 60, 2, 30))
    expect([must(s).pause, writable(s), tagOf(must(s)).kind]).toEqual([{ since: 30 * minute, left: 60 * minute }, false, 'paused'])
    s = run(s, clock(31, 60, 2, 30), clock(32, 60, 2, 30))
    expect([must(s).pause?.left, leftOf(must(s), at(99 * minute))]).toEqual([60 * minute, 60 * minute])
    expect(bannersOf(must(s), 60 * minute)).toEqual([])
    expect(must(run(s, answered())).ledger.outbox).toEqual([])
    // No warning by the minute either: nothing runs out.
    expect(bannersOf(must(run(s, clock(33, 4, 3, 30))), 4 * minute)).toEqual([])
  })

  it('runs again with the news of the deadline', () => {
    const s = run(sitting(), clock(30, 60, 2, 30), clock(40, 60, 3))
    expect([must(s).pause, writable(s)]).toEqual([null, true])
    expect(bannersOf(must(s), 60 * minute)).toMatchObject([{ kind: 'deadline', changed: { deadline: { at: 100 * minute, version: 3 } } }])
  })

  it('is not set going by an answer that was written before', () => {
    const s = run(sitting(), clock(30, 60, 2, 30), clock(29, 61, 2))
    expect(must(s).pause).not.toBeNull()
  })

  it('puts what was only asked for back, and lets what is under way come to its end', () => {
    const submitOf = (submit: Work['submit']) => must(run({ ...sitting({ submit }), screen: { name: 'check' } }, clock(30, 60, 2, 30))).submit
    expect((['confirm', 'waiting', 'sending', 'unknown'] as const).map(submitOf)).toEqual(['idle', 'idle', 'sending', 'unknown'])
    expect(maySubmit(must(run(sitting(), clock(30, 60, 2, 30))))).toBe(false)
  })

  it('keeps what was being typed and composed', () => {
    let s = run(sitting(), { type: 'typed', slot: slot(3), text: ['巡', ''] }, clock(30, 60, 2, 30), { type: 'typed', slot: slot(3), text: ['巡查', ''] })
    s = run(s, { type: 'draft-done', slot: slot(3), at: at(1) })
    expect(must(s).ledger.outbox[0]?.op.response).toEqual({ text: ['巡查', ''] })
  })
})

describe('what comes first', () => {
  it('is the news of a new deadline for a minute, then the warnings that follow from it', () => {
    const s = run(sitting(), { type: 'clock', clock: { serverNow: new Date(0).toISOString(), deadline: new Date(5 * 60_000).toISOString(), deadlineVersion: 2 } })
    const kinds = (left: number) => bannersOf(must(s), left).map((b) => b.kind)
    expect(kinds(5 * 60_000)).toEqual(['deadline', 'minutes'])
    expect(kinds(4 * 60_000)).toEqual(['minutes', 'deadline'])
  })

  it('is the file to hand in when the server has been away for a minute with something unsent', () => {
    const failing = run(sitting(), answered(), keptAll, { type: 'save-failed', link: 'offline' })
    expect(bannersOf(must(failing), 60 * 60_000).map((b) => b.kind)).toEqual(['offline'])
    const away = run(failing, { type: 'away' })
    expect(bannersOf(must(away), 60 * 60_000)).toEqual([{ kind: 'away', n: 1 }])
    expect(bannersOf(must(run(sitting({ link: 'offline' }), { type: 'away' })), 60 * 60_000).map((b) => b.kind)).toEqual(['offline'])
    // It is over the moment the server is back, and never begins with a link that is up.
    expect(must(run(away, { type: 'link', link: 'up' })).away).toBe(false)
    expect(must(run(sitting(), { type: 'away' })).away).toBe(false)
  })
})

describe('an attempt that was opened again', () => {
  it('is entered anew from wherever it had ended, and keeps what the page holds', () => {
    for (const name of ['closing', 'receipt', 'result'] as const) {
      const s = run({ ...sitting(), screen: { name }, receipt }, { type: 'entering-anew' })
      expect([s.screen.name, s.receipt, s.work === null]).toEqual(['entering', null, false])
    }
    for (const name of ['exam', 'check', 'over'] as const) expect(run({ ...sitting(), screen: { name } }, { type: 'entering-anew' }).screen.name).toBe(name)
  })

  it('sends again what had come too late', () => {
    let s = run(sitting(), answered(), keptAll, { type: 'sent', last: 1 }, { type: 'set-aside', last: 1 }, { type: 'time-up' })
    expect(lineOf(must(s), slot(1))).toBe('late')
    s = run(s, { type: 'reopened' })
    expect([s.screen.name, lineOf(must(s), slot(1))]).toEqual(['exam', 'sending'])
  })

  it('and one that is paused count as begun for whoever comes back', () => {
    const paused = exam({ attempt: { id: 'att', state: 'paused' } })
    expect(run(initial, { type: 'exam-loaded', exam: paused, known: true }).screen.name).toBe('entering')
    expect(run(initial, { type: 'exam-loaded', exam: paused, known: false }, { type: 'person-confirmed' }).screen.name).toBe('entering')
  })
})

describe('handing in', () => {
  const check = (more: Partial<Work> = {}) => run(sitting(more), { type: 'check-opened' })
  it('goes from the check through the dialog, and back from each', () => {
    let s = run(check(), { type: 'submit-asked' })
    expect(must(s).submit).toBe('confirm')
    expect(must(run(s, { type: 'submit-cancelled' })).submit).toBe('idle')
    s = run(s, { type: 'submit-confirmed' })
    expect(must(s).submit).toBe('waiting')
    expect(must(run(s, { type: 'submit-cancelled' })).submit).toBe('idle')
    s = run(s, { type: 'submit-sent' })
    // What was sent cannot be called back.
    expect(must(run(s, { type: 'submit-cancelled' })).submit).toBe('sending')
    expect(run(s, { type: 'check-left', slot: null }).screen.name).toBe('check')
    s = run(s, { type: 'receipt', receipt })
    expect(s.screen.name).toBe('receipt')
    expect(ended(s)).toBe(true)
  })

  it('never happens without the dialog', () => {
    expect(must(run(check(), { type: 'submit-confirmed' }, { type: 'submit-sent' })).submit).toBe('idle')
  })

  it('needs a network, a session and answers the server agrees with', () => {
    for (const more of [{ link: 'offline' }, { signedIn: false }] satisfies Partial<Work>[]) {
      expect(must(run(check(more), { type: 'submit-asked' }, { type: 'submit-confirmed' })).submit).toBe('confirm')
    }
  })

  it('that got no answer is looked into, and may be repeated', () => {
    const sent = run(check(), { type: 'submit-asked' }, { type: 'submit-confirmed' }, { type: 'submit-sent' }, { type: 'submit-unknown' })
    expect(must(sent).submit).toBe('unknown')
    const s = run(sent, { type: 'submit-absent' })
    expect([must(s).submit, must(s).notSubmitted, writable(s)]).toEqual(['idle', true, true])
    expect(bannersOf(must(s), 60 * 60_000)).toEqual([{ kind: 'not-submitted' }])
  })

  it('waits for what the server misses, and stops where it cannot be had', () => {
    const sending = run(check(), answered(), keptAll, { type: 'submit-asked' }, { type: 'submit-confirmed' }, { type: 'submit-sent' })
    expect(must(run(sending, { type: 'gap', expectedSeq: 1 })).submit).toBe('waiting')
    const lost = run(sending, saved(1), { type: 'gap', expectedSeq: 1 })
    expect([must(lost).submit, must(lost).ledger.refusedFrom]).toEqual(['idle', 1 + 1])
  })

  it('goes to the question that was asked for', () => {
    expect(must(run(check(), { type: 'check-left', slot: slot(2) })).position).toBe(2)
    expect(run(sitting({ lease: { kind: 'taken', by: 'tab' } }), { type: 'check-opened' }).screen.name).toBe('exam')
  })
})

// Every event in every screen: none throws, none leaves the end by itself, and
// nothing but a receipt of the server shows one.
describe('every state and every event', () => {
  const screens: Screen[] = [
    { name: 'opening', fault: null }, { name: 'sign-in', busy: false, fault: null }, { name: 'person' }, { name: 'rules' }, { name: 'waiting', fault: null },
    { name: 'stopped', why: 'closed' }, { name: 'entering', fault: null }, { name: 'exam' }, { name: 'check' }, { name: 'closing' }, { name: 'receipt' }, { name: 'result' }, { name: 'over' },
  ]
  const events: Event[] = [
    { type: 'no-session' }, { type: 'open-failed', fault: network }, { type: 'person-confirmed' }, { type: 'rules-accepted' }, { type: 'exam-polled', exam: exam() },
    { type: 'poll-failed', fault: network }, { type: 'enter-failed', fault: network }, answered(), { type: 'flagged', slot: slot(1), flagged: true, at: at(1) },
    { type: 'typed', slot: slot(3), text: ['x'] }, { type: 'draft-done', slot: slot(3), at: at(1) }, keptAll, { type: 'sent', last: 1 }, saved(1), { type: 'save-failed', link: 'failing' },
    { type: 'gap', expectedSeq: 1 }, { type: 'refused', from: 1 }, { type: 'set-aside', last: 1 }, { type: 'link', link: 'offline' }, { type: 'back-read' },
    { type: 'clock', clock: { serverNow: '', deadline: '2026-11-22T03:00:00Z', deadlineVersion: 2 } }, { type: 'changed-read' }, { type: 'taken', lease: { kind: 'taken', by: 'tab' } },
    { type: 'signed-out' }, { type: 'signed-in-again' }, { type: 'moved', slot: slot(2) }, { type: 'check-opened' }, { type: 'check-left', slot: null },
    { type: 'submit-asked' }, { type: 'submit-confirmed' }, { type: 'submit-cancelled' }, { type: 'submit-sent' }, { type: 'submit-unknown' }, { type: 'submit-absent' },
    { type: 'time-up' }, { type: 'reopened' }, { type: 'away' }, { type: 'reopened-read' }, { type: 'took-over-read' }, { type: 'held', held: [] },
    { type: 'clock', clock: { serverNow: '2026-11-22T02:00:00Z', deadline: '2026-11-22T03:00:00Z', deadlineVersion: 3, pausedSince: '2026-11-22T02:00:00Z' } }, { type: 'result-failed', fault: network }, { type: 'result-left' },
  ]
  it.each(screens)('$name', (screen) => {
    for (const w of [null, work(), work({ lease: { kind: 'taken', by: 'tab' } })]) {
      for (const event of events) {
        const before: State = { ...initial, exam: exam(), work: w, screen }
        const next = reduce(before, event)
        expect(reduce(before, event)).toEqual(next)
        if (screen.name === 'receipt' || (screen.name === 'result' && event.type !== 'result-left')) expect(next.screen.name, event.type).toBe(w || event.type !== 'no-session' ? screen.name : 'sign-in')
        if (screen.name !== 'receipt' && screen.name !== 'result') expect(next.screen.name, event.type).not.toBe('receipt')
      }
    }
  })
})
