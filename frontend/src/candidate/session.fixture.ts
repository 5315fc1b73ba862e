// One candidate's server, the disk of a browser and pages on it, with a clock of
// ours: what the tests of the session share. The server keeps the rules of the
// ledger from memory; `say` stands in the way of one kind of request.
import { afterEach, beforeEach, expect, vi } from 'vitest'
import type { Api } from '../shared/api'
import type { AttemptId, Epoch, SlotNumber } from '../shared/brand'
import { NetworkError, ProblemError, type ProblemType } from '../shared/problem'
import { ServerClock } from '../shared/time'
import type { CandidateExam, Operation, PaperSlot, Receipt, Response } from './contract'
import type { Papers } from './core'
import { createSession } from './session'
import type { Work } from './state'
import type { Claim, Held, Keeping, Lease, Store } from './store'

export const slot = (n: number) => n as SlotNumber
export const problem = (type: ProblemType, more = {}) => new ProblemError({ type: `urn:gongyuan:problem:${type}`, title: type, status: type === 'unauthenticated' ? 401 : 409, requestId: 'r', ...more })

/** A browser's disk that outlives pages. */
export class Disk {
  rows: Held[] = []
  known: Lease = { epoch: 0, asked: 0 }
  put: Held[] = []
  keeping: Keeping = 'kept'
  store(): Store {
    // eslint-disable-next-line @typescript-eslint/no-this-alias
    const disk = this
    return {
      get keeping() { return disk.keeping },
      asking: () => { const was = disk.known; disk.known = { ...was, asked: was.asked + 1 }; return Promise.resolve(was) },
      claim: (_: AttemptId, epoch: Epoch, decide: (held: readonly Held[], lease: Lease) => Claim) => {
        const claim = decide(disk.rows, disk.known)
        disk.rows = claim.reissue.map((op) => ({ epoch, op }))
        disk.put.push(...claim.aside)
        disk.known = { epoch, asked: 0 }
        return Promise.resolve(claim)
      },
      append: (_, epoch, op) => {
        if (disk.known.epoch > epoch) return Promise.resolve('fenced')
        if (disk.keeping === 'kept') disk.rows.push({ epoch, op })
        return Promise.resolve(disk.keeping)
      },
      forget: (_, epoch, upTo) => { disk.rows = disk.rows.filter((h) => h.epoch !== epoch || h.op.seq > upTo); return Promise.resolve() },
      held: () => Promise.resolve(disk.rows),
      aside: () => Promise.resolve(disk.put),
      lease: () => Promise.resolve(disk.known),
      close: () => undefined,
    }
  }
}

export const started = Date.parse('2026-11-22T01:00:00Z')
export const options = ['A', 'B', 'C', 'D'].map((letter) => ({ letter, text: letter }))

/** The server of one candidate. `say` stands in the way of one kind of request. */
export class Server {
  epoch = 0
  device = ''
  state: 'ready' | 'running' | 'paused' | 'closed' = 'running'
  pausedSince = 0
  paperKey: string | null = null
  sealedPaper: Uint8Array | null = null
  /** The streams that are open, by the epoch they were opened for. */
  streams: { epoch: number; push: (text: string) => void; end: () => void; fail: (e: unknown) => void }[] = []
  applied: Operation[] = []
  durable = true
  durableSeq = 0
  answers = new Map<number, Operation>()
  deadline = started + 90 * 60_000
  version = 1
  late = 0
  receipt: Receipt | null = null
  log: { verb: string; body: unknown; at: number; keepalive: boolean }[] = []
  say: Partial<Record<string, () => unknown>> = {}
  opens = started - 60_000
  opened = 0
  clockAhead = 0
  now() { return started + performance.now() + this.clockAhead }
  clock(explained: boolean) {
    const deadline = this.deadline + (this.pausedSince ? this.now() - this.pausedSince : 0)
    return { serverNow: new Date(this.now()).toISOString(), deadline: new Date(deadline).toISOString(), deadlineVersion: this.version, ...(this.pausedSince ? { pausedSince: new Date(this.pausedSince).toISOString() } : {}), ...(explained ? { explanation: `版本 ${this.version}` } : {}) }
  }

  exam(): CandidateExam {
    return {
      candidate: { name: '王甲', idMasked: '' },
      exam: { title: '', occupation: '', levelTitle: '', opens: new Date(this.opens).toISOString(), closes: new Date(started + 9e6).toISOString(), durationMinutes: 90, slotCount: 4, total: 100, state: 'open', sample: true, papersAhead: this.sealedPaper !== null },
      registration: { admission: 'A', room: '03', seat: '17', extraMinutes: 0 }, attempt: { id: 'att', state: this.state },
      mayStart: this.now() < this.opens ? 'not-yet' : this.state === 'closed' ? 'closed' : 'now', serverNow: new Date(this.now()).toISOString(),
    }
  }

  close(manner: Receipt['manner'] = 'deadline') {
    this.state = 'closed'
    this.receipt = { attempt: 'att', submittedAt: new Date(this.now()).toISOString(), manner, answered: this.answers.size, total: 4, code: 'c', late: 0 }
  }

  pause() { this.state = 'paused'; this.pausedSince = this.now(); this.version++; this.push() }
  resume() { this.deadline += this.now() - this.pausedSince; this.state = 'running'; this.pausedSince = 0; this.version++; this.push() }
  extend(ms: number) { this.deadline += ms; this.version++; this.push() }
  reopen() { this.state = 'running'; this.receipt = null; this.deadline = this.now() + 600_000; this.version++; this.push() }
  push() { for (const s of this.streams) s.push(`event: beat\ndata: ${JSON.stringify({ state: this.state, clock: this.clock(true) })}\n\n`) }

  handle(verb: string, body: unknown): [number, unknown] {
    switch (verb) {
      case 'exam': return [200, this.exam()]
      case 'enter': {
        const { deviceId, hasSealedPaper } = body as { deviceId: string; hasSealedPaper: boolean }
        if (this.state === 'closed') throw problem('attempt-closed')
        const previous = this.epoch > 0 ? { epoch: this.epoch, sameDevice: this.device === deviceId, label: 'x' } : undefined
        if (this.state === 'ready') this.state = 'running'
        for (const s of this.streams) s.push(`event: taken-over\ndata: ${JSON.stringify(problem('taken-over', { device: '备用机' }).problem)}\n\n`)
        this.epoch++
        this.device = deviceId
        this.applied = []
        this.durableSeq = 0
        const paperSlot = (n: number): PaperSlot => ({ number: n, section: 0, type: n === 4 ? 'D' : 'B', points: 50, stem: '', options, blanks: 0 })
        const paper = { sections: [{ type: 'B', count: 4, points: 50, rule: 'all-or-nothing' }], slots: [1, 2, 3, 4].map(paperSlot) }
        return [200, { attempt: 'att', epoch: this.epoch, ...(hasSealedPaper && this.paperKey ? { paperKey: this.paperKey } : { paper }), answers: [...this.answers.values()].map((op) => ({ slot: op.slot, response: op.response, flagged: op.flagged })), previous, clock: this.clock(true) }]
      }
      case 'ops': {
        const { epoch, ops } = body as { epoch: number; ops: Operation[] }
        if (epoch !== this.epoch) throw problem('taken-over', { device: '备用机' })
        const fresh = ops.filter((op) => op.seq > this.applied.length)
        if (this.state === 'closed' || (this.state === 'running' && this.now() > this.deadline + 3_000)) {
          this.late += fresh.length
          throw problem(this.state === 'closed' ? 'attempt-closed' : 'after-deadline', { lateKept: fresh.length })
        }
        if ((ops[0]?.seq ?? 1) > this.applied.length + 1) throw problem('seq-gap', { expectedSeq: this.applied.length + 1 })
        for (const op of fresh) { this.applied.push(op); this.answers.set(op.slot, op) }
        if (this.durable) this.durableSeq = this.applied.length
        return [this.durable ? 200 : 202, { appliedSeq: this.applied.length, durableSeq: this.durableSeq, clock: this.clock(false) }]
      }
      case 'beat':
        if ((body as { epoch: number }).epoch !== this.epoch) throw problem('taken-over', { device: '备用机' })
        return [200, { state: this.state, clock: this.clock(true) }]
      case 'submit':
        if ((body as { lastSeq: number }).lastSeq > this.applied.length) throw problem('seq-gap', { expectedSeq: this.applied.length + 1 })
        this.close('candidate')
        return [200, this.receipt]
      case 'receipt':
        if (this.state !== 'closed' && this.now() > this.deadline + 3_000) this.close()
        if (!this.receipt) throw problem('not-submitted')
        return [200, { ...this.receipt, late: this.late }]
      default: throw problem('not-found')
    }
  }

  api(): Api {
    const session = { accessToken: '', expiresAt: '', serverNow: '', audience: 'candidate' as const, subject: 'me', name: '', roles: [] }
    const call = async (_method: string, path: string, args: { body?: unknown; keepalive?: boolean }) => {
      const verb = path.split('/').pop() ?? ''
      const sentAt = performance.now()
      this.log.push({ verb, body: args.body, at: sentAt, keepalive: args.keepalive === true })
      await new Promise((r) => setTimeout(r, 20))
      const failure = this.say[verb]?.()
      if (failure instanceof Error) throw failure
      const [status, data] = this.handle(verb, args.body)
      await new Promise((r) => setTimeout(r, 20))
      const lost = this.say[`${verb} answered`]?.()
      if (lost instanceof Error) throw lost
      return { status, data, sentAt, receivedAt: performance.now() }
    }
    const stream = (_path: string, args: { query: { epoch: number }; signal: AbortSignal }, onText: (text: string) => void) => {
      const refused = this.say.events?.()
      if (refused instanceof Error) return Promise.reject(refused)
      return new Promise<void>((resolve, reject) => {
        const mine = { epoch: args.query.epoch, push: onText, end: resolve as () => void, fail: reject as (e: unknown) => void }
        this.streams.push(mine)
        this.opened++
        const gone = () => { this.streams = this.streams.filter((s) => s !== mine) }
        args.signal.addEventListener('abort', () => { gone(); reject(new NetworkError('unreachable')) })
        mine.end = () => { gone(); resolve() }
        mine.fail = (e) => { gone(); reject(e as Error) }
        onText(': alive\n\n')
        if (args.query.epoch === this.epoch) onText(`event: beat\ndata: ${JSON.stringify({ state: this.state, clock: this.clock(true) })}\n\n`)
      })
    }
    const bytes = async () => {
      this.log.push({ verb: 'sealed-paper', body: null, at: performance.now(), keepalive: false })
      await new Promise((r) => setTimeout(r, 20))
      const failure = this.say['sealed-paper']?.()
      if (failure instanceof Error || !this.sealedPaper) throw failure ?? problem('not-found')
      return this.sealedPaper.slice().buffer
    }
    return { call, stream, bytes, refresh: () => Promise.resolve(session), session, loginCandidate: () => Promise.resolve(session), loginStaff: () => Promise.resolve(session), logout: () => Promise.resolve() } as unknown as Api
  }
}

export let server: Server
export let disk: Disk
export let isOnline = true
export let keptPaper: Uint8Array | null = null
const papers: Papers = {
  keep: (_, bytes) => { keptPaper = bytes; return Promise.resolve() },
  kept: () => Promise.resolve(keptPaper),
  drop: () => { keptPaper = null; return Promise.resolve() },
}
let pages: ReturnType<typeof createSession>[] = []
beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance', 'Date'] })
  vi.stubGlobal('localStorage', { getItem: () => null, setItem: () => undefined })
  server = new Server()
  disk = new Disk()
  isOnline = true
  keptPaper = null
  pages = []
})
afterEach(() => {
  for (const p of pages) p.close()
  vi.useRealTimers()
  vi.unstubAllGlobals()
})

export function newPage() {
  const p = createSession({ api: server.api(), clock: new ServerClock(() => performance.now()), openStore: () => Promise.resolve(disk.store()), deviceLabel: () => '本机', random: () => 0.5, online: () => isOnline, papers })
  pages.push(p)
  return p
}
export const pass = (ms: number) => vi.advanceTimersByTimeAsync(ms)
/** Lets a request under way come to its end: the clock is ours. */
export async function done<T>(work: Promise<T>): Promise<T> {
  await pass(200)
  return work
}
export const choice = (letter: string): Response => ({ choice: [letter] })
export async function inExam() {
  const p = newPage()
  await done(p.start())
  if (p.state.value.screen.name === 'person') p.confirmPerson()
  await pass(200)
  expect(p.state.value.screen.name).toBe('exam')
  return p
}
export function work(p: ReturnType<typeof newPage>): Work {
  const w = p.state.value.work
  if (!w) throw new Error('no work')
  return w
}
export const sends = () => server.log.filter((r) => r.verb === 'ops')
export const count = (verb: string) => server.log.filter((r) => r.verb === verb).length

/** Another server and another browser, for a test that has several. */
export function startAgain(): void {
  server = new Server()
  disk = new Disk()
}
