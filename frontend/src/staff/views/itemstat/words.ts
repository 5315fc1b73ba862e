import { t } from '../../i18n'
import type { Figures, Finding, ItemLine } from './api'

/** A part of 1 in whole per cent; a little is never nothing, nor almost all all. */
export function percent(v: number): string {
  const n = Math.round(v * 100)
  if (n === 0 && v > 0) return '<1'
  if (n === 100 && v < 1) return '>99'
  return String(n)
}

/** A part or a correlation with two decimals, and a real minus. */
export function two(v: number | undefined): string {
  if (v === undefined) return '--'
  const s = Math.abs(v).toFixed(2)
  return v < 0 && s !== '0.00' ? `−${s}` : s
}

/** A correlation, which has a sign. */
export const signed = (v: number | undefined) => (v !== undefined && v >= 0.005 ? `+${two(v)}` : two(v))

/** What a finding is, in a few words. */
export function title(f: Finding): string {
  const o = f.option ?? ''
  if (f.kind === 'rare-option') return t(f.value > 0 ? 'fig.rareFew' : 'fig.rareNone', { o })
  if (f.kind === 'omitted') return t('fig.blankMany')
  return t(`fig.${f.kind}`, { o })
}

/** Why, with the limit in brackets. */
export function why(f: Finding): string {
  switch (f.kind) {
    case 'key': return t('fig.why.key', { o: f.option ?? '', v: percent(f.value), l: percent(f.limit) })
    case 'negative': return t('fig.why.negative', { v: two(f.value) })
    case 'low': return t('fig.why.low', { v: signed(f.value), l: two(f.limit) })
    case 'too-hard': return t('fig.why.tooHard', { v: percent(f.value), l: percent(f.limit) })
    case 'too-easy': return t('fig.why.tooEasy', { v: percent(f.value), l: percent(f.limit) })
    case 'omitted': return t('fig.why.omitted', { v: percent(f.value), l: percent(f.limit) })
    case 'slow': return t('fig.why.slow', { v: f.value.toFixed(1), l: String(f.limit) })
    case 'fast': return t('fig.why.fast', { v: f.value.toFixed(1), l: String(f.limit) })
    case 'rare-option': return t('fig.why.rare', { v: percent(f.value), l: percent(f.limit) })
  }
}

/** The reason that goes with an item to the editors; it can be changed before it is sent. */
export function reason(sitting: string, all: readonly Finding[], f: Figures): string {
  const said = all.length > 0 ? all.map((x) => `${title(x)}：${why(x)}`).join('') : t('fig.reasonNone')
  return t('fig.reason', { sitting, n: f.people, said, p: two(f.facility), r: signed(f.itemRest) }).slice(0, 500)
}

/** Why a figure is not there. */
export function missing(f: { undefined: Record<string, string> }, name: string): string {
  const why = f.undefined[name]
  switch (why) {
    case 'no-people': case 'too-few': case 'no-variance': case 'no-rest': case 'not-asked': return t(`fig.undefined.${why}`)
    default: return '--'
  }
}

export const COLUMNS = ['suspicious', 'code', 'people', 'facility', 'itemRest', 'd', 'omitted', 'median'] as const
export type Column = typeof COLUMNS[number]

/** Lines in an order. What has no figure comes last, whichever way. */
export function sorted(all: readonly ItemLine[], by: Column, down: boolean): ItemLine[] {
  if (by === 'suspicious') return down ? [...all].reverse() : [...all]
  const value = (l: ItemLine): number | string | undefined => (by === 'code' ? l.code : l.figures[by])
  return [...all].sort((a, b) => {
    const x = value(a)
    const y = value(b)
    if (x === undefined || y === undefined) return Number(x === undefined) - Number(y === undefined)
    const order = x < y ? -1 : x > y ? 1 : 0
    return down ? -order : order
  })
}
