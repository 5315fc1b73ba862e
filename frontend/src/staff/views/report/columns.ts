import type { ReportColumn, ReportField, ReportFormat } from './api'

// What the editor of a column map does to its columns. No DOM.

/** A column in the editor: its key stays while it moves. */
export interface Draft { key: number; heading: string; field: string; format: ReportFormat; value: string; required: boolean; most: string; allowed: string }

let keys = 0

export function draftOf(c: ReportColumn, fields: readonly ReportField[]): Draft {
  const field = fields.find((f) => f.field === c.field)
  return { key: ++keys, heading: c.heading, field: c.field, format: c.format ?? field?.formats[0] ?? 'plain', value: c.value ?? '', required: c.required ?? false, most: c.most ? String(c.most) : '', allowed: (c.allowed ?? []).join(' ') }
}

export function columnOf(d: Draft): ReportColumn {
  const allowed = d.allowed.split(/[\s,，、;；]+/).filter(Boolean)
  return {
    heading: d.heading.trim(), field: d.field, format: d.format, ...(d.field === 'fixed' ? { value: d.value } : {}),
    ...(d.required ? { required: true } : {}), ...(/^\d+$/.test(d.most.trim()) && Number(d.most) > 0 ? { most: Number(d.most) } : {}), ...(allowed.length > 0 ? { allowed } : {}),
  }
}

/** What a new map begins with. */
const USUAL = ['number', 'admission', 'name', 'documentMasked', 'certificate', 'levelTitle', 'theoryMarks', 'skillMarks', 'reviewMarks', 'overall', 'releasedOn', 'issuedOn', 'state']

export function usual(fields: readonly ReportField[]): Draft[] {
  return USUAL.flatMap((code) => { const f = fields.find((x) => x.field === code); return f ? [draftOf({ heading: f.label, field: f.field }, fields)] : [] })
}

/** The list with one column moved by a step; the same list at its ends. */
export function moved(list: readonly Draft[], at: number, step: -1 | 1): Draft[] {
  const out = [...list]
  const [a, b] = [out[at], out[at + step]]
  if (a && b) [out[at], out[at + step]] = [b, a]
  return out
}

/** A column that shows another field: with its usual format, and its label where the heading was the old one's. */
export function withField(d: Draft, code: string, fields: readonly ReportField[]): Draft {
  const was = fields.find((f) => f.field === d.field)
  const now = fields.find((f) => f.field === code)
  if (!now) return d
  return { ...d, field: code, format: now.formats[0] ?? 'plain', heading: d.heading === '' || d.heading === was?.label ? now.label : d.heading, value: now.fixed ? d.value : '' }
}

/** What stands in a file's name, of a title that people wrote. */
export const fileName = (...parts: string[]): string => parts.join('-').replace(/[\\/:*?"<>|\s]+/g, '_')
