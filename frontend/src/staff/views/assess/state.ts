import { differing, join, lines, meet, same, settled, type Contested, type Draft, type LineId, type Version } from './journal'
import { arranged, blank, edit, factField, otherField, type Content, type Edit } from './score'
import type { Score, ScoreState, Sheet } from './types'

// One score sheet on one device, as a reducer without DOM and without network.

/** Where what was entered stands on its way to the server. */
export type Link =
  /** Nothing is left to send. */
  | { is: 'idle' }
  /** Something is to be sent. */
  | { is: 'waiting' }
  | { is: 'sending'; what: Content }
  /** No answer; it is kept here and sent again by itself. */
  | { is: 'cut' }
  /** The sign-in is over; it goes on by itself after the next one. */
  | { is: 'signed-out' }
  /** The server refuses it and says why; sent again with the next change. */
  | { is: 'refused'; error: unknown }
  /** Somebody saved something else; a person compares. */
  | { is: 'contested'; server: Version; lines: readonly Contested[] }

export interface SheetState {
  readonly sheet: Sheet
  readonly base: Version
  readonly content: Content
  readonly sent: Content | null
  readonly typed: Readonly<Record<string, string>>
  /** open may be written; locked and absent are read-only. */
  readonly score: ScoreState
  readonly link: Link
  readonly savedAt: string | null
  readonly lockedAt: string | null
  /** What can be taken back, the latest last. */
  readonly past: readonly { content: Content; mark: string }[]
  /** The server has been heard from since this page began. */
  readonly fresh: boolean
  /** Lines that another page or device changed and that are shown here now. */
  readonly adopted: readonly LineId[]
}

export type Event =
  | { on: 'edited'; edit: Edit }
  /** What the stopwatch shows. */
  | { on: 'timed'; seconds: number }
  /** Another page of this device kept something; `shared` is what both had before. */
  | { on: 'met'; kept: Draft; shared: Content }
  /** A field's text; undefined once it is a value or was given up. */
  | { on: 'typed'; field: string; text: string | undefined }
  | { on: 'undone' }
  | { on: 'sending' }
  | { on: 'saved'; score: Score }
  | { on: 'cut' }
  | { on: 'signed-out' }
  /** `sure`: what was sent is certainly not stored. */
  | { on: 'refused'; error: unknown; sure: boolean }
  /** The server's version, asked for: at the beginning, or after a conflict. */
  | { on: 'heard'; score: Score }
  | { on: 'picked'; id: string; pick: 'mine' | 'theirs' }
  | { on: 'settled' }
  /** Gives up what was not sent. */
  | { on: 'dropped' }
  | { on: 'locked'; score: Score }

const mostPast = 200

/** Begins from what this device kept, from what the server said, or from nothing. */
export function begin(sheet: Sheet, server: Score | null, kept: Draft | null): SheetState {
  const base: Version = server ? versionOf(sheet, server) : kept?.base ?? { version: 0, content: blank(sheet) }
  const empty: SheetState = {
    sheet, base, content: base.content, sent: null, typed: {}, score: server?.state ?? 'untouched', link: { is: 'idle' },
    savedAt: server?.savedAt ?? null, lockedAt: server?.lockedAt ?? null, past: [], fresh: server !== null, adopted: [],
  }
  if (!kept) return empty
  const mine: SheetState = { ...empty, base: kept.base, content: arranged(sheet, { rows: [...kept.content.rows], vetoes: [...kept.content.vetoes], elapsedSeconds: kept.content.elapsed ?? 0 }), sent: kept.sent, typed: kept.typed }
  return server ? heard(mine, server) : { ...mine, link: pending(mine) ? { is: 'cut' } : { is: 'idle' } }
}

export function versionOf(sheet: Sheet, score: Score): Version {
  return { version: score.version, content: arranged(sheet, score) }
}

export function writable(s: SheetState): boolean {
  return (s.score === 'untouched' || s.score === 'open') && s.link.is !== 'contested'
}

/** Lines that the server does not have yet. */
export function unsent(s: SheetState): string[] {
  return differing(s.content, s.base.content)
}

/** What was sent and not answered counts as pending too: the server may have it, whatever is here now. */
function pending(s: SheetState): boolean {
  return s.sent !== null || !same(s.content, s.base.content)
}

/** What is to be kept on this device; null when nothing is. */
export function draftOf(s: SheetState): Draft | null {
  if (!pending(s) && Object.keys(s.typed).length === 0) return null
  return { base: s.base, content: s.content, sent: s.sent, typed: { ...s.typed } }
}

export function reduce(s: SheetState, e: Event): SheetState {
  switch (e.on) {
    case 'edited': return writable(s) ? edited(s, edit(s.sheet, s.content, e.edit), markOf(e.edit), without(s.typed, fieldOf(e.edit))) : s
    case 'timed': return writable(s) && e.seconds !== s.content.elapsed ? timed(s, e.seconds) : s
    case 'met': return met(s, e.kept, e.shared)
    case 'typed': return e.text === undefined ? { ...s, typed: without(s.typed, e.field) } : { ...s, typed: { ...s.typed, [e.field]: e.text } }
    case 'undone': {
      const last = s.past[s.past.length - 1]
      if (!last || !writable(s)) return s
      return { ...s, content: last.content, typed: {}, past: s.past.slice(0, -1), link: next(s, last.content) }
    }
    case 'sending': return { ...s, sent: s.content, link: { is: 'sending', what: s.content } }
    case 'saved': return saved(s, e.score)
    case 'cut': return { ...s, link: pending(s) ? { is: 'cut' } : { is: 'idle' } }
    case 'signed-out': return { ...s, sent: s.link.is === 'sending' ? null : s.sent, link: { is: 'signed-out' } }
    case 'refused': return { ...s, sent: e.sure && s.link.is === 'sending' ? null : s.sent, link: { is: 'refused', error: e.error } }
    case 'heard': return heard(s, e.score)
    case 'picked': return s.link.is === 'contested' ? { ...s, link: { ...s.link, lines: s.link.lines.map((l) => (l.id === e.id ? { ...l, pick: e.pick } : l)) } } : s
    case 'settled': {
      if (s.link.is !== 'contested') return s
      const content = settled(s.content, s.link.lines)
      if (!content) return s
      const now: SheetState = { ...s, base: s.link.server, content, sent: null, past: [], link: { is: 'idle' } }
      return { ...now, link: pending(now) ? { is: 'waiting' } : { is: 'idle' } }
    }
    case 'dropped': return { ...s, content: s.base.content, typed: {}, sent: null, past: [], link: { is: 'idle' } }
    case 'locked': return { ...saved(s, e.score), past: [], adopted: [] }
  }
}

/** Measuring time is no step that is taken back. */
function timed(s: SheetState, elapsed: number): SheetState {
  const content = { ...s.content, elapsed }
  return { ...s, content, past: s.past.map((p) => ({ ...p, content: { ...p.content, elapsed } })), link: next(s, content) }
}

/** The state with lines of another page. Taking a step back never takes back what was done there. */
function adopting(s: SheetState, content: Content): SheetState {
  const changed = new Set(differing(s.content, content))
  if (changed.size === 0) return { ...s, content }
  const theirs = lines(content).filter(([id]) => changed.has(id)).map(([id, line]): Contested => ({ id, mine: line, theirs: line, pick: 'theirs' }))
  const past = s.past.map((p) => ({ ...p, content: settled(p.content, theirs) ?? p.content }))
  return { ...s, content, past, adopted: [...new Set([...s.adopted, ...changed])] }
}

function met(s: SheetState, kept: Draft, shared: Content): SheetState {
  if (s.link.is === 'contested') return s
  const base = kept.base.version > s.base.version ? kept.base : s.base
  const both = join(shared, s.content, kept.content)
  if (!both.content) {
    // Lines that only the other page changed are taken at once; the rest is asked.
    const open = both.list.filter((l) => l.pick === null)
    const rest = settled(s.content, both.list.filter((l) => l.pick !== null)) ?? s.content
    return { ...adopting(s, rest), base, link: { is: 'contested', server: base, lines: open } }
  }
  if (base === s.base && same(both.content, s.content)) return s
  const now = { ...adopting(s, both.content), base, typed: { ...kept.typed, ...s.typed } }
  return { ...now, link: next(now, now.content) }
}

function edited(s: SheetState, content: Content, mark: string, typed: SheetState['typed']): SheetState {
  if (content === s.content) return typed === s.typed ? s : { ...s, typed }
  const last = s.past[s.past.length - 1]
  // Letters typed into one field are one step back.
  const joins = mark !== '' && last?.mark === mark
  const touched = new Set(differing(s.content, content))
  const adopted = s.adopted.some((id) => touched.has(id)) ? s.adopted.filter((id) => !touched.has(id)) : s.adopted
  const past = joins ? s.past : [...s.past, { content: s.content, mark }].slice(-mostPast)
  return { ...s, content, typed, past, adopted, link: next(s, content) }
}

/** While something is on its way the rest waits for its answer. */
function next(s: SheetState, content: Content): Link {
  if (s.link.is === 'sending' || s.link.is === 'cut' || s.link.is === 'signed-out' || s.link.is === 'contested') return s.link
  return same(content, s.base.content) ? { is: 'idle' } : { is: 'waiting' }
}

function saved(s: SheetState, score: Score): SheetState {
  const base = versionOf(s.sheet, score)
  const now: SheetState = { ...s, base, sent: null, score: score.state, savedAt: score.savedAt ?? s.savedAt, lockedAt: score.lockedAt ?? s.lockedAt, link: { is: 'idle' }, fresh: true }
  return { ...now, link: pending(now) ? { is: 'waiting' } : { is: 'idle' } }
}

function heard(s: SheetState, score: Score): SheetState {
  // An answer that was asked for before the last save and came after it.
  if (s.fresh && score.version < s.base.version) return s
  const server = versionOf(s.sheet, score)
  const known: SheetState = { ...s, score: score.state, savedAt: score.savedAt ?? null, lockedAt: score.lockedAt ?? null, fresh: true }
  const met = meet(s, server)
  if (score.state === 'locked' || score.state === 'absent') {
    // What came too late stays on this device until somebody looks at it.
    if (met.is === 'level') return { ...known, base: server, content: server.content, sent: null, past: [], link: { is: 'idle' } }
    return { ...known, base: server, sent: null, past: [], link: { is: 'idle' } }
  }
  if (met.is === 'contested' && met.joined) {
    // Nobody changed the same line twice: both are kept, and nobody is asked.
    const now: SheetState = { ...adopting(known, met.joined), base: server, sent: null, link: { is: 'idle' } }
    return { ...now, link: pending(now) ? { is: 'waiting' } : { is: 'idle' } }
  }
  if (met.is === 'contested') return { ...known, sent: null, link: { is: 'contested', server: met.server, lines: met.lines } }
  if (met.is === 'level') return { ...(s.fresh ? adopting(known, server.content) : { ...known, content: server.content }), base: server, sent: null, link: { is: 'idle' } }
  return { ...known, base: met.base, content: met.content, sent: null, link: { is: 'waiting' } }
}

const without = (typed: SheetState['typed'], field: string): SheetState['typed'] => {
  if (!(field in typed)) return typed
  return Object.fromEntries(Object.entries(typed).filter(([k]) => k !== field))
}

/** Choosing 无扣分 or a number settles what stood in the row's field. */
function fieldOf(e: Edit): string {
  if (e.do === 'veto') return factField(e.veto)
  return e.do === 'other' || e.do === 'full' ? otherField(e.row) : ''
}

function markOf(e: Edit): string {
  return e.do === 'note' || e.do === 'other' ? `${e.do}:${e.row}` : ''
}
