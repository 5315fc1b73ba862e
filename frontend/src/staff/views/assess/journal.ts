import type { Content } from './score'
import type { RowScore, VetoScore } from './types'

// What was entered here and what the server has: which lines differ, what to
// keep on this device, and how two versions become one. No DOM, no storage.

/** A sheet as the server has it. */
export interface Version { version: number; content: Content }

/** What is kept on this device until the server has it. */
export interface Draft {
  /** The version this work began from. */
  base: Version
  content: Content
  /** What was last sent and not answered: the server may have it or not. */
  sent: Content | null
  /** Texts being typed that are no value yet, by field. */
  typed: Record<string, string>
}

/** One line of a sheet: `row:r1` or `veto:v1`. */
export type LineId = string
export type Line = RowScore | VetoScore

export function lines(content: Pick<Content, 'rows' | 'vetoes'>): [LineId, Line][] {
  return [...content.vetoes.map((v): [LineId, Line] => [`veto:${v.veto}`, v]), ...content.rows.map((r): [LineId, Line] => [`row:${r.row}`, r])]
}

/** Equal in what counts; a note or fact counts without the space around it, as the server keeps it. */
export function sameLine(a: Line | undefined, b: Line | undefined): boolean {
  if (!a || !b) return a === b
  if ('veto' in a) return 'veto' in b && a.state === b.state && a.fact.trim() === b.fact.trim()
  return 'row' in b && a.touched === b.touched && a.other === b.other && a.note.trim() === b.note.trim() &&
    a.deductions.length === b.deductions.length && a.deductions.every((d) => b.deductions.some((x) => x.deduction === d.deduction && x.count === d.count))
}

/** The lines in which two contents of one sheet differ. */
export function differing(a: Content, b: Content): LineId[] {
  const other = new Map(lines(b))
  return lines(a).filter(([id, line]) => !sameLine(line, other.get(id))).map(([id]) => id)
}

export function same(a: Content, b: Content): boolean {
  return a.elapsed === b.elapsed && differing(a, b).length === 0
}

/** A line that two versions have differently. `pick` is null until somebody decides. */
export interface Contested { id: LineId; mine: Line; theirs: Line; pick: 'mine' | 'theirs' | null }

export type Meeting =
  /** The server has all of it; nothing is left to send. */
  | { is: 'level' }
  /** The server has what we began from, or what we sent ourselves: go on from there. */
  | { is: 'ahead'; base: Version; content: Content }
  /** Something else was saved meanwhile. Where no line was changed on both sides, `joined` has both. */
  | { is: 'contested'; server: Version; lines: Contested[]; joined: Content | null }

/**
 * What to do when work that began from `draft.base` meets the server's
 * version. An answer that was lost on its way is no conflict: the server then
 * has exactly what we sent.
 */
export function meet(draft: Pick<Draft, 'base' | 'content' | 'sent'>, server: Version): Meeting {
  if (same(draft.content, server.content)) return { is: 'level' }
  const ours = server.version === draft.base.version || same(server.content, draft.base.content) || (draft.sent !== null && same(server.content, draft.sent))
  if (ours) return { is: 'ahead', base: server, content: draft.content }
  if (same(draft.content, draft.base.content)) return { is: 'level' }
  const { list, content } = join(draft.base.content, draft.content, server.content)
  return { is: 'contested', server, lines: list, joined: content }
}

/** Two contents that began from `base` as one: `content` is null while a line was changed in both. */
export interface Joined { list: Contested[]; content: Content | null }

export function join(base: Content, mine: Content, theirs: Content): Joined {
  const list = contested(base, mine, theirs)
  // Of two measured times the longer one is the one that was looked at last.
  const elapsed = mine.elapsed === base.elapsed ? theirs.elapsed : theirs.elapsed === base.elapsed ? mine.elapsed : Math.max(mine.elapsed, theirs.elapsed)
  return { list, content: settled({ ...mine, elapsed }, list) }
}

function contested(base: Content, content: Content, other: Content): Contested[] {
  const begun = new Map(lines(base))
  const theirs = new Map(lines(other))
  const out: Contested[] = []
  for (const [id, mine] of lines(content)) {
    const their = theirs.get(id)
    if (!their || sameLine(mine, their)) continue
    const before = begun.get(id)
    // A line that only one side touched is that side's; both touched: nobody but a person decides.
    const pick = sameLine(mine, before) ? 'theirs' : sameLine(their, before) ? 'mine' : null
    out.push({ id, mine, theirs: their, pick })
  }
  return out
}

/** The content that the picks make; null while one is open. */
export function settled(content: Content, list: readonly Contested[]): Content | null {
  if (list.some((l) => l.pick === null)) return null
  const theirs = new Map(list.filter((l) => l.pick === 'theirs').map((l) => [l.id, l.theirs]))
  return {
    ...content,
    rows: content.rows.map((r) => (theirs.get(`row:${r.row}`) as RowScore | undefined) ?? r),
    vetoes: content.vetoes.map((v) => (theirs.get(`veto:${v.veto}`) as VetoScore | undefined) ?? v),
  }
}
