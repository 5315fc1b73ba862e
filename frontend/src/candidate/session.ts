// The candidate's page from sign-in to receipt: ties its parts together and
// feeds the reducer with what happens. The parts decide when to send; none
// decides what is true.
import type { AttemptId, Epoch, SlotNumber } from '../shared/brand'
import { answersFile } from './answersfile'
import type { Operation } from './contract'
import { createCore, faultOf, type SessionConfig } from './core'
import { createEnding } from './ending'
import { createEntry } from './entry'
import { createOutbox } from './outbox'
import { createPulse, type Pulse } from './pulse'
import { initial } from './state'
import { openTabs, remember } from './store'

export type { SessionConfig } from './core'

/** One per page load. */
export function createSession(config: SessionConfig) {
  const core = createCore(config)
  const { api, state, timers, dispatch, work } = core

  const outbox = createOutbox(core, {
    heard: (clock, sentAt, receivedAt) => pulse.heard(clock, sentAt, receivedAt),
    saved: () => pulse.scheduleBeat(),
    taken, takenByTab,
    over: (closed) => ending.over(closed),
    idle: () => ending.proceed(),
  })
  const pulse: Pulse = createPulse(core, outbox, {
    taken,
    timeUp: (closed) => ending.over(closed),
    goesOn: (beat) => ending.onGoesOn(beat),
  })
  const ending = createEnding(core, outbox, pulse, { taken, enterAnew: () => entry.enterAnew(), fetchExam: () => entry.fetchExam() })
  const tabs = openTabs((attempt, epoch) => {
    const w = work()
    if (w && w.attempt === attempt && epoch > w.epoch && state.value.receipt === null) takenByTab()
  })
  const entry = createEntry(core, {
    tabs: () => tabs,
    collect: () => ending.collect(),
    entered: () => {
      ending.begin()
      outbox.restart()
      outbox.plan()
      pulse.scheduleBeat()
      pulse.listen()
      pulse.tick()
    },
    signedInAgain: () => {
      outbox.hurry()
      if (state.value.screen.name === 'closing') ending.collect()
      else outbox.plan()
      pulse.listen()
      void pulse.beat()
    },
  })

  // ---- losing the lease, the session, the network ----

  function taken(label: string): void {
    dispatch({ type: 'taken', lease: { kind: 'taken', by: 'device', label } })
    finish()
  }

  function takenByTab(): void {
    dispatch({ type: 'taken', lease: { kind: 'taken', by: 'tab' } })
    finish()
  }

  /** Nothing of this page happens by itself any more. */
  function finish(): void {
    timers.cancelAll()
    pulse.hangUp()
  }

  function onOnline(): void {
    outbox.hurry(core.random() * 500) // a whole room comes back at once
    outbox.plan()
    pulse.listen()
    void pulse.beat()
    if (state.value.screen.name === 'closing') ending.collect()
    else if (work()?.submit !== 'unknown') entry.retry()
  }

  function onOffline(): void {
    if (core.sendable()) dispatch({ type: 'link', link: 'offline' })
  }

  function onVisibility(hidden: boolean): void {
    if (hidden) outbox.flush()
    else {
      // The computer may have slept, and its steady clock with it.
      pulse.tick()
      pulse.listen()
      void pulse.beat()
    }
  }

  // ---- what a person does ----

  function step(event: { type: 'person-confirmed' } | { type: 'rules-accepted' }): void {
    dispatch(event)
    entry.follow()
  }

  function move(slot: SlotNumber): void {
    const w = work()
    if (!w) return
    dispatch({ type: 'moved', slot })
    remember(`place.${w.attempt}`, String(slot))
  }

  /** Texts of the server follow the language with the next answer. */
  async function languageChanged(): Promise<void> {
    if (!api.session || state.value.screen.name === 'over') return
    void pulse.beat()
    await entry.fetchExam().then((exam) => dispatch({ type: 'exam-polled', exam }), () => undefined)
  }

  async function showResult(): Promise<void> {
    const attempt = state.value.receipt?.attempt
    if (!attempt) return
    try {
      await config.loadResult?.()
      dispatch({ type: 'result', result: (await api.call('get', '/api/v1/attempts/{attempt}/result', { path: { attempt } })).data })
    } catch (e) {
      dispatch({ type: 'result-failed', fault: faultOf(e) })
    }
  }

  async function signOut(): Promise<void> {
    finish()
    await entry.dropSealed()
    await api.logout().catch(() => undefined) // the room's computer forgets the session either way
  }

  async function leave(): Promise<void> {
    await signOut()
    dispatch({ type: 'left' })
  }

  /** Back to the sign-in of somebody else. */
  async function startOver(): Promise<void> {
    await signOut()
    state.value = initial
    dispatch({ type: 'no-session' })
  }

  /** What is not durable, as a file to hand in; null where everything is, or nothing is open. */
  function saveFile(): { name: string; text: string } | null {
    outbox.endDrafts()
    const { exam, held } = state.value
    const w = work()
    const newest = held.reduce((max, h) => Math.max(max, h.epoch), 0)
    const epoch = w ? w.epoch : (newest as Epoch)
    const operations: Operation[] = w ? w.ledger.outbox.map((p) => p.op) : held.filter((h) => h.epoch === newest).map((h) => h.op)
    // Another window of this browser has taken over what this page held.
    const taken = w?.lease.kind === 'taken' && w.lease.by === 'tab'
    if (!exam || taken || operations.length === 0) return null
    const attempt = w?.attempt ?? (exam.attempt.id as AttemptId)
    return answersFile({ attempt, admission: exam.registration.admission, device: config.deviceLabel(), epoch, at: core.now(), operations })
  }

  return {
    state, start: entry.start, signIn: entry.signIn, retry: entry.retry, takeBack: entry.takeBack,
    confirmPerson: () => step({ type: 'person-confirmed' }), acceptRules: () => step({ type: 'rules-accepted' }),
    answer: outbox.answer, flag: outbox.flag, type: outbox.type, endDraft: outbox.endDraft, move,
    openCheck: () => { outbox.endDrafts(); dispatch({ type: 'check-opened' }) },
    leaveCheck: (slot: SlotNumber | null) => dispatch({ type: 'check-left', slot }),
    askSubmit: ending.askSubmit, confirmSubmit: ending.confirmSubmit, cancelSubmit: () => dispatch({ type: 'submit-cancelled' }),
    showResult, leaveResult: () => dispatch({ type: 'result-left' }), leave, startOver, saveFile,
    readBack: () => dispatch({ type: 'back-read' }), readChanged: () => dispatch({ type: 'changed-read' }),
    readReopened: () => dispatch({ type: 'reopened-read' }), readTookOver: () => dispatch({ type: 'took-over-read' }),
    /** Closing or reloading the page now would lose answers. */
    wouldLose: () => core.sendable()?.keeping === 'none' && (core.sendable()?.ledger.outbox.length ?? 0) > 0,
    languageChanged, onSignedOut: () => dispatch({ type: 'signed-out' }), onOnline, onOffline, onVisibility, flush: outbox.flush, beat: pulse.beat, live: pulse.live, spread: core.jitter,
    now: core.now, close: () => { finish(); tabs.close(); core.store().close() },
  }
}

export type Session = ReturnType<typeof createSession>
