// The sending part of the ledger: what is written lies first in the browser's
// store, then goes to the server, and stays here until the server calls it
// durable. Where the browser keeps nothing, this page's memory is all there is,
// and the page says so.
import type { SlotNumber } from '../shared/brand'
import { NetworkError, ProblemError, typeOf } from '../shared/problem'
import type { Operation, Response, Clock } from './contract'
import { deviceOf, type Core } from './core'
import { backoff, dueAt, nextBatch } from './ledger'
import { ended, leftOf, type Link, type Work } from './state'
import type { ServerMs } from '../shared/brand'

/** A pause in typing of this length makes an operation; so does typing for so long without one. */
const typingPause = 800
const typingLimit = 4_000
const lastMinute = 60_000

/** What the outbox sets off elsewhere. */
export interface OutboxCalls {
  /** The server answered, and told the time. */
  heard(clock: Clock, sentAt: number, receivedAt: number): void
  /** A save arrived: it stands for a heartbeat. */
  saved(): void
  taken(device: string): void
  takenByTab(): void
  /** The attempt is over for the server: the save came after the deadline, or after the end. */
  over(closed: boolean): void
  /** Everything that may be sent is sent. */
  idle(): void
}

export function createOutbox(core: Core, calls: OutboxCalls) {
  const { api, timers, dispatch, work, steady } = core
  const pace = { lastChange: 0, firstChange: 0, notBefore: 0 }
  const storing = new Set<string>()
  const typing = new Map<SlotNumber, number>()
  let gaps = 0
  let unreached = 0

  // ---- writing ----

  function answer(slot: SlotNumber, response: Response): void {
    dispatch({ type: 'answered', slot, response, at: core.now() })
    written()
  }

  function flag(slot: SlotNumber, flagged: boolean): void {
    dispatch({ type: 'flagged', slot, flagged, at: core.now() })
    written()
  }

  function type(slot: SlotNumber, text: readonly string[]): void {
    dispatch({ type: 'typed', slot, text })
    if (!work()?.drafts.has(slot)) return
    const began = typing.get(slot) ?? steady()
    typing.set(slot, began)
    const wait = Math.min(typingPause, began + typingLimit - steady())
    timers.after(`draft.${slot}`, inLastMinute() ? Math.min(wait, 300) : wait, () => endDraft(slot))
  }

  function endDraft(slot: SlotNumber): void {
    timers.cancel(`draft.${slot}`)
    typing.delete(slot)
    dispatch({ type: 'draft-done', slot, at: core.now() })
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
      const id = `${w.epoch}:${op.seq}`
      if (kept || storing.has(id)) continue
      storing.add(id)
      const at = steady()
      pace.lastChange = at
      pace.firstChange ||= at
      void core.store().append(w.attempt, w.epoch, op).then((result) => {
        storing.delete(id)
        // The page may have entered anew meanwhile, and counts from 1 again.
        if (work()?.epoch !== w.epoch) return
        if (result === 'fenced') {
          calls.takenByTab()
          return
        }
        dispatch({ type: 'kept', seqs: [op.seq], keeping: result })
        plan()
      })
    }
  }

  // ---- sending ----

  function inLastMinute(): boolean {
    const w = work()
    return w !== null && leftOf(w, core.now()) < lastMinute
  }

  function plan(): void {
    timers.cancel('send')
    const w = core.sendable()
    if (!w || w.ledger.flight !== null) return
    if (nextBatch(w.ledger).length === 0) {
      calls.idle()
      return
    }
    const urgent = inLastMinute() || w.pause !== null || w.submit === 'waiting' || ended(core.state.value) || pace.firstChange === 0
    timers.after('send', dueAt({ ...pace, urgent }) - steady(), () => { void send() })
  }

  async function send(): Promise<void> {
    const w = core.sendable()
    if (!w || w.ledger.flight !== null) return
    const batch = nextBatch(w.ledger)
    if (batch.length === 0) return
    pace.firstChange = 0
    dispatch({ type: 'sent', last: lastOf(batch) })
    await deliver(w, batch, false)
    plan()
  }

  async function deliver(w: Work, batch: Operation[], keepalive: boolean): Promise<void> {
    try {
      const reply = await api.call('post', '/api/v1/attempts/{attempt}/ops', { path: { attempt: w.attempt }, body: { epoch: w.epoch, ops: batch }, keepalive })
      if (work()?.epoch !== w.epoch) return
      const saved = reply.data
      unreached = 0
      calls.heard(saved.clock, reply.sentAt, reply.receivedAt)
      dispatch({ type: 'saved', appliedSeq: saved.appliedSeq, durableSeq: saved.durableSeq, at: Date.parse(saved.clock.serverNow) as ServerMs })
      calls.saved()
      pace.notBefore = reply.status === 202 ? steady() + 1_000 : 0
      gaps = 0
      const durable = work()?.ledger.durableSeq ?? 0
      if (durable > 0) void core.store().forget(w.attempt, w.epoch, durable)
    } catch (e) {
      if (work()?.epoch === w.epoch) saveFailed(batch, e, keepalive)
    }
  }

  function saveFailed(batch: readonly Operation[], e: unknown, keepalive: boolean): void {
    const problem = e instanceof ProblemError ? e.problem : null
    const first = batch[0]?.seq ?? 1
    switch (typeOf(e)) {
      case 'seq-gap':
        dispatch({ type: 'gap', expectedSeq: problem?.expectedSeq ?? first })
        pace.notBefore = ++gaps > 2 ? steady() + backoff(gaps - 2, core.random()) : 0
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
        calls.taken(deviceOf(e))
        return
      case 'attempt-closed':
      case 'after-deadline':
        dispatch({ type: 'set-aside', last: lastOf(batch) })
        calls.over(typeOf(e) === 'attempt-closed')
        return
      case 'unauthenticated':
        dispatch({ type: 'save-failed', link: work()?.link ?? 'up' })
        // A request that outlives the page carries an old token: the next one renews it.
        if (!keepalive) dispatch({ type: 'signed-out' })
        return
      default: {
        dispatch({ type: 'save-failed', link: linkAfter(e) })
        const wait = backoff(work()?.ledger.failures ?? 1, core.random())
        // A whole room may have been told the same second.
        const told = (problem?.retryAfterSeconds ?? 0) * 1_000 * (1 + core.random() / 2)
        pace.notBefore = steady() + Math.max(wait, told)
      }
    }
  }

  /** One connection that breaks is a hiccup; two, or the browser's own word, are a cut. */
  function linkAfter(e: unknown): Link {
    if (!core.online()) return 'offline'
    if (!(e instanceof NetworkError)) {
      unreached = 0
      return 'failing'
    }
    unreached++
    return e.reason === 'unreachable' && unreached >= 2 ? 'offline' : 'failing'
  }

  /**
   * Whatever is still here goes out at once, with the page perhaps on its way
   * out. One batch: browsers let 64 KiB outlive a page, the server takes 32.
   */
  function flush(): void {
    const w = core.sendable()
    if (!w || ended(core.state.value)) return
    endDrafts()
    const latest = work()
    if (!latest) return
    const batch = nextBatch(latest.ledger, true)
    if (batch.length > 0) void deliver(latest, batch, true).then(plan)
  }

  return {
    answer, flag, type, endDraft, endDrafts, written, plan, send, flush, linkAfter, inLastMinute,
    /** The server answered something: the link is not cut. */
    reached: () => { unreached = 0 },
    /** Nothing holds the next request back any more, save `ms`. */
    hurry: (ms = 0) => { pace.notBefore = ms === 0 ? 0 : Math.min(pace.notBefore || Infinity, steady() + ms) },
    /** A new epoch begins with nothing written by hand. */
    restart: () => { pace.lastChange = pace.firstChange = pace.notBefore = gaps = 0; typing.clear() },
  }
}

export type Outbox = ReturnType<typeof createOutbox>

export const lastOf = (batch: readonly Operation[]) => batch[batch.length - 1]?.seq ?? 0
