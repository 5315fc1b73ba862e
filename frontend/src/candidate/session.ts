// Feeds the reducer with what happens: the network, the clock, the browser's
// store, the other tabs. Decides when to send; never what is true.
import { shallowRef, type ShallowRef } from 'vue'
import type { Api } from '../shared/api'
import type { AttemptId, Epoch, ServerMs, SlotNumber } from '../shared/brand'
import { NetworkError, ProblemError, typeOf } from '../shared/problem'
import type { ServerClock } from '../shared/time'
import type { CandidateExam, Clock, Entered, Operation, Response } from './contract'
import { backoff, dueAt, nextBatch, openLedger, takeUp, lastSeq, batchesOf } from './ledger'
import { allDurable, ended, initial, reduce, type Event, type Fault, type Link, type State, type Work } from './state'
import { deviceId, openTabs, recall, remember, type Claim, type Store } from './store'

const beatEvery = 15_000
const pollEvery = 15_000
/** A pause in typing of this length makes an operation; so does typing for so long without one. */
const typingPause = 800
const typingLimit = 4_000
const lastMinute = 60_000

export interface SessionConfig {
  api: Api
  clock: ServerClock
  openStore: () => Promise<Store>
  /** What the page that is taken over will read about this computer. */
  deviceLabel: () => string
  steady?: () => number
  random?: () => number
  online?: () => boolean
}

/** The candidate's page from sign-in to receipt. One per page load. */
export function createSession(config: SessionConfig) {
  const { api, clock } = config
  const steady = config.steady ?? (() => performance.now())
  const random = config.random ?? Math.random
  const online = config.online ?? (() => navigator.onLine)
  const state: ShallowRef<State> = shallowRef(initial)
  let store: Store | null = null
  let subject: string | null = null

  const timers = new Map<string, ReturnType<typeof setTimeout>>()
  function after(name: string, ms: number, act: () => void): void {
    cancel(name)
    timers.set(name, setTimeout(() => { timers.delete(name); act() }, Math.max(0, ms)))
  }
  function cancel(name: string): void {
    const timer = timers.get(name)
    if (timer !== undefined) clearTimeout(timer)
    timers.delete(name)
  }
  const jitter = (ms: number) => ms * (0.85 + random() * 0.3)

  function dispatch(event: Event): void {
    const next = reduce(state.value, event)
    if (next !== state.value) state.value = next
  }
  const work = (): Work | null => state.value.work
  const now = (): ServerMs => clock.now()

  // ---- coming in ----

  async function start(): Promise<void> {
    store ??= await config.openStore()
    try {
      await api.refresh()
    } catch (e) {
      if (typeOf(e) === 'unauthenticated') dispatch({ type: 'no-session' })
      else openFailed(e)
      return
    }
    await loadExam(true)
  }

  let openings = 0
  function openFailed(e: unknown): void {
    dispatch({ type: 'open-failed', fault: faultOf(e) })
    after('open', backoff(++openings, random()), () => { if (state.value.screen.name === 'opening') void start() })
  }

  async function signIn(admission: string, idNumber: string): Promise<void> {
    const again = work() !== null
    if (!again) dispatch({ type: 'signing-in' })
    const session = await api.loginCandidate({ admission, idNumber }).catch((e: unknown) => {
      if (again) throw faultOf(e)
      dispatch({ type: 'sign-in-failed', fault: faultOf(e) })
      return null
    })
    if (!session) return
    if (!again) return loadExam(false)
    // Whoever signs in on an open exam goes on with it, if it is theirs.
    if (session.subject !== subject) {
      location.reload()
      return
    }
    dispatch({ type: 'signed-in-again' })
    pace.notBefore = 0
    if (state.value.screen.name === 'closing') collect()
    else plan()
    void beat()
  }

  async function loadExam(restored: boolean): Promise<void> {
    try {
      const exam = await fetchExam()
      subject = api.session?.subject ?? null
      const mine = exam.attempt.id === '' ? null : await opened().lease(exam.attempt.id as AttemptId)
      dispatch({ type: 'exam-loaded', exam, known: restored && (mine?.epoch ?? 0) + (mine?.asked ?? 0) > 0 })
      follow()
    } catch (e) {
      const fault = faultOf(e)
      if (restored) openFailed(e)
      else dispatch({ type: 'sign-in-failed', fault })
    }
  }

  async function fetchExam(): Promise<CandidateExam> {
    const reply = await api.call('get', '/api/v1/candidate/exam', {})
    clock.sync(reply.data.serverNow, reply.sentAt, reply.receivedAt)
    return reply.data
  }

  /** Does what the screen that was just reached calls for. */
  function follow(): void {
    const s = state.value
    if (s.screen.name === 'entering' && !s.screen.fault) void enter()
    else if (s.screen.name === 'closing') collect()
    else if (s.screen.name === 'waiting' || s.screen.name === 'stopped' || s.screen.name === 'rules' || s.screen.name === 'person') schedulePoll()
  }

  /** Every 15 s, and within the first two seconds after the opening: not all in the same instant. */
  function schedulePoll(): void {
    const exam = state.value.exam
    if (!exam) return
    const opening = Date.parse(exam.exam.opens) - now()
    const regular = jitter(pollEvery)
    after('poll', opening > 0 && opening < regular ? opening + random() * 2_000 : regular, () => { void poll() })
  }

  async function poll(): Promise<void> {
    const name = state.value.screen.name
    if (name !== 'waiting' && name !== 'stopped' && name !== 'rules' && name !== 'person') return
    try {
      dispatch({ type: 'exam-polled', exam: await fetchExam() })
    } catch (e) {
      if (typeOf(e) === 'unauthenticated') {
        dispatch({ type: 'no-session' })
        return
      }
      dispatch({ type: 'poll-failed', fault: faultOf(e) })
    }
    follow()
  }

  function confirmPerson(): void {
    dispatch({ type: 'person-confirmed' })
    follow()
  }

  function acceptRules(): void {
    dispatch({ type: 'rules-accepted' })
    follow()
  }

  function retry(): void {
    if (state.value.screen.name === 'opening') void start()
    else if (state.value.screen.name === 'entering') void enter()
    else if (state.value.screen.name === 'stopped' || state.value.screen.name === 'waiting') void poll()
  }

  // ---- entering ----

  let entries = 0
  let entering = false
  async function enter(): Promise<void> {
    if (entering) return
    entering = true
    cancel('enter')
    await enterOnce().finally(() => { entering = false })
  }

  async function enterOnce(): Promise<void> {
    const exam = state.value.exam
    if (!exam) return
    const attempt = exam.attempt.id as AttemptId
    dispatch({ type: 'entering' })
    const kept = opened()
    await kept.asking(attempt)
    let entered: Entered
    try {
      const reply = await api.call('post', '/api/v1/attempts/{attempt}/enter', {
        path: { attempt }, body: { deviceId: deviceId(), deviceLabel: config.deviceLabel(), rulesAccepted: true }, timeoutMs: 30_000,
      })
      entered = reply.data
      clock.sync(entered.clock.serverNow, reply.sentAt, reply.receivedAt)
    } catch (e) {
      enterFailed(e)
      return
    }
    entries = 0
    const epoch = entered.epoch as Epoch
    tabs.announce(attempt, epoch)
    let ledger = openLedger(epoch, entered.answers, Date.parse(entered.clock.serverNow) as ServerMs)
    const fresh = ledger
    const claim = await kept.claim(attempt, epoch, (held, lease): Claim => {
      const taken = takeUp(fresh, held, lease, entered.previous)
      ledger = taken.ledger
      return taken.claim
    })
    const place = Number(recall(`place.${attempt}`))
    const first = entered.paper.slots[0]?.number ?? 1
    dispatch({
      type: 'entered',
      work: {
        attempt, epoch, paper: entered.paper, ledger, drafts: new Map(),
        deadline: { at: Date.parse(entered.clock.deadline) as ServerMs, version: entered.clock.deadlineVersion, explanation: entered.clock.explanation ?? '' },
        changed: null, link: 'up', heldUp: 0, back: 0, lease: { kind: 'mine' }, keeping: kept.keeping, signedIn: true, submit: 'idle', notSubmitted: false,
        aside: claim.aside.length,
        position: (entered.paper.slots.some((x) => x.number === place) ? place : first) as SlotNumber,
      },
    })
    pace.lastChange = pace.firstChange = pace.notBefore = 0
    plan()
    scheduleBeat()
    tick()
  }

  function enterFailed(e: unknown): void {
    const type = typeOf(e)
    if (type === 'unauthenticated') {
      dispatch({ type: 'no-session' })
      return
    }
    dispatch({ type: 'enter-failed', fault: faultOf(e) })
    const screen = state.value.screen
    if (screen.name === 'entering') {
      // Nobody has to press a button because the room starts at the same second.
      if (!(e instanceof ProblemError) || type === 'busy' || type === 'unavailable' || type === 'internal') {
        after('enter', backoff(++entries, random()), () => { if (state.value.screen.name === 'entering') void enter() })
      }
      return
    }
    follow()
  }

  // ---- writing ----

  const pace = { lastChange: 0, firstChange: 0, notBefore: 0 }
  const storing = new Set<number>()
  const typing = new Map<SlotNumber, number>()

  function answer(slot: SlotNumber, response: Response): void {
    dispatch({ type: 'answered', slot, response, at: now() })
    written()
  }

  function flag(slot: SlotNumber, flagged: boolean): void {
    dispatch({ type: 'flagged', slot, flagged, at: now() })
    written()
  }

  function type(slot: SlotNumber, text: readonly string[]): void {
    dispatch({ type: 'typed', slot, text })
    if (!work()?.drafts.has(slot)) return
    const began = typing.get(slot) ?? steady()
    typing.set(slot, began)
    const wait = Math.min(typingPause, began + typingLimit - steady())
    after(`draft.${slot}`, inLastMinute() ? Math.min(wait, 300) : wait, () => endDraft(slot))
  }

  function endDraft(slot: SlotNumber): void {
    cancel(`draft.${slot}`)
    typing.delete(slot)
    dispatch({ type: 'draft-done', slot, at: now() })
    written()
  }

  function endDrafts(): void {
    for (const slot of work()?.drafts.keys() ?? []) endDraft(slot)
  }

  /** Writes what is new into the browser's store. Only what lies there is sent. */
  function written(): void {
    const w = work()
    if (!w) return
    for (const { op, kept } of w.ledger.outbox) {
      if (kept || storing.has(op.seq)) continue
      storing.add(op.seq)
      const at = steady()
      pace.lastChange = at
      pace.firstChange ||= at
      void opened().append(w.attempt, w.epoch, op).then((result) => {
        storing.delete(op.seq)
        if (result === 'fenced') {
          takenByTab()
          return
        }
        dispatch({ type: 'kept', seqs: [op.seq], keeping: result })
        plan()
      })
    }
  }

  // ---- sending ----

  function sendable(): Work | null {
    const w = work()
    return w && w.lease.kind === 'mine' && w.signedIn && state.value.receipt === null ? w : null
  }

  function inLastMinute(): boolean {
    const w = work()
    return w !== null && w.deadline.at - now() < lastMinute
  }

  function plan(): void {
    cancel('send')
    const w = sendable()
    if (!w || w.ledger.flight !== null) return
    if (nextBatch(w.ledger).length === 0) {
      proceed()
      return
    }
    const urgent = inLastMinute() || w.submit === 'waiting' || ended(state.value) || pace.firstChange === 0
    after('send', dueAt({ ...pace, urgent }) - steady(), () => { void send() })
  }

  async function send(): Promise<void> {
    const w = sendable()
    if (!w || w.ledger.flight !== null) return
    const batch = nextBatch(w.ledger)
    if (batch.length === 0) return
    pace.firstChange = 0
    dispatch({ type: 'sent', last: lastOf(batch) })
    await deliver(w, batch, false)
    plan()
  }

  const lastOf = (batch: readonly Operation[]) => batch[batch.length - 1]?.seq ?? 0

  async function deliver(w: Work, batch: Operation[], keepalive: boolean): Promise<void> {
    try {
      const reply = await api.call('post', '/api/v1/attempts/{attempt}/ops', { path: { attempt: w.attempt }, body: { epoch: w.epoch, ops: batch }, keepalive })
      const saved = reply.data
      heard(saved.clock, reply.sentAt, reply.receivedAt)
      dispatch({ type: 'saved', appliedSeq: saved.appliedSeq, durableSeq: saved.durableSeq, at: Date.parse(saved.clock.serverNow) as ServerMs })
      pace.notBefore = reply.status === 202 ? steady() + 1_000 : 0
      gaps = 0
      const durable = work()?.ledger.durableSeq ?? 0
      if (durable > 0) void opened().forget(w.attempt, w.epoch, durable)
    } catch (e) {
      saveFailed(w, batch, e)
    }
  }

  let gaps = 0
  function saveFailed(w: Work, batch: readonly Operation[], e: unknown): void {
    const problem = e instanceof ProblemError ? e.problem : null
    const first = batch[0]?.seq ?? 1
    switch (typeOf(e)) {
      case 'seq-gap':
        dispatch({ type: 'gap', expectedSeq: problem?.expectedSeq ?? first })
        pace.notBefore = ++gaps > 2 ? steady() + backoff(gaps - 2, random()) : 0
        return
      case 'seq-conflict':
        dispatch({ type: 'refused', from: problem?.expectedSeq ?? first })
        return
      case 'invalid': {
        // One answer that the server will not take must not hold back those before it.
        const index = /^\/ops\/(\d+)/.exec(problem?.errors?.[0]?.pointer ?? '')
        dispatch({ type: 'refused', from: first + (index ? Number(index[1]) : 0) })
        return
      }
      case 'taken-over':
        taken(problem?.device ?? '')
        return
      case 'attempt-closed':
      case 'after-deadline':
        dispatch({ type: 'set-aside', last: lastOf(batch) })
        void opened().forget(w.attempt, w.epoch, lastOf(batch))
        dispatch({ type: 'time-up' })
        collect()
        return
      case 'unauthenticated':
        dispatch({ type: 'save-failed', link: work()?.link ?? 'up' })
        dispatch({ type: 'signed-out' })
        return
      default: {
        dispatch({ type: 'save-failed', link: linkAfter(e) })
        const wait = backoff(work()?.ledger.failures ?? 1, random())
        pace.notBefore = steady() + Math.max(wait, (problem?.retryAfterSeconds ?? 0) * 1_000)
      }
    }
  }

  let unreached = 0
  /** One connection that breaks is a hiccup; two, or the browser's own word, are a cut. */
  function linkAfter(e: unknown): Link {
    if (!online()) return 'offline'
    if (!(e instanceof NetworkError)) {
      unreached = 0
      return 'failing'
    }
    unreached++
    return e.reason === 'unreachable' && unreached >= 2 ? 'offline' : 'failing'
  }

  /** Whatever is still here goes out at once, with the page perhaps on its way out. */
  function flush(): void {
    const w = sendable()
    if (!w || ended(state.value)) return
    endDrafts()
    const latest = work()
    if (!latest) return
    const batch = nextBatch(latest.ledger, true)
    if (batch.length > 0) void deliver(latest, batch, true).then(plan)
  }

  // ---- time ----

  function heard(c: Clock, sentAt: number, receivedAt: number): void {
    unreached = 0
    clock.sync(c.serverNow, sentAt, receivedAt)
    const before = work()?.deadline.version
    dispatch({ type: 'clock', clock: c })
    // A save brings a new deadline without its sentence.
    if (!c.explanation && before !== work()?.deadline.version) void beat()
    tick()
  }

  function scheduleBeat(): void {
    after('beat', jitter(beatEvery), () => { void beat() })
  }

  async function beat(): Promise<void> {
    const w = sendable()
    if (!w) return
    scheduleBeat()
    try {
      const reply = await api.call('post', '/api/v1/attempts/{attempt}/beat', { path: { attempt: w.attempt }, body: { epoch: w.epoch }, timeoutMs: 10_000 })
      heard(reply.data.clock, reply.sentAt, reply.receivedAt)
      if (work()?.link !== 'up') {
        dispatch({ type: 'link', link: 'up' })
        pace.notBefore = Math.min(pace.notBefore, steady() + random() * 1_000)
        plan()
      }
      if (reply.data.state === 'closed') {
        endDrafts()
        dispatch({ type: 'time-up' })
        collect()
      }
    } catch (e) {
      if (typeOf(e) === 'taken-over') taken(e instanceof ProblemError ? e.problem.device ?? '' : '')
      else if (typeOf(e) === 'unauthenticated') dispatch({ type: 'signed-out' })
      else if (e instanceof NetworkError) dispatch({ type: 'link', link: linkAfter(e) })
    }
  }

  function tick(): void {
    const w = work()
    if (!w || w.lease.kind === 'taken' || ended(state.value)) return
    const left = w.deadline.at - now()
    if (left <= 0) {
      endDrafts()
      dispatch({ type: 'time-up' })
      collect()
      return
    }
    // Long timers are cut short: the clock may be set right meanwhile.
    after('tick', Math.min(left, 1_000), tick)
    if (left < lastMinute && w.ledger.flight === null) plan()
  }

  // ---- the end ----

  let closings = 0
  /** Sends what is left, to be counted or kept apart, then asks for the receipt until it is there. */
  function collect(): void {
    closings = 0
    pace.notBefore = 0
    plan()
    after('collect', 0, () => { void collectOnce() })
  }

  async function collectOnce(): Promise<void> {
    if (state.value.screen.name !== 'closing') return
    const w = work()
    const attempt = w?.attempt ?? (state.value.exam?.attempt.id as AttemptId | undefined)
    if (!attempt) return
    const again = () => after('collect', Math.min(5_000, 500 * 2 ** Math.min(closings++, 4)) * (0.75 + random() * 0.5), () => { void collectOnce() })
    if (!w) await handOver(attempt)
    else if (leftOver()) {
      await send()
      // What cannot be sent must not keep the receipt back for ever.
      if (leftOver() && closings < 6) {
        again()
        return
      }
    }
    try {
      await fetchReceipt(attempt)
    } catch (e) {
      const type = typeOf(e)
      if (type === 'unauthenticated') {
        dispatch(w ? { type: 'signed-out' } : { type: 'no-session' })
        return
      }
      if (type === 'not-submitted' && w) await reopen(w)
      if (state.value.screen.name === 'closing') again()
    }
  }

  function leftOver(): boolean {
    const w = sendable()
    return w !== null && nextBatch(w.ledger, true).length > 0
  }

  /**
   * The exam ended while this browser was away: what it still holds goes to the
   * server under the epoch it was written in, to be kept apart for a decision.
   */
  async function handOver(attempt: AttemptId): Promise<void> {
    for (const { epoch, ops } of batchesOf(await opened().held(attempt))) {
      try {
        await api.call('post', '/api/v1/attempts/{attempt}/ops', { path: { attempt }, body: { epoch, ops } })
      } catch (e) {
        const type = typeOf(e)
        if (type !== 'attempt-closed' && type !== 'after-deadline') return
      }
      await opened().forget(attempt, epoch as Epoch, lastOf(ops))
    }
  }

  /** The deadline may have been moved in the very moment. */
  async function reopen(w: Work): Promise<void> {
    try {
      const reply = await api.call('post', '/api/v1/attempts/{attempt}/beat', { path: { attempt: w.attempt }, body: { epoch: w.epoch } })
      clock.sync(reply.data.clock.serverNow, reply.sentAt, reply.receivedAt)
      dispatch({ type: 'clock', clock: reply.data.clock })
      if (reply.data.state === 'running' && Date.parse(reply.data.clock.deadline) > now() + 1_000) {
        dispatch({ type: 'reopened' })
        scheduleBeat()
        tick()
        plan()
      }
    } catch (e) {
      if (typeOf(e) === 'taken-over') taken(e instanceof ProblemError ? e.problem.device ?? '' : '')
    }
  }

  async function fetchReceipt(attempt: AttemptId): Promise<void> {
    const reply = await api.call('get', '/api/v1/attempts/{attempt}/receipt', { path: { attempt } })
    finish()
    dispatch({ type: 'receipt', receipt: reply.data })
  }

  function finish(): void {
    for (const name of [...timers.keys()]) cancel(name)
  }

  // ---- handing in ----

  function askSubmit(): void {
    endDrafts()
    dispatch({ type: 'submit-asked' })
  }

  function confirmSubmit(): void {
    dispatch({ type: 'submit-confirmed' })
    pace.notBefore = 0
    plan()
  }

  /** Hands in as soon as everything is durable, if that was asked for. */
  function proceed(): void {
    const w = work()
    if (w?.submit === 'waiting' && allDurable(w) && w.ledger.refusedFrom === null && w.signedIn && w.ledger.flight === null) void submit(w)
  }

  async function submit(w: Work): Promise<void> {
    dispatch({ type: 'submit-sent' })
    try {
      const reply = await api.call('post', '/api/v1/attempts/{attempt}/submit', { path: { attempt: w.attempt }, body: { epoch: w.epoch, lastSeq: lastSeq(w.ledger) }, timeoutMs: 20_000 })
      finish()
      dispatch({ type: 'receipt', receipt: reply.data })
    } catch (e) {
      submitFailed(w, e)
    }
  }

  function submitFailed(w: Work, e: unknown): void {
    const problem = e instanceof ProblemError ? e.problem : null
    switch (typeOf(e)) {
      case 'seq-gap':
      case 'not-durable':
        dispatch({ type: 'gap', expectedSeq: problem?.expectedSeq ?? w.ledger.durableSeq + 1 })
        plan()
        return
      case 'taken-over':
        taken(problem?.device ?? '')
        return
      case 'attempt-closed':
      case 'after-deadline':
        dispatch({ type: 'time-up' })
        collect()
        return
      case 'unauthenticated':
        dispatch({ type: 'signed-out' })
        return
      default:
        // It may have arrived all the same: the receipt tells.
        dispatch({ type: 'submit-unknown' })
        if (e instanceof NetworkError) dispatch({ type: 'link', link: linkAfter(e) })
        after('unknown', 1_000, () => { void resolveSubmit(w, 1) })
    }
  }

  async function resolveSubmit(w: Work, tries: number): Promise<void> {
    if (work()?.submit !== 'unknown') return
    try {
      await fetchReceipt(w.attempt)
    } catch (e) {
      if (typeOf(e) === 'not-submitted') {
        dispatch({ type: 'link', link: 'up' })
        dispatch({ type: 'submit-absent' })
        return
      }
      if (typeOf(e) === 'unauthenticated') dispatch({ type: 'signed-out' })
      after('unknown', backoff(tries, random()), () => { void resolveSubmit(w, tries + 1) })
    }
  }

  /** Texts of the server follow the language with the next answer. */
  async function languageChanged(): Promise<void> {
    if (!api.session || state.value.screen.name === 'over') return
    void beat()
    await fetchExam().then((exam) => dispatch({ type: 'exam-polled', exam }), () => undefined)
  }

  async function showResult(): Promise<void> {
    const attempt = state.value.receipt?.attempt
    if (!attempt) return
    try {
      dispatch({ type: 'result', result: (await api.call('get', '/api/v1/attempts/{attempt}/result', { path: { attempt } })).data })
    } catch (e) {
      dispatch({ type: 'result-failed', fault: faultOf(e) })
    }
  }

  async function leave(): Promise<void> {
    finish()
    await api.logout().catch(() => undefined) // the room's computer forgets the session either way
    dispatch({ type: 'left' })
  }

  /** Back to the sign-in of somebody else. */
  async function startOver(): Promise<void> {
    finish()
    await api.logout().catch(() => undefined)
    state.value = initial
    dispatch({ type: 'no-session' })
  }

  // ---- losing the lease, the session, the network ----

  function taken(label: string): void {
    dispatch({ type: 'taken', lease: { kind: 'taken', by: 'device', label } })
    finish()
  }

  function takenByTab(): void {
    dispatch({ type: 'taken', lease: { kind: 'taken', by: 'tab' } })
    finish()
  }

  const tabs = openTabs((attempt, epoch) => {
    const w = work()
    if (w && w.attempt === attempt && epoch > w.epoch && state.value.receipt === null) takenByTab()
  })

  function onSignedOut(): void {
    dispatch({ type: 'signed-out' })
  }

  function onOnline(): void {
    pace.notBefore = steady() + random() * 500 // a whole room comes back at once
    plan()
    void beat()
    if (state.value.screen.name === 'closing') collect()
    else if (work()?.submit !== 'unknown') retry()
  }

  function onOffline(): void {
    if (sendable()) dispatch({ type: 'link', link: 'offline' })
  }

  function onVisibility(hidden: boolean): void {
    if (hidden) flush()
    else {
      // The computer may have slept, and its steady clock with it.
      tick()
      void beat()
    }
  }

  function move(slot: SlotNumber): void {
    const w = work()
    if (!w) return
    dispatch({ type: 'moved', slot })
    remember(`place.${w.attempt}`, String(slot))
  }

  function opened(): Store {
    if (!store) throw new Error('the store is opened by start')
    return store
  }

  return {
    state, start, signIn, confirmPerson, acceptRules, retry, answer, flag, type, endDraft, move,
    openCheck: () => { endDrafts(); dispatch({ type: 'check-opened' }) },
    leaveCheck: (slot: SlotNumber | null) => dispatch({ type: 'check-left', slot }),
    askSubmit, confirmSubmit, cancelSubmit: () => dispatch({ type: 'submit-cancelled' }),
    showResult, leaveResult: () => dispatch({ type: 'result-left' }), leave, startOver,
    readBack: () => dispatch({ type: 'back-read' }), readChanged: () => dispatch({ type: 'changed-read' }),
    languageChanged, onSignedOut, onOnline, onOffline, onVisibility, flush, beat,
    now, close: () => { finish(); tabs.close(); store?.close() },
  }
}

export type Session = ReturnType<typeof createSession>

export function faultOf(e: unknown): Fault {
  if (e instanceof ProblemError) {
    const p = e.problem
    return { kind: 'problem', type: e.type, title: p.title, detail: p.detail ?? '', requestId: p.requestId ?? '', retryAfterSeconds: p.retryAfterSeconds ?? null }
  }
  return { kind: 'network', reason: e instanceof NetworkError ? e.reason : 'unreachable' }
}
