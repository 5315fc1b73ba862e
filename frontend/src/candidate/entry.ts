// Coming in: signing in, the wait for the start, the sealed paper that travels
// ahead of it, and entering, for the first time or anew.
import { picturesAt } from '../shared/rich'
import type { AttemptId, Epoch, ServerMs, SlotNumber } from '../shared/brand'
import { ProblemError, typeOf } from '../shared/problem'
import type { CandidateExam, Entered, Paper } from './contract'
import { faultOf, type Core } from './core'
import { backoff, merged, openLedger, takeUp } from './ledger'
import { grantLarge } from './prefs'
import { canUnseal, fetchAfter, unseal } from './sealed'
import type { Fault, Work } from './state'
import { deviceId, recall, type Claim, type Held, type Tabs } from './store'

const pollEvery = 15_000

export interface EntryCalls {
  tabs(): Tabs
  /** The paper is here and the clock runs. */
  entered(): void
  collect(): void
  /** Somebody signed in again on an open exam, whose it is. */
  signedInAgain(): void
}

export function createEntry(core: Core, calls: EntryCalls) {
  const { api, clock, timers, dispatch, work } = core
  const screen = () => core.state.value.screen.name
  let subject: string | null = null

  async function start(): Promise<void> {
    await core.openStore()
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
    timers.after('open', backoff(++openings, core.random()), () => { if (screen() === 'opening') void start() })
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
    calls.signedInAgain()
  }

  async function loadExam(restored: boolean): Promise<void> {
    try {
      const exam = await fetchExam()
      subject = api.session?.subject ?? null
      const mine = exam.attempt.id === '' ? null : await core.store().lease(exam.attempt.id as AttemptId)
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
    const { largeText, admission } = reply.data.registration
    grantLarge(largeText ? admission : '')
    return reply.data
  }

  /** Does what the screen that was just reached calls for. */
  function follow(): void {
    const s = core.state.value
    if (s.screen.name === 'entering' && !s.screen.fault) void enter()
    else if (s.screen.name === 'closing') calls.collect()
    else if (s.screen.name === 'waiting' || s.screen.name === 'stopped' || s.screen.name === 'rules' || s.screen.name === 'person') schedulePoll()
    if (s.screen.name === 'waiting') planSealed()
  }

  /** Every 15 s, and within the first two seconds after the opening: not all in the same instant. */
  function schedulePoll(): void {
    const exam = core.state.value.exam
    if (!exam) return
    const opening = Date.parse(exam.exam.opens) - core.now()
    const regular = core.jitter(pollEvery)
    timers.after('poll', opening > 0 && opening < regular ? opening + core.random() * 2_000 : regular, () => { void poll() })
  }

  async function poll(): Promise<void> {
    const name = screen()
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

  // ---- the sealed paper ----

  /** The sealed paper of the attempt, once it is here; the attempt alone while it is on its way. */
  let ahead: { attempt: AttemptId; bytes: Uint8Array | null } | null = null

  function planSealed(): void {
    const exam = core.state.value.exam
    const attempt = exam?.attempt.id as AttemptId | undefined
    if (!exam?.exam.papersAhead || !attempt || !canUnseal() || ahead?.attempt === attempt) return
    ahead = { attempt, bytes: null }
    const untilOpen = Date.parse(exam.exam.opens) - core.now()
    timers.after('sealed', fetchAfter(untilOpen, core.random()), () => { void fetchSealed(attempt) })
  }

  async function fetchSealed(attempt: AttemptId): Promise<void> {
    const kept = await core.papers.kept(attempt)
    if (kept) {
      ahead = { attempt, bytes: kept }
      return
    }
    try {
      const bytes = new Uint8Array(await api.bytes('/api/v1/attempts/{attempt}/sealed-paper', { path: { attempt }, timeoutMs: 60_000 }))
      ahead = { attempt, bytes }
      await core.papers.keep(attempt, bytes)
    } catch {
      ahead = null // the next look at the waiting page plans it again; else the paper comes plain
    }
  }

  async function sealedFor(attempt: AttemptId): Promise<Uint8Array | null> {
    if (!core.state.value.exam?.exam.papersAhead || !canUnseal()) return null
    return ahead?.attempt === attempt && ahead.bytes ? ahead.bytes : core.papers.kept(attempt)
  }

  async function dropSealed(): Promise<void> {
    ahead = null
    await core.papers.drop()
  }

  // ---- entering ----

  let entries = 0
  let entering = false
  let anew = false

  /** Enters, and tries again by itself. Nothing happens while an entry is under way. */
  async function enter(): Promise<void> {
    if (entering) return
    entering = true
    timers.cancel('enter')
    const attempt = core.state.value.exam?.attempt.id as AttemptId | undefined
    dispatch({ type: 'entering' })
    await (attempt ? enterOnce(attempt) : Promise.resolve()).catch(enterFailed).finally(() => { entering = false })
  }

  /** Staff opened the attempt again. */
  function enterAnew(): void {
    anew = true
    void enter()
  }

  /** Takes the exam back to this page, which stays as it is if that fails. */
  async function takeBack(): Promise<Fault | null> {
    const attempt = work()?.attempt
    if (entering || !attempt) return null
    entering = true
    try {
      await enterOnce(attempt)
      return null
    } catch (e) {
      return faultOf(e)
    } finally {
      entering = false
    }
  }

  async function enterOnce(attempt: AttemptId): Promise<void> {
    const sealed = await sealedFor(attempt)
    let entered = await askToEnter(attempt, sealed !== null)
    const from = entered.previous
    let paper = entered.paper ?? null
    if (!paper && sealed && entered.paperKey) paper = await unseal(sealed, entered.paperKey, attempt).catch(() => null)
    if (!paper) {
      // Whatever is wrong with what travelled ahead, the paper itself is not lost.
      await dropSealed()
      entered = await askToEnter(attempt, false)
      if (!entered.paper) throw new Error('no paper came with the entry')
      paper = entered.paper
    }
    entries = 0
    await begin(attempt, entered, paper, from)
  }

  async function askToEnter(attempt: AttemptId, hasSealedPaper: boolean): Promise<Entered> {
    await core.store().asking(attempt)
    const reply = await api.call('post', '/api/v1/attempts/{attempt}/enter', {
      path: { attempt }, body: { deviceId: deviceId(), deviceLabel: core.deviceLabel(), rulesAccepted: true, hasSealedPaper, ...core.proof?.(true) }, timeoutMs: 30_000,
    })
    clock.sync(reply.data.clock.serverNow, reply.sentAt, reply.receivedAt)
    return reply.data
  }

  /** Opens the work of the new epoch with what this browser and this page still hold. */
  async function begin(attempt: AttemptId, entered: Entered, paper: Paper, from: Entered['previous']): Promise<void> {
    const epoch = entered.epoch as Epoch
    calls.tabs().announce(attempt, epoch)
    const before = work()
    const carried: Held[] = before?.attempt === attempt ? before.ledger.outbox.map(({ op }) => ({ epoch: before.epoch, op })) : []
    const at = Date.parse(entered.clock.serverNow) as ServerMs
    const fresh = openLedger(epoch, entered.answers, at)
    let ledger = fresh
    const claim = await core.store().claim(attempt, epoch, (held, lease): Claim => {
      const taken = takeUp(fresh, merged(held, carried), lease, entered.previous)
      ledger = taken.ledger
      return taken.claim
    })
    const deadline = { at: Date.parse(entered.clock.deadline) as ServerMs, version: entered.clock.deadlineVersion, explanation: entered.clock.explanation ?? '' }
    const since = entered.clock.pausedSince ? (Date.parse(entered.clock.pausedSince) as ServerMs) : null
    const next: Work = {
      attempt, epoch, paper, ledger, drafts: new Map(), deadline, heardAt: at,
      pause: since === null ? null : { since, left: deadline.at - at },
      changed: null, reopened: anew, link: 'up', away: false, heldUp: 0, back: 0, lease: { kind: 'mine' }, keeping: core.store().keeping,
      signedIn: true, submit: 'idle', notSubmitted: false, aside: claim.aside.length,
      // Whoever took it back knows where it was.
      tookOver: from && !from.sameDevice && !before ? { from: from.label } : null,
      position: placeOf(attempt, paper),
    }
    anew = false
    dispatch({ type: 'entered', work: next })
    // Pictures are fetched now: paging between questions never loads.
    JSON.stringify(paper).replace(/\[img:(\w+)/g, (_, id) => (new Image().src = picturesAt + id))
    calls.entered()
  }

  function placeOf(attempt: AttemptId, paper: Paper): SlotNumber {
    const place = Number(recall(`place.${attempt}`))
    return (paper.slots.some((x) => x.number === place) ? place : paper.slots[0]?.number ?? 1) as SlotNumber
  }

  function enterFailed(e: unknown): void {
    const type = typeOf(e)
    if (type === 'unauthenticated') {
      dispatch({ type: 'no-session' })
      return
    }
    dispatch({ type: 'enter-failed', fault: faultOf(e) })
    if (screen() === 'entering') {
      // Nobody has to press a button because the room starts at the same second.
      if (!(e instanceof ProblemError) || type === 'busy' || type === 'unavailable' || type === 'internal') {
        timers.after('enter', backoff(++entries, core.random()), () => { if (screen() === 'entering') void enter() })
      }
      return
    }
    follow()
  }

  function retry(): void {
    if (screen() === 'opening') void start()
    else if (screen() === 'entering') void enter()
    else if (screen() === 'stopped' || screen() === 'waiting') void poll()
  }

  return { start, signIn, fetchExam, follow, retry, enterAnew, takeBack, dropSealed }
}
