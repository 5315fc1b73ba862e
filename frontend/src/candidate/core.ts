// What the parts of a session share: the state and who may change it, the
// clocks, the timers, the server, the browser's store.
import { shallowRef, type ShallowRef } from 'vue'
import type { Api } from '../shared/api'
import type { ServerMs } from '../shared/brand'
import { NetworkError, ProblemError } from '../shared/problem'
import type { ServerClock } from '../shared/time'
import { initial, reduce, type Event, type Fault, type State, type Work } from './state'
import { dropPapers, keepPaper, keptPaper, type Store } from './store'
import { createTimers, type Timers } from './timers'

/** Where the sealed paper is kept over a reload. */
export interface Papers {
  keep: typeof keepPaper
  kept: typeof keptPaper
  drop: typeof dropPapers
}

export interface SessionConfig {
  api: Api
  clock: ServerClock
  openStore: () => Promise<Store>
  /** What the page that is taken over will read about this computer. */
  deviceLabel: () => string
  steady?: () => number
  random?: () => number
  online?: () => boolean
  papers?: Papers
  /** The stream says that there is something of the room to read. */
  noticed?: (data: string) => void
  /** Brings the screen of the result, which is loaded only when it is asked for. */
  loadResult?: () => Promise<unknown>
  /** What the page shows for itself, with an entry or with a beat. */
  proof?: (entering: boolean) => object | undefined
}

export interface Core {
  readonly api: Api
  readonly clock: ServerClock
  readonly state: ShallowRef<State>
  readonly timers: Timers
  readonly papers: Papers
  readonly deviceLabel: () => string
  readonly noticed: SessionConfig['noticed']
  readonly proof: SessionConfig['proof']
  dispatch(event: Event): void
  work(): Work | null
  /** The work, if this page may save: its lease and its session hold and there is no receipt. */
  sendable(): Work | null
  now(): ServerMs
  steady(): number
  random(): number
  /** About so many milliseconds, never in step with the other pages of the room. */
  jitter(ms: number): number
  online(): boolean
  openStore(): Promise<void>
  store(): Store
}

/** A link that is broken for so long is away. */
const awayAfter = 60_000

export function createCore(config: SessionConfig): Core {
  const state: ShallowRef<State> = shallowRef(initial)
  const timers = createTimers()
  const random = config.random ?? Math.random
  const online = config.online ?? (() => navigator.onLine)
  let store: Store | null = null

  function dispatch(event: Event): void {
    const before = state.value
    const next = reduce(before, event)
    if (next === before) return
    state.value = next
    const broken = next.work !== null && next.work.link !== 'up'
    if (!broken) timers.cancel('away')
    else if (!next.work?.away && !timers.has('away')) timers.after('away', awayAfter, () => dispatch({ type: 'away' }))
  }

  return {
    noticed: config.noticed, proof: config.proof, api: config.api, clock: config.clock, state, timers, dispatch, random, online, deviceLabel: config.deviceLabel,
    papers: config.papers ?? { keep: keepPaper, kept: keptPaper, drop: dropPapers },
    work: () => state.value.work,
    sendable: () => {
      const w = state.value.work
      return w && w.lease.kind === 'mine' && w.signedIn && state.value.receipt === null ? w : null
    },
    now: () => config.clock.now(),
    steady: config.steady ?? (() => performance.now()),
    jitter: (ms) => ms * (0.85 + random() * 0.3),
    openStore: async () => { store ??= await config.openStore() },
    store: () => {
      if (!store) throw new Error('the store is opened by start')
      return store
    },
  }
}

export function faultOf(e: unknown): Fault {
  if (e instanceof ProblemError) {
    const p = e.problem
    return { kind: 'problem', type: e.type, title: p.title, detail: p.detail ?? '', requestId: p.requestId ?? '', retryAfterSeconds: p.retryAfterSeconds ?? null }
  }
  return { kind: 'network', reason: e instanceof NetworkError ? e.reason : 'unreachable' }
}

/** The other computer, as a refusal of `taken-over` names it. */
export function deviceOf(e: unknown): string {
  return e instanceof ProblemError ? e.problem.device ?? '' : ''
}
