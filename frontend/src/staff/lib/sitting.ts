import type { Act, Blueprint, Role, SittingState } from './types'

/** The states of a sitting in their only order. */
export const STATES: readonly SittingState[] = ['draft', 'sealed', 'open', 'closed', 'released']

/** The one act that leads on from each state. Results are released by two people on a page of their own. */
const NEXT: Record<SittingState, Act | null> = { draft: 'seal', sealed: 'open', open: 'close', closed: null, released: null }

export function nextAct(state: SittingState): Act | null {
  return NEXT[state]
}

export type StepState = 'done' | 'now' | 'later'

/** The steps 计划 → 封卷 → 开考 → 结束 → 公布; a released sitting has them all behind it. */
export function steps(state: SittingState): { step: SittingState; is: StepState }[] {
  const at = STATES.indexOf(state)
  return STATES.map((step, i) => ({ step, is: i < at || state === 'released' ? 'done' : i === at ? 'now' : 'later' }))
}

/** A bank is named for one occupation and level, such as bwgly-3. */
export function levelOfBank(bank: string): number | null {
  const m = /-(\d+)$/.exec(bank)
  return m ? Number(m[1]) : null
}

/** Blueprints of a level first; those that do not tell their level are kept apart. */
export function blueprintsOf(all: readonly Blueprint[], level: number): { fit: Blueprint[]; open: Blueprint[] } {
  return {
    fit: all.filter((b) => levelOfBank(b.bank) === level),
    open: all.filter((b) => levelOfBank(b.bank) === null),
  }
}

/** Sections of the staff site, each with who may open it. */
export const AREAS = {
  bank: ['administrator', 'editor', 'reviewer', 'auditor'],
  blueprints: ['administrator', 'editor', 'auditor'],
  write: ['administrator', 'editor'],
  sittings: ['administrator', 'invigilator', 'examiner', 'chair', 'certificate-officer', 'auditor'],
  results: ['administrator', 'examiner', 'chair', 'auditor'],
  roster: ['administrator', 'invigilator', 'auditor'],
  watch: ['administrator', 'invigilator', 'auditor'],
  run: ['administrator', 'invigilator'],
  plan: ['administrator'],
  register: ['administrator', 'auditor'],
  assess: ['examiner', 'chair'],
  certificates: ['administrator', 'certificate-officer', 'auditor'],
  audit: ['administrator', 'auditor'],
  accounts: ['administrator', 'auditor'],
} as const satisfies Record<string, readonly Role[]>

export type Area = keyof typeof AREAS

export function may(roles: readonly Role[], area: Area): boolean {
  const list: readonly Role[] = AREAS[area]
  return roles.some((r) => list.includes(r))
}
