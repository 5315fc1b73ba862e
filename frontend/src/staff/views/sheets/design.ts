import type { components } from '../../../contract.gen'

type S = components['schemas']
export type Sheet = S['ScoreSheet']
export type Design = S['SheetDesign']
export type Section = S['SheetSection']
export type Row = S['SheetRow']

// A score sheet while it is designed. No DOM; marks are whole hundredths. Rules
// are those of assess.Sheet.Check, so that a fault is shown before it is sent.

export const FULL = 10_000

let made = 0
/** A name that no other part of the sheet has: letters, digits, hyphens. */
export const newId = (prefix: string): string => `${prefix}-${Date.now().toString(36)}${(++made).toString(36)}`

export const newRow = (): Row => ({ id: newId('r'), text: '', full: 0, rule: '', deductions: [] })
export const newSection = (): Section => ({ function: '', title: '', rows: [newRow()] })

export function blank(level: number): Design {
  return { id: newId('sheet'), base: 0, level, kind: 'skill', title: '', minutes: 30, vetoes: [], sections: [newSection()], attachments: [] }
}

/** The next version of a sheet that is there. */
export function nextOf(s: Sheet): Design {
  return structuredClone({
    id: s.id, base: s.version, level: s.level, kind: s.kind, title: s.title, minutes: s.minutes, sample: s.sample,
    vetoes: s.vetoes, sections: s.sections,
    attachments: s.attachments ?? [],
  } as Design)
}

/** The most attachments that a sheet may ask for. */
export const mostAttachments = 10

/** A new sheet that begins as a copy of one that is there. */
export function copyOf(s: Sheet): Design {
  return { ...nextOf(s), id: newId('sheet'), base: 0, sample: false }
}

export const sectionFull = (s: Section): number => s.rows.reduce((n, r) => n + r.full, 0)
export const sheetFull = (d: Pick<Design, 'sections'>): number => d.sections.reduce((n, s) => n + sectionFull(s), 0)

/** Moves an entry of a list by one place; at the end it stays. */
export function move<T>(list: T[], at: number, by: -1 | 1): void {
  const to = at + by
  const one = list[at]
  const other = list[to]
  if (one === undefined || other === undefined) return
  list[at] = other
  list[to] = one
}

export type FaultCode = 'title' | 'minutes' | 'veto' | 'function' | 'sectionTitle' | 'noRows' | 'rowText' | 'rowFull' | 'rowRule' | 'step' | 'label' | 'marks' | 'most' | 'sum' | 'attachment'
export interface Fault { at: string; code: FaultCode }

const length = (s: string, least: number, most: number) => { const n = [...s.trim()].length; return n >= least && n <= most }

/** What is wrong, in the order of the form; `at` is the id of the control. */
export function faultsOf(d: Design): Fault[] {
  const out: Fault[] = []
  const need = (ok: boolean, at: string, code: FaultCode) => { if (!ok) out.push({ at, code }) }
  need(length(d.title, 2, 80), 'title', 'title')
  need(Number.isInteger(d.minutes) && d.minutes >= 1 && d.minutes <= 480, 'minutes', 'minutes')
  d.vetoes.forEach((v) => { need(length(v.text, 2, 200), `veto-${v.id}`, 'veto') })
  d.sections.forEach((s, i) => {
    need(length(s.function, 2, 40), `function-${i}`, 'function')
    need(length(s.title, 2, 80), `section-${i}`, 'sectionTitle')
    need(s.rows.length > 0, `section-${i}`, 'noRows')
    for (const r of s.rows) {
      need(length(r.text, 2, 120), `text-${r.id}`, 'rowText')
      need(r.full > 0 && r.full <= FULL, `full-${r.id}`, 'rowFull')
      need(length(r.rule, 2, 400), `rule-${r.id}`, 'rowRule')
      need(!r.step || r.full % r.step === 0, `step-${r.id}`, 'step')
      for (const x of r.deductions) {
        need(length(x.label, 1, 60), `label-${r.id}-${x.id}`, 'label')
        need(x.marks > 0 && x.marks <= r.full, `marks-${r.id}-${x.id}`, 'marks')
        need(Number.isInteger(x.most) && x.most >= 1 && x.most <= 20, `most-${r.id}-${x.id}`, 'most')
      }
    }
  })
  d.attachments?.forEach((a) => { need(length(a.label, 2, 60), `attachment-${a.id}`, 'attachment') })
  need(sheetFull(d) === FULL, 'sum', 'sum')
  return out
}

/** Points as typed into hundredths; null where they are no marks. */
export function hundredths(text: string): number | null {
  const m = /^\s*(\d{1,3})(?:[.．](\d{1,2}))?\s*$/.exec(text.replace(/[０-９]/g, (c) => String.fromCharCode(c.charCodeAt(0) - 0xfee0)))
  return m ? Number(m[1]) * 100 + Number((m[2] ?? '').padEnd(2, '0')) : null
}

/** The versions of one sheet, the newest first. */
export const versionsOf = (all: readonly Sheet[], id: string): Sheet[] => all.filter((s) => s.id === id).sort((a, b) => b.version - a.version)

/** The newest version of each name, by level, kind and title. */
export function newestOf(all: readonly Sheet[]): Sheet[] {
  const by = new Map<string, Sheet>()
  for (const s of all) if (s.version > (by.get(s.id)?.version ?? 0)) by.set(s.id, s)
  return [...by.values()].sort((a, b) => b.level - a.level || a.kind.localeCompare(b.kind) * -1 || a.title.localeCompare(b.title, 'zh-CN'))
}
