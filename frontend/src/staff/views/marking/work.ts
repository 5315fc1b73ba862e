import { markRaw, shallowRef } from 'vue'
import { NetworkError, ProblemError } from '../../../shared/problem'
import type { Keep, Keeping } from '../assess/store'
import { blank, changed, entryOf, givenOf, type Entry, type Fault } from './entry'
import type { Given, Handout, Mark, Recent, Task } from './types'

// One marker at work on one sitting: gets a piece, keeps what is entered on
// this device until the server has it, sends it, gets the next. No DOM.

export interface Server {
  next(): Promise<Handout>
  mine(): Promise<Recent[]>
  task(ticket: string): Promise<Task>
  give(ticket: string, body: Given): Promise<Mark>
}

export interface Config {
  /** Names sitting and person on this device. */
  name: string
  keep: Keep
  server: Server
  /** Runs `work` later and returns what calls it off. */
  later?: (work: () => void, ms: number) => () => void
}

/**
 * idle: nothing under way. asking, sending: a request is. cut: no answer, tried
 * again by itself. out: signed out; goes on after the next sign-in.
 */
export type Link = 'idle' | 'asking' | 'sending' | 'cut' | 'out'

/** Why a piece went away without its mark: said until the next is stored. */
export type Lost = 'taken' | 'settled' | 'reopened' | null

export interface State {
  task: Task | null
  entry: Entry
  link: Link
  /** Why there is nothing to mark. */
  left: NonNullable<Handout['left']> | null
  /** What keeps the mark from being stored; said once storing was tried. */
  fault: Fault | null
  lost: Lost
  /** The latest mark that the server has. */
  saved: { at: string; marks: number } | null
  /** This is a piece from before, for correction. */
  back: boolean
  /** There is nothing before this piece. */
  first: boolean
  error: unknown
  keeping: Keeping
  /** What is entered is on its way to this device's disk: not kept yet. */
  writing: boolean
}

/** The problem's type. Those of marking are not in the list that the candidate page carries too. */
const typeOf = (e: unknown): string => (e instanceof ProblemError ? e.problem.type.replace('urn:gongyuan:problem:', '') : '')

/** Waiting times between tries while nothing answers. */
const tries = [1_000, 2_000, 4_000, 8_000, 15_000]

export class Work {
  readonly state = shallowRef<State>(markRaw({
    task: null, entry: blank, link: 'asking', left: null, fault: null, lost: null, saved: null, back: false, first: false, error: null, keeping: 'kept', writing: false,
  }))
  private readonly later: NonNullable<Config['later']>
  private stop: (() => void) | null = null
  private again: (() => Promise<void>) | null = null
  private failed = 0
  private over = false
  private writing: Promise<unknown> = Promise.resolve()
  private queued = 0

  constructor(private readonly config: Config) {
    this.set({ keeping: config.keep.keeping })
    this.later = config.later ?? ((work, ms) => {
      const timer = setTimeout(work, ms)
      return () => { clearTimeout(timer) }
    })
  }

  private set(part: Partial<State>): void {
    this.state.value = markRaw({ ...this.state.value, ...part })
  }

  private get now(): State { return this.state.value }

  close(): void {
    this.over = true
    this.stop?.()
  }

  /** The network is back, or somebody signed in again. */
  hurry(): void {
    if (this.now.link !== 'cut' && this.now.link !== 'out') return
    this.stop?.()
    this.stop = null
    const work = this.again
    if (work) void this.run(work)
  }

  /** Gets the piece in hand or the next. */
  next(): Promise<void> {
    return this.run(async () => {
      this.set({ link: 'asking' })
      const { task, left } = await this.config.server.next()
      if (task) await this.place(task, false)
      else this.set({ task: null, entry: blank, left: left ?? 'nothing', link: 'idle', back: false, fault: null })
    })
  }

  /** Goes to the piece that was marked before this one. */
  async back(): Promise<void> {
    if (this.busy()) return
    await this.writing
    return this.run(async () => {
      this.set({ link: 'asking' })
      const recent = await this.config.server.mine()
      const at = recent.findIndex((r) => r.ticket === this.now.task?.ticket)
      const to = recent[at + 1]
      if (to) await this.place(await this.config.server.task(to.ticket), true)
      else this.set({ link: 'idle', first: true })
    })
  }

  private busy(): boolean { return this.now.link === 'asking' || this.now.link === 'sending' }

  private async place(task: Task, back: boolean): Promise<void> {
    const kept = (await this.config.keep.get(this.keyOf(task.ticket))) as Entry | undefined
    this.set({ task: markRaw(task), entry: markRaw(kept && task.open ? kept : entryOf(task)), left: null, link: 'idle', fault: null, back, first: false })
  }

  edit(change: (e: Entry) => Entry): void {
    const { task, entry } = this.now
    if (!task?.open) return
    const next = change(entry)
    this.set({ entry: markRaw(next), fault: null, writing: true })
    this.queued++
    const key = this.keyOf(task.ticket)
    // Writes are made one after another, so that the last one stays.
    this.writing = this.writing.then(async () => {
      if (changed(task, next)) this.set({ keeping: await this.config.keep.put(key, { ...next, met: [...next.met] }) })
      else await this.config.keep.drop(key)
      this.set({ writing: --this.queued > 0 })
    })
  }

  /** Stores the mark and goes on. What cannot be stored says why. */
  async store(): Promise<void> {
    const { task, entry } = this.now
    if (!task?.open || this.busy()) return
    const given = givenOf(task, entry)
    if (typeof given === 'string') {
      this.set({ fault: given })
      return
    }
    if (task.mine && !changed(task, entry)) return this.next()
    this.stop?.()
    this.stop = null
    await this.run(() => this.send(task))
  }

  private async send(task: Task): Promise<void> {
    // What is sent is what stands there now: it may have been changed while the network was away.
    const given = givenOf(task, this.now.entry)
    if (typeof given === 'string') {
      this.set({ link: 'idle', fault: given })
      return
    }
    this.set({ link: 'sending', fault: null })
    await this.writing // it is kept here before the server can have it
    const mark = await this.config.server.give(task.ticket, { ...given, criteria: [...given.criteria] })
    await this.config.keep.drop(this.keyOf(task.ticket))
    this.set({ saved: { at: mark.at, marks: mark.marks }, lost: null })
    this.failed = 0
    await this.next()
  }

  /** Does something that needs the server, and again as long as nothing answers. */
  private async run(work: () => Promise<void>): Promise<void> {
    if (this.over) return
    this.again = work
    this.set({ error: null })
    try {
      await work()
      this.failed = 0
    } catch (e) {
      await this.fail(e, work)
    }
  }

  private async fail(e: unknown, work: () => Promise<void>): Promise<void> {
    if (this.again !== work) return // what came after it speaks for itself
    const type = typeOf(e)
    if (type === 'unauthenticated') this.set({ link: 'out' })
    else if (e instanceof NetworkError || type === 'busy' || type === 'unavailable') {
      this.set({ link: 'cut' })
      const wait = tries[Math.min(this.failed++, tries.length - 1)] ?? 0
      this.stop?.()
      this.stop = this.later(() => { this.stop = null; void this.run(work) }, wait)
    } else if (this.now.task && (type === 'piece-taken' || type === 'not-found' || type === 'mark-settled' || type === 'wrong-state')) {
      // Somebody else has it, or it has its mark: it goes, and the page says so.
      await this.config.keep.drop(this.keyOf(this.now.task.ticket))
      this.set({ lost: type === 'mark-settled' ? 'settled' : type === 'wrong-state' ? 'reopened' : 'taken' })
      await this.next()
    } else if (this.now.task && type === 'conflict') {
      // Another page of the same marker gave a mark: it is shown, and what was entered here stays.
      await this.meet(e)
    } else this.set({ link: 'idle', error: e })
  }

  private async meet(e: unknown): Promise<void> {
    const { task } = this.now
    if (!task) return
    try {
      this.set({ task: markRaw(await this.config.server.task(task.ticket)), link: 'idle', error: e })
    } catch {
      this.set({ link: 'idle', error: e })
    }
  }

  private keyOf(ticket: string): string { return `marking|${this.config.name}|${ticket}` }
}
