import { points } from '../../../shared/marks'
import { parsePoints } from '../assess/score'
import type { Given, Task } from './types'

// What a marker enters for one piece: the criteria that are met and the mark.
// Meeting a criterion sets the mark to what the criteria sum to; the mark may
// then be typed over. No DOM, no storage.

export interface Entry {
  /** The mark as typed; empty is 未评 and never a mark. */
  text: string
  /** Which criteria are met, from 0, sorted. */
  met: number[]
  note: string
}

export const blank: Entry = { text: '', met: [], note: '' }

/** What was stored, as an entry. */
export function entryOf(task: Task): Entry {
  return task.mine ? { text: points(task.mine.marks), met: [...task.mine.criteria], note: task.mine.note } : blank
}

/** What the criteria that are met sum to, in hundredths. */
export function sumOf(task: Task, met: readonly number[]): number {
  return met.reduce((n, i) => n + (task.criteria[i]?.marks ?? 0), 0)
}

export function toggle(task: Task, e: Entry, i: number): Entry {
  const met = e.met.includes(i) ? e.met.filter((x) => x !== i) : [...e.met, i].sort((a, b) => a - b)
  return { ...e, met, text: points(sumOf(task, met)) }
}

/** Typed digits; an input method may have put anything else between them. */
export function typed(e: Entry, text: string): Entry {
  const clean = text.replace(/[！-～]/g, (c) => String.fromCharCode(c.charCodeAt(0) - 0xfee0)).replace(/[。．]/g, '.').replace(/[^\d.]/g, '')
  const [whole = '', ...rest] = clean.split('.')
  return { ...e, text: rest.length > 0 ? `${whole}.${rest.join('').slice(0, 2)}` : whole.slice(0, 4) }
}

/** `none`: nothing typed yet; `range`: more than the question is worth, or no number. */
export type Fault = 'none' | 'range'

export function valueOf(task: Task, e: Entry): number | Fault {
  if (e.text.trim() === '' || e.text === '.') return 'none'
  const n = parsePoints(e.text.startsWith('.') ? `0${e.text}` : e.text)
  return n === null || n > task.points ? 'range' : n
}

/** What travels, or why it cannot. */
export function givenOf(task: Task, e: Entry): Given | Fault {
  const marks = valueOf(task, e)
  if (typeof marks === 'string') return marks
  return { version: task.mine?.version ?? 0, marks, criteria: e.met, note: e.note.trim() }
}

/** Whether there is anything that the server does not have. */
export function changed(task: Task, e: Entry): boolean {
  const was = entryOf(task)
  return e.text !== was.text || e.note.trim() !== was.note || e.met.length !== was.met.length || e.met.some((x, i) => x !== was.met[i])
}
