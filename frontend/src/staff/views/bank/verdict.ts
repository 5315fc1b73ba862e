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
