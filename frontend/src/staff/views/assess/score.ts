import type { RowScore, Score, Sheet, SheetDeduction, SheetRow, VetoScore } from './types'

// What a score sheet comes to, in whole hundredths. No DOM, no network. It
// mirrors engine/assess; the server decides.

/** Every line of a sheet as one examiner has it: one for each row and veto, in the sheet's order. */
export interface Content {
  readonly rows: readonly RowScore[]
  readonly vetoes: readonly VetoScore[]
  /** What the stopwatch measured, in seconds. */
  readonly elapsed: number
}

export function rowsOf(sheet: Sheet): SheetRow[] {
  return sheet.sections.flatMap((s) => s.rows)
}

const blankRow = (row: string): RowScore => ({ row, touched: false, deductions: [], other: 0, note: '' })
const blankVeto = (veto: string): VetoScore => ({ veto, state: 'pending', fact: '' })

/** A sheet on which nothing was entered: every row 未评, every veto 待判定. */
export function blank(sheet: Sheet): Content {
  return { rows: rowsOf(sheet).map((r) => blankRow(r.id)), vetoes: sheet.vetoes.map((v) => blankVeto(v.id)), elapsed: 0 }
}

/** Brings lines into the sheet's order; what is left out is 未评 or 待判定. */
export function arranged(sheet: Sheet, from: Pick<Score, 'rows' | 'vetoes' | 'elapsedSeconds'>): Content {
  return {
    rows: rowsOf(sheet).map((r) => {
      const line = from.rows.find((x) => x.row === r.id)
      if (!line) return blankRow(r.id)
      const counted = r.deductions.flatMap((d) => {
        const count = countOf(line, d.id)
        return count > 0 ? [{ deduction: d.id, count }] : []
      })
      return line.touched ? { row: r.id, touched: true, deductions: counted, other: line.other, note: line.note } : { ...blankRow(r.id), note: line.note }
    }),
    vetoes: sheet.vetoes.map((v) => {
      const line = from.vetoes.find((x) => x.veto === v.id)
      return line ? { veto: v.id, state: line.state, fact: line.fact } : blankVeto(v.id)
    }),
    elapsed: from.elapsedSeconds ?? 0,
  }
}

export function countOf(line: RowScore, deduction: string): number {
  return line.deductions.find((d) => d.deduction === deduction)?.count ?? 0
}

/** What a row earns: full marks less the deductions, within 0 and the full marks. Null while it is 未评. */
export function rowMarks(row: SheetRow, line: RowScore): number | null {
  if (!line.touched) return null
  const lost = row.deductions.reduce((n, d) => n + d.marks * countOf(line, d.id), line.other)
  return Math.min(row.full, Math.max(0, row.full - lost))
}

/** 无扣分: the row was scored and nothing was taken off. */
export function isFull(line: RowScore): boolean {
  return line.touched && line.deductions.length === 0 && line.other === 0
}

export interface Total {
  /** Of the rows that were scored, vetoes aside. */
  sum: number
  /** What those rows are worth. */
  of: number
  full: number
  /** Rows that are 未评. */
  waiting: number
  /** Vetoes that are 待判定. */
  pending: number
  vetoed: boolean
}

export function total(sheet: Sheet, content: Pick<Content, 'rows' | 'vetoes'>): Total {
  const t: Total = { sum: 0, of: 0, full: sheet.full, waiting: 0, pending: 0, vetoed: false }
  rowsOf(sheet).forEach((row, i) => {
    const line = content.rows[i]
    const marks = line ? rowMarks(row, line) : null
    if (marks === null) {
      t.waiting++
      return
    }
    t.sum += marks
    t.of += row.full
  })
  for (const v of content.vetoes) {
    if (v.state === 'pending') t.pending++
    if (v.state === 'yes') t.vetoed = true
  }
  return t
}

/** What keeps a sheet from being signed. `number` is the row's or veto's place, from 1. */
export interface Gap { is: 'row' | 'note' | 'veto' | 'fact' | 'text' | 'file'; id: string; number: number; text: string }

/**
 * Why the sheet cannot be signed yet, vetoes first. `typed` holds field texts
 * that are no number, `attached` the attachments that are there or on their way.
 */
export function gaps(sheet: Sheet, content: Content, typed: Readonly<Record<string, string>> = {}, attached: ReadonlySet<string> = new Set()): Gap[] {
  const out: Gap[] = []
  sheet.vetoes.forEach((v, i) => {
    const line = content.vetoes[i]
    const at = { id: v.id, number: i + 1, text: v.text }
    if (!line || line.state === 'pending') out.push({ is: 'veto', ...at })
    else if (line.state === 'yes' && line.fact.trim() === '') out.push({ is: 'fact', ...at })
  })
  rowsOf(sheet).forEach((row, i) => {
    const line = content.rows[i]
    const at = { id: row.id, number: i + 1, text: row.text }
    if (typed[otherField(row.id)] !== undefined) out.push({ is: 'text', ...at })
    else if (!line || !line.touched) out.push({ is: 'row', ...at })
    else if (line.other > 0 && line.note.trim() === '') out.push({ is: 'note', ...at })
  })
  const wanted = sheet.attachments ?? []
  wanted.forEach((a, i) => {
    if (a.required && !attached.has(a.id)) out.push({ is: 'file', id: a.id, number: i + 1, text: a.label })
  })
  return out
}

/** The name of a row's field for 其他扣分, and of a veto's field for the fact, among texts being typed. */
export const otherField = (row: string) => `other:${row}`
export const factField = (veto: string) => `fact:${veto}`

export type Edit =
  | { do: 'full'; row: string }
  | { do: 'toggle'; row: string; deduction: string }
  | { do: 'step'; row: string; deduction: string; by: 1 | -1 }
  | { do: 'other'; row: string; marks: number }
  | { do: 'note'; row: string; note: string }
  | { do: 'veto'; veto: string; state: 'no' }
  | { do: 'veto'; veto: string; state: 'yes'; fact: string }

/** What an act of the examiner makes of the sheet. An act that changes nothing returns the same content. */
export function edit(sheet: Sheet, content: Content, e: Edit): Content {
  if (e.do === 'veto') {
    const to: VetoScore = { veto: e.veto, state: e.state, fact: e.state === 'yes' ? e.fact.trim() : '' }
    return { ...content, vetoes: content.vetoes.map((v) => (v.veto === e.veto ? to : v)) }
  }
  const row = rowsOf(sheet).find((r) => r.id === e.row)
  if (!row) return content
  let changed = false
  const rows = content.rows.map((line) => {
    if (line.row !== e.row) return line
    const next = editRow(row, line, e)
    changed = next !== line
    return next
  })
  return changed ? { ...content, rows } : content
}

function editRow(row: SheetRow, line: RowScore, e: Exclude<Edit, { do: 'veto' }>): RowScore {
  switch (e.do) {
    case 'full':
      // Pressed again it is taken back: a row is never left at full marks by a slip.
      return { ...blankRow(line.row), touched: !isFull(line), note: line.note }
    case 'toggle': return recount(row, line, e.deduction, countOf(line, e.deduction) > 0 ? 0 : 1)
    case 'step': return recount(row, line, e.deduction, countOf(line, e.deduction) + e.by)
    case 'other': {
      const other = Math.min(row.full, Math.max(0, e.marks))
      return other === line.other ? line : judged({ ...line, touched: true, other })
    }
    case 'note': return e.note === line.note ? line : { ...line, note: e.note }
  }
}

function recount(row: SheetRow, line: RowScore, deduction: string, to: number): RowScore {
  const own = row.deductions.find((d) => d.id === deduction)
  if (!own || to < 0 || to > own.most || to === countOf(line, deduction)) return line
  const deductions = row.deductions.flatMap((d) => {
    const count = d.id === deduction ? to : countOf(line, d.id)
    return count > 0 ? [{ deduction: d.id, count }] : []
  })
  return judged({ ...line, touched: true, deductions })
}

/** A row from which the last deduction was taken away is 未评 again: full marks are only given by 无扣分. */
function judged(line: RowScore): RowScore {
  return line.deductions.length === 0 && line.other === 0 ? { ...line, touched: false } : line
}

/** A deduction that may be made more than once has a stepper. */
export const repeats = (d: SheetDeduction): boolean => d.most > 1

/**
 * Reads points as people type them, as hundredths: 2, 2.5, ２．５. Empty is 0.
 * Null for what is no number, is below 0 or has more than two decimals.
 */
export function parsePoints(text: string): number | null {
  const t = text.replace(/[！-～]/g, (c) => String.fromCharCode(c.charCodeAt(0) - 0xfee0)).replace(/[。．]/g, '.').replace(/[\s\u00a0]/g, '')
  if (t === '') return 0
  const m = /^(\d{1,4})(?:\.(\d{0,2}))?$/.exec(t)
  if (!m) return null
  return Number(m[1]) * 100 + Number((m[2] ?? '').padEnd(2, '0'))
}
