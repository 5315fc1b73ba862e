import type { Examiner } from '../assess/types'

/** How a card stands on a day; days are 2006-01-02, which compare as texts. */
export type CardState = 'none' | 'expired' | 'valid'

export function cardState(e: Examiner, today: string): CardState {
  if (e.cardNumber === '' || e.cardUntil === '') return 'none'
  return today > e.cardUntil ? 'expired' : 'valid'
}

/** The assessment that counts in a year: the latest of it, else of the year before. */
export interface YearState { is: 'passed' | 'failed' | 'last' | 'none'; year: number }

export function yearState(e: Examiner, year: number): YearState {
  for (const y of [year, year - 1]) {
    const all = e.assessments.filter((a) => a.year === y)
    const last = all[all.length - 1]
    if (last) return { is: last.result === 'failed' ? 'failed' : y === year ? 'passed' : 'last', year: y }
  }
  return { is: 'none', year }
}

/** Nothing of the entry would keep its examiner from a panel. */
export function ready(e: Examiner, today: string): boolean {
  const year = yearState(e, Number(today.slice(0, 4))).is
  return e.version > 0 && e.grade !== undefined && cardState(e, today) === 'valid' && (year === 'passed' || year === 'last')
}

/** A day as typed, 2028-06-30 or 2028/6/30; empty stays empty, null for what is no day. */
export function parseDay(text: string): string | null {
  if (text.trim() === '') return ''
  const m = /^(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?$/.exec(text.trim())
  if (!m) return null
  const [y, mo, d] = [Number(m[1]), Number(m[2]), Number(m[3])]
  const at = new Date(Date.UTC(y, mo - 1, d))
  const iso = at.toISOString().slice(0, 10)
  return at.getUTCMonth() === mo - 1 && at.getUTCDate() === d ? iso : null
}
