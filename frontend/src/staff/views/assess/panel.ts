import type { Account, Breach, Rule } from './types'

export const RULES: readonly Rule[] = ['mean', 'trimmed', 'median']
const most = 15
const trimFrom = 5

/** Too few are left once the highest and the lowest are taken away. */
export const tooFewToTrim = (examiners: number, rule: Rule): boolean => rule === 'trimmed' && examiners < trimFrom

export const full = (examiners: number): boolean => examiners >= most

/** What keeps a panel from being submitted: nothing, a reason to give, or what has no exception. */
export function need(breaches: readonly Breach[]): 'nothing' | 'reason' | 'change' {
  if (breaches.length === 0) return 'nothing'
  return breaches.every((b) => b.overridable) ? 'reason' : 'change'
}

/** 2 to 500 characters, as the server counts them; null for others. */
export function reasonOf(text: string): string | null {
  const n = [...text.trim()].length
  return n >= 2 && n <= 500 ? text.trim() : null
}

/** Those whose name or login holds the text, the chosen ones always. */
export function listed(all: readonly Account[], chosen: ReadonlySet<string>, text: string): Account[] {
  const q = text.trim().toLowerCase()
  return all.filter((a) => chosen.has(a.id) || q === '' || a.name.toLowerCase().includes(q) || a.login.toLowerCase().includes(q))
}
