// The end of an attempt: collecting when the time is up, handing in, the
// receipt, and coming back when staff open the attempt again.
import type { AttemptId, Epoch } from '../shared/brand'
import { NetworkError, ProblemError, typeOf } from '../shared/problem'
import type { Beat, Receipt } from './contract'
import { deviceOf, type Core } from './core'
import { backoff, batchesOf, lastSeq, nextBatch } from './ledger'
import { lastOf, type Outbox } from './outbox'
import type { Pulse } from './pulse'
import { allDurable, goesOn, type Work } from './state'

const watchEvery = 15_000

export interface EndingCalls {
  taken(device: string): void
  /** The attempt was opened again: the page has to enter it anew. */
  enterAnew(): void
  /** What the candidate's exam is now, from the server. */
  fetchExam(): Promise<Parameters<typeof goesOn>[0]>
}

export function createEnding(core: Core, outbox: Outbox, pulse: Pulse, calls: EndingCalls) {
  const { api, timers, dispatch, work } = core
  const screen = () => core.state.value.screen.name
  let closings = 0
  /** The server has said that the attempt is over; a page that goes on after that needs a new epoch. */
  let overAt: number | null = null

  // ---- collecting ----

  /** The time is up, or the server says that the attempt has ended. `closed`: it is over for good. */
  function over(closed: boolean): void {
    if (closed) overAt = core.now()
    dispatch({ type: 'time-up' })
    collect()
  }

  /** Sends what is left, to be counted or kept apart, then asks for the receipt until it is there. */
  function collect(): void {
    closings = 0
    outbox.hurry()
    outbox.plan()
    timers.after('collect', 0, () => { void collectOnce() })
  }

  async function collectOnce(): Promise<void> {
    if (screen() !== 'closing') return
    const w = work()
    const attempt = w?.attempt ?? (core.state.value.exam?.attempt.id as AttemptId | undefined)
    if (!attempt) return
    const again = () => timers.after('collect', Math.min(5_000, 500 * 2 ** Math.min(closings++, 4)) * (0.75 + core.random() * 0.5), () => { void collectOnce() })
    if (!w) await handOver(attempt)
    else if (leftOver()) {
      await outbox.send()
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
      if (e instanceof NetworkError && w) dispatch({ type: 'link', link: outbox.linkAfter(e) })
      if (type === 'not-submitted') await lookAgain(w)
      if (screen() === 'closing') again()
    }
  }

  function leftOver(): boolean {
    const w = core.sendable()
    return w !== null && nextBatch(w.ledger, true).length > 0
  }

  /**
   * The exam ended while this browser was away: what it still holds goes to the
   * server under the epoch it was written in, to be kept apart for a decision.
   */
  async function handOver(attempt: AttemptId): Promise<void> {
    const held = await core.store().held(attempt)
    if (held.length !== core.state.value.held.length) dispatch({ type: 'held', held })
    for (const { epoch, ops } of batchesOf(held)) {
      try {
        await api.call('post', '/api/v1/attempts/{attempt}/ops', { path: { attempt }, body: { epoch, ops } })
      } catch (e) {
        const type = typeOf(e)
        if (type !== 'attempt-closed' && type !== 'after-deadline') return
      }
      await core.store().forget(attempt, epoch as Epoch, lastOf(ops))
    }
  }

  /** There is no receipt yet: the deadline may have been moved in the very moment. */
  async function lookAgain(w: Work | null): Promise<void> {
    try {
      if (!w) {
        if (goesOn(await calls.fetchExam()) && screen() === 'closing') comeBack()
        return
      }
      const reply = await pulse.askBeat(w)
      if (work()?.epoch !== w.epoch || screen() !== 'closing') return
      pulse.heard(reply.data.clock, reply.sentAt, reply.receivedAt)
      onGoesOn(reply.data)
    } catch (e) {
      if (typeOf(e) === 'taken-over') calls.taken(deviceOf(e))
    }
  }

  // ---- coming back ----

  /** The attempt goes on although this page took it for ended. Safe to call with answers that were overtaken. */
  function onGoesOn(b: Beat): void {
    if (b.state !== 'running' && b.state !== 'paused') return
    const said = Date.parse(b.clock.serverNow)
    // It may still run for a moment: the deadline has passed and nobody has closed it yet.
    if (b.state === 'running' && Date.parse(b.clock.deadline) <= said + 1_000) return
    const receipt = core.state.value.receipt
    const endedAt = Math.max(overAt ?? -Infinity, receipt ? Date.parse(receipt.submittedAt) || -Infinity : -Infinity)
    if (said <= endedAt) return
    if (overAt !== null || receipt) comeBack()
    else if (screen() === 'closing') {
      timers.cancel('collect')
      dispatch({ type: 'reopened' })
      outbox.hurry()
      pulse.scheduleBeat()
      pulse.tick()
      outbox.plan()
    }
  }

  function comeBack(): void {
    timers.cancelAll()
    pulse.hangUp()
    overAt = null
    dispatch({ type: 'entering-anew' })
    calls.enterAnew()
  }

  /** On the receipt: asks now and then, where no stream would tell, whether the attempt was opened again. */
  function watch(): void {
    timers.after('watch', core.jitter(watchEvery), () => { void watchOnce().finally(() => { if (screen() === 'receipt' || screen() === 'result') watch() }) })
  }

  async function watchOnce(): Promise<void> {
    const w = work()
    if (w?.lease.kind === 'taken' || (w && pulse.live())) return
    try {
      if (!w) {
        const exam = await calls.fetchExam()
        if (goesOn(exam) && (screen() === 'receipt' || screen() === 'result')) comeBack()
        return
      }
      const reply = await pulse.askBeat(w)
      if (work()?.epoch === w.epoch) onGoesOn(reply.data)
    } catch (e) {
      // Another computer goes on with it; this page shows what it knows.
      if (typeOf(e) === 'taken-over') dispatch({ type: 'taken', lease: { kind: 'taken', by: 'device', label: deviceOf(e) } })
    }
  }

  // ---- the receipt ----

  async function fetchReceipt(attempt: AttemptId): Promise<void> {
    const reply = await api.call('get', '/api/v1/attempts/{attempt}/receipt', { path: { attempt } })
    // The attempt may have been opened again while the answer was on its way.
    if (screen() === 'closing' || work()?.submit === 'unknown') receive(reply.data)
  }

  function receive(receipt: Receipt): void {
    const w = work()
    timers.cancelAll()
    dispatch({ type: 'receipt', receipt })
    // What was kept apart is with the server; this page alone remembers it, for as long as it is open.
    if (w && w.ledger.asideSeq > 0) void core.store().forget(w.attempt, w.epoch, w.ledger.asideSeq)
    void core.papers.drop()
    pulse.listen()
    watch()
  }

  // ---- handing in ----

  function askSubmit(): void {
    outbox.endDrafts()
    dispatch({ type: 'submit-asked' })
  }

  function confirmSubmit(): void {
    dispatch({ type: 'submit-confirmed' })
    outbox.hurry()
    outbox.plan()
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
      receive(reply.data)
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
        outbox.plan()
        return
      case 'taken-over':
        calls.taken(deviceOf(e))
        return
      case 'attempt-closed':
      case 'after-deadline':
        over(typeOf(e) === 'attempt-closed')
        return
      case 'unauthenticated':
        dispatch({ type: 'signed-out' })
        return
      default:
        // It may have arrived all the same: the receipt tells.
        dispatch({ type: 'submit-unknown' })
        if (e instanceof NetworkError) dispatch({ type: 'link', link: outbox.linkAfter(e) })
        timers.after('unknown', 1_000, () => { void resolveSubmit(w, 1) })
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
      timers.after('unknown', backoff(tries, core.random()), () => { void resolveSubmit(w, tries + 1) })
    }
  }

  return { over, collect, askSubmit, confirmSubmit, proceed, onGoesOn, begin: () => { overAt = null } }
}

export type Ending = ReturnType<typeof createEnding>
