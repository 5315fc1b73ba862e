import type { Schemas } from '../../../shared/api'
import { score } from '../../../shared/marks'

// How marks and examiners are drawn and told. No DOM; marks are hundredths.

export type Statistics = Schemas['Statistics']
export type Distribution = Schemas['Distribution']
export type Agreement = Schemas['PanelAgreement']

/** The drawing of a histogram: 330 × 210, one unit a pixel, so that it fits a telephone. */
export const BOX = { width: 330, height: 210, left: 34, right: 12, top: 26, bottom: 36 } as const

export interface Bar { x: number; y: number; w: number; h: number; from: number; to: number; count: number }

const plotWidth = BOX.width - BOX.left - BOX.right
const plotHeight = BOX.height - BOX.top - BOX.bottom
export const floor = BOX.top + plotHeight

export function xOf(d: Distribution, marks: number): number {
  return BOX.left + (plotWidth * marks) / Math.max(1, d.full)
}

/** The tallest bar, and one at least: an axis of nothing has no scale. */
export const tallest = (d: Distribution): number => Math.max(1, ...d.bins.map((b) => b.count))

export function bars(d: Distribution): Bar[] {
  const most = tallest(d)
  return d.bins.map((b) => {
    const h = (plotHeight * b.count) / most
    const x = xOf(d, b.from)
    return { x: x + 1, y: floor - h, w: Math.max(0, xOf(d, b.to) - x - 2), h, from: b.from, to: b.to, count: b.count }
  })
}

/** The bin in which most lie; null where nobody was scored. */
export function mode(d: Distribution): Distribution['bins'][number] | null {
  if (d.n === 0) return null
  return d.bins.reduce((a, b) => (b.count > a.count ? b : a))
}

/** Hundredths that need not be whole, with two decimals: −340.4 → −3.40. */
export const mean = (hundredths: number): string => score(Math.round(hundredths))

/** 29 for 0.294; a correlation below nothing explains nothing. */
export const percent = (share: number): number => Math.round(100 * Math.min(1, Math.max(0, share)))

/** How good a correlation is called, after Koo and Li (2016). */
export function grade(icc: number): 'poor' | 'moderate' | 'good' | 'excellent' {
  return icc < 0.5 ? 'poor' : icc < 0.75 ? 'moderate' : icc < 0.9 ? 'good' : 'excellent'
}

/** Whether an examiner scores lower or higher than the others; within half a point it is the same. */
export function lean(difference: number): 'lower' | 'higher' | 'same' {
  return difference <= -50 ? 'lower' : difference >= 50 ? 'higher' : 'same'
}

/** The examiner who is furthest from the others; null where all are within half a point. */
export function furthest(a: Agreement): Agreement['examiners'][number] | null {
  const far = [...a.examiners].sort((x, y) => Math.abs(y.difference) - Math.abs(x.difference))[0]
  return far && lean(far.difference) !== 'same' ? far : null
}

/** How wide the axis of differences is on each side: whole points, one at least. */
export const reach = (a: Agreement): number => Math.max(100, Math.ceil(Math.max(0, ...a.examiners.map((e) => Math.abs(e.difference))) / 100) * 100)
