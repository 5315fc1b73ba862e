import { markRaw, shallowReactive } from 'vue'
import { NetworkError, ProblemError, typeOf } from '../../../shared/problem'
import { join, same, type Draft } from './journal'
import type { Content } from './score'
import { begin, draftOf, reduce, versionOf, type Event, type SheetState } from './state'
import type { Channel, Keep, Keeping } from './store'
import { isStation } from './station'
import type { Watch } from './stopwatch'
import type { Face, Kind, Score, ScoreChange, Sheet, TaskList } from './types'

/** Names one sheet of the examiner: a sitting, a component, a draw number. */
export interface SheetKey { sitting: string; kind: Kind; draw: string }

/** What a sheet's page shows besides the marks, kept for work without a network. */
export interface Board { title: string; levelTitle: string; list: TaskList; at: number; faces?: readonly Face[] }

export interface Server {
  score(key: SheetKey): Promise<Score>
  save(key: SheetKey, body: ScoreChange): Promise<Score>
  lock(key: SheetKey, version: number): Promise<Score>
}

export interface OutboxConfig {
  person: string
  keep: Keep
  server: Server
  /** Opens the line to other pages of this device; left out for none. */
  channel?: (hear: (name: string) => void) => Channel
  /** Runs `work` later and returns what calls it off. */
  later?: (work: () => void, ms: number) => () => void
}

/** A change is sent this long after the last one before it. */
const settle = 400
/** What another page changed it sends itself; this page sends it where that page is gone. */
const others = 3_000
/** Waiting times between tries while nothing answers. */
const tries = [1_000, 2_000, 4_000, 8_000, 15_000]

interface Entry { state: SheetState; keeping: Keeping; stop: (() => void) | null; failed: number; busy: boolean; writing: Promise<unknown>; unwritten: number
  /** What this page knows to be kept on the device. */
  shared: Content }

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
  private readonly opening = new Map<string, Promise<void>>()
  private readonly later: NonNullable<OutboxConfig['later']>
  private over = false
  private readonly channel: Channel | null

  constructor(private readonly config: OutboxConfig) {
    this.later = config.later ?? ((work, ms) => {
      const timer = setTimeout(work, ms)
      return () => { clearTimeout(timer) }
    })
    this.channel = config.channel?.((name) => { this.heardOf(name) }) ?? null
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
  open(key: SheetKey, sheet: Sheet | null, untouched: boolean): Promise<void> {
    // One at a time: a second one that ends later would begin the sheet anew
    // under what was entered since the first.
    const name = nameOf(key)
    const going = this.opening.get(name)
    if (going) return going
    const begun = this.openOnce(key, sheet, untouched).finally(() => { this.opening.delete(name) })
    this.opening.set(name, begun)
    return begun
  }

  private async openOnce(key: SheetKey, sheet: Sheet | null, untouched: boolean): Promise<void> {
    const known = this.own.get(nameOf(key))
    try {
      const score = await this.config.server.score(key)
      const now = this.own.get(nameOf(key))
      if (!now || score.version >= now.state.base.version) this.keepScore(key, score)
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
    this.keepScore(key, score)
    this.apply(key, { on: 'locked', score })
    this.tell(key)
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

  /** A portrait, from this device where it was seen before. */
  async portrait(file: string, read: (file: string) => Promise<Blob>): Promise<Blob> {
    const at = this.keyOf('face', file)
    const kept = (await this.config.keep.get(at)) as { type: string; bytes: ArrayBuffer } | undefined
    if (kept) return new Blob([kept.bytes], { type: kept.type })
    const found = await read(file)
    void this.config.keep.put(at, { type: found.type, bytes: await found.arrayBuffer() })
    return found
  }

  /** Forgets what is about people and can be read again: whoever uses the device next must not find it. */
  async forgetFaces(): Promise<void> {
    for (const [key] of await this.config.keep.all(this.keyOf('face', ''))) await this.config.keep.drop(key)
  }

  /** The stopwatch of a sheet; null where it was never started here. */
  async watch(key: SheetKey): Promise<Watch | null> {
    return ((await this.config.keep.get(this.keyOf('watch', nameOf(key)))) as Watch | undefined) ?? null
  }

  keepWatch(key: SheetKey, watch: Watch): void {
    void this.config.keep.put(this.keyOf('watch', nameOf(key)), { ...watch })
  }

  /** Whether closing the page now would lose something: it is neither on this device nor at the server. */
  get unsafe(): boolean {
    for (const e of this.own.values()) if (e.unwritten > 0 || (this.keeping === 'none' && draftOf(e.state) !== null)) return true
    return false
  }

  /** The page is looked at again: other pages may have gone on meanwhile. */
  look(): void {
    for (const name of this.own.keys()) this.heardOf(name)
  }

  /** Another person signs in: what is kept stays, nothing more is sent. */
  close(): void {
    this.over = true
    this.channel?.close()
    for (const e of this.own.values()) e.stop?.()
  }

  private place(key: SheetKey, state: SheetState): void {
    const entry: Entry = { state: markRaw(state), keeping: this.keeping, stop: null, failed: 0, busy: false, writing: Promise.resolve(), unwritten: 0, shared: state.content }
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
    // Writes are made one after another, so that the last one stays.
    entry.unwritten++
    entry.writing = entry.writing.then(() => this.write(key, entry)).finally(() => { entry.unwritten-- })
  }

  /**
   * Keeps a sheet on this device. What another page of the same person kept
   * meanwhile is joined line by line, never written over.
   */
  private async write(key: SheetKey, entry: Entry): Promise<void> {
    // While a person decides between two versions, the other one stays where it is.
    if (entry.state.link.is === 'contested') return
    let met: Draft | null = null
    let changed = false
    // What is entered while the device writes is not kept yet: taken for kept,
    // the next write would take what is there for another page's.
    let written = entry.state.content
    await this.config.keep.update(this.keyOf('draft', nameOf(key)), (old) => {
      const kept = (old as KeptDraft | undefined)?.draft
      const draft = draftOf(entry.state)
      const { sheet, content } = entry.state
      written = content
      if (kept && !same(kept.content, entry.shared)) {
        met = kept
        const both = join(entry.shared, content, kept.content)
        if (!both.content) return old
        changed = true
        const base = kept.base.version > entry.state.base.version ? kept.base : entry.state.base
        return { sheet, draft: { base, content: both.content, sent: draft?.sent ?? kept.sent, typed: { ...kept.typed, ...draft?.typed } } } satisfies KeptDraft
      }
      changed = draft ? !kept || !same(kept.content, draft.content) : kept !== undefined
      return draft ? ({ sheet, draft } satisfies KeptDraft) : undefined
    })
    if (met) this.meet(key, entry, met)
    else entry.shared = written
    if (changed) this.tell(key)
  }

  private meet(key: SheetKey, entry: Entry, kept: Draft): void {
    const { shared } = entry
    entry.shared = kept.content
    this.apply(key, { on: 'met', kept, shared })
    this.plan(key, others)
  }

  private tell(key: SheetKey): void {
    this.channel?.say(nameOf(key))
  }

  private keepScore(key: SheetKey, score: Score): void {
    void this.config.keep.put(this.keyOf('score', nameOf(key)), score)
  }

  /** Another page kept something of a sheet that is open here too. */
  private heardOf(name: string): void {
    const entry = this.own.get(name)
    const key = parse(name)
    if (!entry || !key || this.over) return
    entry.writing = entry.writing.then(async () => {
      const kept = (await this.config.keep.get(this.keyOf('draft', name))) as KeptDraft | undefined
      if (kept) {
        if (!same(kept.draft.content, entry.shared)) this.meet(key, entry, kept.draft)
        return
      }
      const score = (await this.config.keep.get(this.keyOf('score', name))) as Score | undefined
      if (!score || entry.state.link.is === 'sending' || score.version < entry.state.base.version) return
      entry.shared = versionOf(entry.state.sheet, score).content
      this.apply(key, { on: 'heard', score })
      this.plan(key, others)
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
      } else if (!same(entry.state.content, entry.state.base.content)) {
        this.apply(key, { on: 'sending' })
        await entry.writing // what was sent is known here before the server can have it
        const { base, content } = entry.state
        const what = entry.state.link.is === 'sending' ? entry.state.link.what : content
        const score = await this.config.server.save(key, { version: base.version, elapsedSeconds: what.elapsed, rows: what.rows.map((r) => ({ ...r, deductions: r.deductions.map((d) => ({ ...d })) })), vetoes: what.vetoes.map((v) => ({ ...v })) })
        this.keepScore(key, score)
        this.apply(key, { on: 'saved', score })
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

  private keyOf(what: 'draft' | 'score' | 'board' | 'watch' | 'face', rest: string): string {
    return `${what}|${this.config.person}|${rest}`
  }
}

export function nameOf(key: SheetKey): string {
  return `${encodeURIComponent(key.sitting)}/${key.kind}/${encodeURIComponent(key.draw)}`
}

export function parse(name: string): SheetKey | null {
  const [sitting, kind, draw] = name.split('/')
  if (!sitting || !draw || !isStation(kind)) return null
  return { sitting: decodeURIComponent(sitting), kind, draw: decodeURIComponent(draw) }
}
