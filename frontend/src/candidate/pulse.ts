// How the page knows the time and that the server is there: heartbeats each
// 15 s, the stream of pushed beats, and the clock that runs out. A push and the
// answer to a heartbeat say the same and are taken the same way.
import type { Epoch } from '../shared/brand'
import { NetworkError, problemType, typeOf } from '../shared/problem'
import { createEventParser } from '../shared/sse'
import type { Beat, Clock, Problem } from './contract'
import { deviceOf, type Core } from './core'
import type { Outbox } from './outbox'
import { ended, type Work } from './state'

const beatEvery = 15_000
/** The server writes a line each 15 s; a stream without a byte for so long is dead. */
const streamSilence = 40_000
/** A stream that lived for so long did not break at once. */
const streamLived = 30_000
const streamWaitMost = 30_000
const lastMinute = 60_000

export interface PulseCalls {
  taken(device: string): void
  /** The time is up here, or, with `closed`, the server says that the attempt has ended. */
  timeUp(closed: boolean): void
  /** A beat of an attempt that goes on reached a page that took it for ended. */
  goesOn(beat: Beat): void
}

export function createPulse(core: Core, outbox: Pick<Outbox, 'plan' | 'endDrafts' | 'linkAfter' | 'reached' | 'hurry'>, calls: PulseCalls) {
  const { api, timers, dispatch, work, steady } = core

  /** Takes the clock of an answer, measured by its round trip. */
  function heard(c: Clock, sentAt: number, receivedAt: number): void {
    core.clock.sync(c.serverNow, sentAt, receivedAt)
    told(c)
  }

  function told(c: Clock): void {
    outbox.reached()
    const before = work()
    dispatch({ type: 'clock', clock: c })
    const after = work()
    // What was typed when the clock was stopped counts and goes out.
    if (!before?.pause && after?.pause) outbox.endDrafts()
    // A save brings a new deadline without its sentence.
    if (!c.explanation && before?.deadline.version !== after?.deadline.version) void beat()
    tick()
  }

  /** What a beat means, whether it was asked for or pushed. */
  function apply(b: Beat): void {
    if (b.state === 'closed') {
      if (ended(core.state.value)) return
      outbox.endDrafts()
      calls.timeUp(true)
    } else if (ended(core.state.value)) calls.goesOn(b)
  }

  // ---- heartbeats ----

  function scheduleBeat(): void {
    timers.after('beat', core.jitter(beatEvery), () => { void beat() })
  }

  async function beat(): Promise<void> {
    const w = core.sendable()
    if (!w) return
    scheduleBeat()
    try {
      const reply = await askBeat(w)
      if (work()?.epoch !== w.epoch) return
      heard(reply.data.clock, reply.sentAt, reply.receivedAt)
      linkUp()
      apply(reply.data)
    } catch (e) {
      if (work()?.epoch !== w.epoch) return
      if (typeOf(e) === 'taken-over') calls.taken(deviceOf(e))
      else if (typeOf(e) === 'unauthenticated') dispatch({ type: 'signed-out' })
      else if (e instanceof NetworkError) dispatch({ type: 'link', link: outbox.linkAfter(e) })
    }
  }

  const askBeat = (w: Work) =>
    api.call('post', '/api/v1/attempts/{attempt}/beat', { path: { attempt: w.attempt }, body: { epoch: w.epoch, ...core.proof?.(false) }, timeoutMs: 10_000 })

  function linkUp(): void {
    const w = work()
    if (!w || w.link === 'up') return
    dispatch({ type: 'link', link: 'up' })
    outbox.hurry(core.random() * 1_000)
    outbox.plan()
  }

  // ---- the stream ----

  let stream: { epoch: Epoch; abort: AbortController; heardAt: number } | null = null
  let breaks = 0

  /** Opens the stream of this epoch, unless it is open. It stays open on the receipt: the attempt may be opened again. */
  function listen(): void {
    const w = work()
    if (!w || w.lease.kind === 'taken' || !w.signedIn) return
    if (stream?.epoch === w.epoch) return
    hangUp()
    const mine = { epoch: w.epoch, abort: new AbortController(), heardAt: -Infinity }
    stream = mine
    void read(w, mine).then(() => {
      if (stream !== mine) return
      stream = null
      timers.after('stream', 500 + core.random() * Math.min(streamWaitMost, 1_000 * 2 ** breaks++), listen)
    })
  }

  async function read(w: Work, mine: { abort: AbortController; heardAt: number }): Promise<void> {
    const opened = steady()
    const parse = createEventParser(({ name, data }) => {
      if (!mine.abort.signal.aborted && work()?.epoch === w.epoch) pushed(name, data)
    })
    const onText = (piece: string) => {
      mine.heardAt = steady()
      if (mine.heardAt - opened > streamLived) breaks = 0
      parse(piece)
    }
    try {
      await api.stream('/api/v1/attempts/{attempt}/events', { path: { attempt: w.attempt }, query: { epoch: w.epoch }, signal: mine.abort.signal, timeoutMs: streamSilence }, onText)
    } catch (e) {
      // All else the heartbeats find out.
      if (typeOf(e) === 'taken-over' && !mine.abort.signal.aborted) calls.taken(deviceOf(e))
    }
  }

  function pushed(name: string, data: string): void {
    if (name === 'notice') core.noticed?.(data)
    if (name !== 'beat' && name !== 'taken-over') return
    let value: unknown
    try {
      value = JSON.parse(data)
    } catch {
      return // the next heartbeat says it again
    }
    if (name === 'taken-over') {
      // The same event tells of other ends of the stream; those the heartbeats find out.
      if (problemType((value as Problem).type) === 'taken-over') calls.taken((value as Problem).device ?? '')
      return
    }
    const b = value as Beat
    // How long it was on its way is not known, so that it sets no clock.
    told(b.clock)
    linkUp()
    apply(b)
  }

  function hangUp(): void {
    timers.cancel('stream')
    const open = stream
    stream = null
    open?.abort.abort()
  }

  /** Whether pushes reach this page. */
  const live = () => stream !== null && steady() - stream.heardAt < streamSilence

  // ---- the deadline ----

  function tick(): void {
    const w = work()
    if (!w || w.lease.kind === 'taken' || ended(core.state.value)) return
    timers.cancel('tick')
    if (w.pause) return // it goes on with the next clock
    const left = w.deadline.at - core.now()
    if (left <= 0) {
      outbox.endDrafts()
      calls.timeUp(false)
      return
    }
    // Long timers are cut short: the clock may be set right meanwhile.
    timers.after('tick', Math.min(left, 1_000), tick)
    if (left < lastMinute && w.ledger.flight === null) outbox.plan()
  }

  return { heard, beat, askBeat, scheduleBeat, listen, hangUp, live, tick, apply }
}

export type Pulse = ReturnType<typeof createPulse>
