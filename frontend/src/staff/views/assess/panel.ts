import type { Account, Rule } from './types'

/** Why a panel cannot be appointed so; the words are in the messages. */
export type PanelFault = 'few' | 'even' | 'trimmed'

export const RULES: readonly Rule[] = ['mean', 'trimmed', 'median']
const least = 3
const most = 15
const trimFrom = 5

export function panelFault(examiners: number, rule: Rule): PanelFault | null {
  if (examiners < least) return 'few'
  if (examiners % 2 === 0) return 'even'
  return rule === 'trimmed' && examiners < trimFrom ? 'trimmed' : null
}

export const full = (examiners: number): boolean => examiners >= most

/** Those whose name or login holds the text, the chosen ones always. */
export function listed(all: readonly Account[], chosen: ReadonlySet<string>, text: string): Account[] {
  const q = text.trim().toLowerCase()
  return all.filter((a) => chosen.has(a.id) || q === '' || a.name.toLowerCase().includes(q) || a.login.toLowerCase().includes(q))
}
