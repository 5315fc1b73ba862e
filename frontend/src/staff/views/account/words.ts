import type { Role } from '../../lib/types'

/** The roles that an account may hold, in the order of the server. */
export const STAFF_ROLES = ['administrator', 'editor', 'reviewer', 'examiner', 'chair', 'invigilator', 'certificate-officer', 'auditor'] as const satisfies readonly Role[]
export type StaffRole = (typeof STAFF_ROLES)[number]

const BROWSERS: readonly [RegExp, string][] = [
  [/Edg\/(\d+)/, 'Edge'], [/OPR\/(\d+)/, 'Opera'], [/Firefox\/(\d+)/, 'Firefox'], [/(?:Headless)?Chrome\/(\d+)/, 'Chrome'], [/Version\/(\d+).*Safari/, 'Safari'],
]
const SYSTEMS: readonly [RegExp, string][] = [
  [/Windows/, 'Windows'], [/Android/, 'Android'], [/iPhone|iPad/, 'iOS'], [/Mac OS X/, 'macOS'], [/Linux/, 'Linux'],
]

/** A site that an account may be limited to. */
export interface Site { id: string; name: string }

/** A browser's own description, short: Chrome 120 · Windows. What is not known is shown as it is. */
export function browserOf(agent: string): string {
  const found = BROWSERS.map(([re, name]) => { const m = re.exec(agent); return m ? `${name} ${m[1]}` : '' }).find(Boolean)
  const system = SYSTEMS.find(([re]) => re.test(agent))?.[1]
  return [found ?? agent.slice(0, 40), system].filter(Boolean).join(' · ')
}

/** The dark squares of a symbol that is written as lines of 0 and 1: an SVG path on a grid of one. */
export function pathOf(symbol: string): { size: number; path: string } {
  const rows = symbol.trim().split('\n')
  const path = rows.flatMap((row, y) => [...row].flatMap((c, x) => (c === '1' ? [`M${x} ${y}h1v1h-1z`] : []))).join('')
  return { size: rows.length, path }
}
