import { markRaw, shallowReactive } from 'vue'
import { NetworkError, ProblemError, typeOf } from '../../../shared/problem'
import type { Draft } from './journal'
import { begin, draftOf, reduce, unsent, type Event, type SheetState } from './state'
import type { Keep, Keeping } from './store'
import { isStation } from './station'
import type { Kind, Score, ScoreChange, Sheet, TaskList } from './types'

/** Names one sheet of the examiner: a sitting, a component, a draw number. */
export interface SheetKey { sitting: string; kind: Kind; draw: string }

/** What a sheet's page shows besides the marks, kept for work without a network. */
export interface Board { title: string; levelTitle: string; list: TaskList; at: number }

export interface Server {
  score(key: SheetKey): Promise<Score>
  save(key: SheetKey, body: ScoreChange): Promise<Score>
  lock(key: SheetKey, version: number): Promise<Score>
}

export interface OutboxConfig {
  person: string
  keep: Keep
  server: Server
  /** Runs `work` later and returns what calls it off. */
  later?: (work: () => void, ms: number) => () => void
}

/** A change is sent this long after the last one before it. */
const settle = 400
/** Waiting times between tries while nothing answers. */
const tries = [1_000, 2_000, 4_000, 8_000, 15_000]

interface Entry { state: SheetState; keeping: Keeping; stop: (() => void) | null; failed: number; busy: boolean; writing: Promise<unknown> }

interface KeptDraft { sheet: Sheet; draft: Draft }

/**
 * Every sheet that this examiner has on this device, and what sends it. It
 * outlives the pages: what was entered goes out while another candidate is
 * scored. What is shown in `entries` changes as it goes.
 */
export class Outbox {
  /** By `nameOf`. */
  readonly entries = shallowReactive(new Map<string, { state: SheetState; keeping: Keeping }>())
  private readonly own = new Map<string, Entry>()
  private readonly later: NonNullable<OutboxConfig['later']>
  private over = false

  constructor(private readonly config: OutboxConfig) {
    this.later = config.later ?? ((work, ms) => {
      const timer = setTimeout(work, ms)
      return () => { clearTimeout(timer) }
    })
  }

  get keeping(): Keeping { return this.config.keep.keeping }

  /** Takes up everything that an earlier page left unsent. */
  async resume(): Promise<void> {
    for (const [key, value] of await this.config.keep.all(this.keyOf('draft', ''))) {
      const kept = value as KeptDraft
      const at = parse(key.slice(this.keyOf('draft', '').length))
      if (!at || this.own.has(nameOf(at))) continue
      this.place(at, begin(kept.sheet, null, kept.draft))
      this.plan(at, 0)
    }
  }

  /** Opens a sheet: what this device kept meets what the server has. Throws when neither is there. */
  async open(key: SheetKey, sheet: Sheet | null, untouched: boolean): Promise<void> {
    const known = this.own.get(nameOf(key))
    try {
      const score = await this.config.server.score(key)
      void this.config.keep.put(this.keyOf('score', nameOf(key)), score)
      const now = this.own.get(nameOf(key))
      if (now) {
        if (now.state.link.is !== 'sending') this.apply(key, { on: 'heard', score })
      } else if (sheet) {
        this.place(key, begin(sheet, score, await this.draft(key)))
      }
      this.plan(key, 0)
    } catch (e) {
      if (known) return
      if (!(e instanceof NetworkError) || !sheet) throw e
      const kept = await this.draft(key)
      const seen = (await this.config.keep.get(this.keyOf('score', nameOf(key)))) as Score | undefined
      if (!kept && !seen && !untouched) throw e
      // Without a network: what was seen last, or an empty sheet where nobody has entered anything.
      const begun = kept ? begin(sheet, null, kept) : begin(sheet, seen ?? null, null)
      this.place(key, { ...begun, score: seen?.state ?? begun.score, savedAt: seen?.savedAt ?? null, lockedAt: seen?.lockedAt ?? null, fresh: false })
      this.plan(key, tries[0] ?? 0)
    }
  }

  private async draft(key: SheetKey): Promise<Draft | null> {
    const kept = (await this.config.keep.get(this.keyOf('draft', nameOf(key)))) as KeptDraft | undefined
    return kept?.draft ?? null
  }

  state(key: SheetKey): SheetState | null {
    return this.entries.get(nameOf(key))?.state ?? null
  }

  do(key: SheetKey, e: Event): void {
    if (!this.own.has(nameOf(key))) return
    this.apply(key, e)
    this.plan(key, settle)
  }

  /** Sends everything now: the network is back, or somebody signed in again. */
  hurry(): void {
    for (const name of this.own.keys()) {
      const at = parse(name)
      if (at) this.plan(at, 0)
    }
  }

  /** Signs a sheet that the server has as it is here. */
  async lock(key: SheetKey): Promise<void> {
    const entry = this.own.get(nameOf(key))
    if (!entry) return
    const score = await this.config.server.lock(key, entry.state.base.version)
    this.apply(key, { on: 'locked', score })
    void this.config.keep.put(this.keyOf('score', nameOf(key)), score)
  }

  /** Asks the server anew, after it refused a signature because of another version. */
  async ask(key: SheetKey): Promise<void> {
    this.apply(key, { on: 'heard', score: await this.config.server.score(key) })
    this.plan(key, settle)
  }

  keepBoard(sitting: string, kind: Kind, board: Board): void {
    void this.config.keep.put(this.keyOf('board', `${sitting}/${kind}`), board)
  }

  async board(sitting: string, kind: Kind): Promise<Board | null> {
    return ((await this.config.keep.get(this.keyOf('board', `${sitting}/${kind}`))) as Board | undefined) ?? null
  }

  /** Every list that this device kept, as sitting, component and what it held. */
  async boards(): Promise<{ sitting: string; kind: Kind; board: Board }[]> {
    const prefix = this.keyOf('board', '')
    return (await this.config.keep.all(prefix)).flatMap(([key, value]) => {
      const [sitting, kind] = key.slice(prefix.length).split('/')
      return sitting && isStation(kind) ? [{ sitting, kind, board: value as Board }] : []
    })
  }

  /** Another person signs in: what is kept stays, nothing more is sent. */
  close(): void {
    this.over = true
    for (const e of this.own.values()) e.stop?.()
  }

  private place(key: SheetKey, state: SheetState): void {
    const entry: Entry = { state: markRaw(state), keeping: this.keeping, stop: null, failed: 0, busy: false, writing: Promise.resolve() }
    this.own.set(nameOf(key), entry)
    this.entries.set(nameOf(key), { state: entry.state, keeping: entry.keeping })
  }

  private apply(key: SheetKey, e: Event): void {
    const name = nameOf(key)
    const entry = this.own.get(name)
    if (!entry) return
    const before = entry.state
    entry.state = markRaw(reduce(before, e))
    if (entry.state === before) return
    this.entries.set(name, { state: entry.state, keeping: this.keeping })
    const draft = draftOf(entry.state)
    const at = this.keyOf('draft', name)
    // Writes are made one after another, so that the last one stays.
    entry.writing = entry.writing.then(async () => {
      if (draft) await this.config.keep.put(at, { sheet: entry.state.sheet, draft } satisfies KeptDraft)
      else await this.config.keep.drop(at)
    })
  }

  private plan(key: SheetKey, ms: number): void {
    const entry = this.own.get(nameOf(key))
    if (!entry || this.over || entry.busy) return
    const is = entry.state.link.is
    if (is !== 'waiting' && is !== 'cut' && is !== 'signed-out' && entry.state.fresh) return
    if (is === 'signed-out' && ms > 0) return // hurry comes after the next sign-in
    // While nothing answers, an edit does not shorten the wait: the next try is planned already.
    if (entry.stop && is === 'cut' && ms > 0) return
    entry.stop?.()
    entry.stop = this.later(() => { entry.stop = null; void this.send(key) }, ms)
  }

  private async send(key: SheetKey): Promise<void> {
    const entry = this.own.get(nameOf(key))
    if (!entry || entry.busy || this.over) return
    entry.busy = true
    let wait = settle
    try {
      if (!entry.state.fresh || entry.state.sent !== null) {
        // What was sent without an answer may be there or not: ask before anything else is sent.
        this.apply(key, { on: 'heard', score: await this.config.server.score(key) })
      } else if (unsent(entry.state).length > 0) {
        this.apply(key, { on: 'sending' })
        await entry.writing // what was sent is known here before the server can have it
        const { base, content } = entry.state
        const what = entry.state.link.is === 'sending' ? entry.state.link.what : content
        const score = await this.config.server.save(key, { version: base.version, rows: what.rows.map((r) => ({ ...r, deductions: r.deductions.map((d) => ({ ...d })) })), vetoes: what.vetoes.map((v) => ({ ...v })) })
        this.apply(key, { on: 'saved', score })
        void this.config.keep.put(this.keyOf('score', nameOf(key)), score)
      } else {
        this.apply(key, { on: 'cut' }) // nothing to send after all
      }
      if (entry.state.link.is !== 'contested') entry.failed = 0
    } catch (e) {
      wait = await this.fail(key, entry, e)
    } finally {
      entry.busy = false
      this.plan(key, wait)
    }
  }

  private async fail(key: SheetKey, entry: Entry, e: unknown): Promise<number> {
    const type = typeOf(e)
    const refused = e instanceof ProblemError && e.problem.status === 409
    if (refused) {
      // Another version, our own whose answer was lost, signed or absent meanwhile: the server's sheet tells.
      try {
        this.apply(key, { on: 'heard', score: await this.config.server.score(key) })
        if (entry.state.link.is === 'waiting' && type !== 'conflict') this.apply(key, { on: 'refused', error: e, sure: true })
        return tries[entry.failed++ - 1] ?? 0
      } catch {
        // Asked again with the next try.
      }
    }
    const wait = tries[Math.min(entry.failed, tries.length - 1)] ?? settle
    entry.failed++
    if (type === 'unauthenticated') this.apply(key, { on: 'signed-out' })
    else if (e instanceof NetworkError || refused || type === 'busy' || type === 'unavailable') this.apply(key, { on: 'cut' })
    else this.apply(key, { on: 'refused', error: e, sure: e instanceof ProblemError && e.problem.status < 500 })
    return wait
  }

  private keyOf(what: 'draft' | 'score' | 'board', rest: string): string {
    return `${what}|${this.config.person}|${rest}`
  }
}

export function nameOf(key: SheetKey): string {
  return `${encodeURIComponent(key.sitting)}/${key.kind}/${encodeURIComponent(key.draw)}`
}

function parse(name: string): SheetKey | null {
  const [sitting, kind, draw] = name.split('/')
  if (!sitting || !draw || !isStation(kind)) return null
  return { sitting: decodeURIComponent(sitting), kind, draw: decodeURIComponent(draw) }
}
