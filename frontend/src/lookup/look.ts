import type { components } from '../contract.gen'

// What the page makes of what was typed and of what came back. No DOM.

export type Result = components['schemas']['LookupResult']
export type Part = components['schemas']['LookupPart']
export interface Typed { admission: string; code: string }
export type FieldName = 'admission' | 'code'

const narrow = (raw: string) => raw.replace(/[！-～]/g, (c) => String.fromCharCode(c.charCodeAt(0) - 0xfee0)).replace(/[\s\u00a0\u3000]/g, '')

/** The eight characters of a code as meant: O and I read like digits. */
export function normalCode(raw: string): string {
  return narrow(raw).toUpperCase().replace(/[-—–−]/g, '').replace(/O/g, '0').replace(/[IL]/g, '1')
}

/** The fields that cannot be sent so, in the order of the form. */
export function faults(t: Typed): FieldName[] {
  const out: FieldName[] = []
  if (narrow(t.admission) === '') out.push('admission')
  if (!/^[0-9A-HJKMNP-TV-Z]{8}$/.test(normalCode(t.code))) out.push('code')
  return out
}

export function request(t: Typed): components['schemas']['LookupRequest'] {
  return { admission: narrow(t.admission).toUpperCase(), code: normalCode(t.code) }
}

/** The word on a component: decided ones say passed or failed, others why not. */
export type Word = 'passed' | 'failed' | 'absent' | 'vetoed' | 'misconduct' | 'pending' | 'missing'

export function wordOf(p: Part): Word {
  if (p.state !== 'scored' && p.state !== 'carried') return p.state
  return p.passed ? 'passed' : 'failed'
}

/** The components that are not passed. */
export const open = (r: Result): Part[] => r.components.filter((p) => p.passed !== true)

/** Whether what is passed stays while the rest is taken again. */
export const keeps = (r: Result): boolean => r.components.some((p) => p.passed === true && p.until !== undefined)

/** The last moment of a period that is given by the first one after it. */
export const lastOf = (end: string): number => Date.parse(end) - 1000
