import { points } from '../../../shared/marks'
import { t } from '../../i18n'
import type { Line } from './journal'
import { countOf, isFull, rowMarks, rowsOf } from './score'
import type { Kind, Sheet, SheetRow, VetoScore } from './types'

/** A station by its component, its number from the second on, and its title. */
export const stationWords = (kind: Kind, title: string | undefined) => [t(`kind.${kind}`), ...(title ? [title] : [])].join(' ')

/** What a line is about, with its number. */
export function lineTitle(sheet: Sheet, id: string): string {
  const name = id.slice(id.indexOf(':') + 1)
  if (id.startsWith('veto:')) return `★ ${sheet.vetoes.find((v) => v.id === name)?.text ?? name}`
  const i = rowsOf(sheet).findIndex((r) => r.id === name)
  return t('sheet.rowLabel', { n: i + 1, text: rowsOf(sheet)[i]?.text ?? name })
}

/** A line in words, for comparing two of them. */
export function lineWords(sheet: Sheet, line: Line): string {
  if ('veto' in line) return vetoWords(line)
  const row = rowsOf(sheet).find((r) => r.id === line.row)
  const marks = row ? rowMarks(row, line) : null
  const note = line.note.trim() === '' ? '' : ` · ${line.note.trim()}`
  if (!row || marks === null) return t('sheet.notScored') + note
  const parts = isFull(line) ? [t('sheet.full')] : faults(row, line)
  return `${points(marks)} / ${points(row.full)} · ${parts.join(t('app.listSep'))}${note}`
}

function faults(row: SheetRow, line: Line): string[] {
  if ('veto' in line) return []
  const out = row.deductions.flatMap((d) => {
    const n = countOf(line, d.id)
    return n > 0 ? [n > 1 ? t('compare.times', { label: d.label, n }) : d.label] : []
  })
  if (line.other > 0) out.push(t('compare.other', { n: points(line.other) }))
  return out
}

function vetoWords(v: VetoScore): string {
  if (v.state === 'yes') return `${t('sheet.veto.is')} · ${t('sheet.veto.fact', { fact: v.fact })}`
  return v.state === 'no' ? t('sheet.veto.no') : t('sheet.veto.pending')
}
