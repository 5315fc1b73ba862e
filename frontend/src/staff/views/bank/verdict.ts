import type { Look } from '../../lib/tones'
import type { Outcome } from './exchange'

export const LOOK: Record<Outcome, Look> = {
  dropped: { icon: 'x', tone: 'bad' },
  changed: { icon: 'pen', tone: 'warn' },
  kept: { icon: 'ok', tone: 'ok' },
}

export interface Piece { text: string; hit: boolean }

/** A text in pieces: what it does not share with another at its ends is marked. */
export function changedPart(text: string, other: string): Piece[] {
  if (other === '' || text === '') return text === '' ? [] : [{ text, hit: true }]
  const a = [...text]
  const b = [...other]
  let from = 0
  while (from < a.length && from < b.length && a[from] === b[from]) from++
  let to = 0
  while (to < a.length - from && to < b.length - from && a[a.length - 1 - to] === b[b.length - 1 - to]) to++
  return [
    { text: a.slice(0, from).join(''), hit: false },
    { text: a.slice(from, a.length - to).join(''), hit: true },
    { text: a.slice(a.length - to).join(''), hit: false },
  ].filter((p) => p.text !== '')
}

const FREE: readonly string[] = ['missing-code', 'bad-code', 'duplicate-code', 'point-mismatch', 'type-mismatch']
const WHOLE: readonly string[] = ['duplicate-item', 'opposite-answers', 'picture', 'orphan-part', 'bad-part', 'no-parts', 'missing-file', 'unsafe-path', 'media-too-large', 'not-items', 'malformed', 'no-serial', 'unknown-column']
const FIELD = /^(ID|认定点代码|题型代码|试题（.+）|正确答案|难度代码|解析)$/

/** Whether a field of a row can be corrected without the file. What is cut off for reading cannot. */
export const canFix = (v: { field: string; reason: string; old: string }): boolean =>
  FIELD.test(v.field) && v.field !== '试题（选项）' && !WHOLE.includes(v.reason) && !v.old.endsWith('…')

/** Whether the row may get the next free code. */
export const canFree = (v: { reason: string }): boolean => FREE.includes(v.reason)
