import type { EChartsCoreOption } from 'echarts/core'
import { t } from '../../i18n'
import type { Ink } from '../itemstat/options'
import type { PeriodLine } from './api'

// Where what is drawn stands in PeriodLine.counts.
const AT = { sat: 2, qualified: 9, certified: 10 } as const
const KINDS = ['sat', 'qualified', 'certified'] as const

/** More members than this are not drawn: the table has them all. */
export const MOST = 12

export interface Bars { title: string; rows: { label: string; sat: number; qualified: number; certified: number }[]; all: number }

/** The members of a group that have anything to draw, the largest first where there are too many. */
export function barsOf(lines: readonly PeriodLine[], group: PeriodLine['group'], title: string): Bars {
  const of = lines.filter((l) => l.group === group).map((l) => ({ label: l.label, sat: l.counts[AT.sat] ?? 0, qualified: l.counts[AT.qualified] ?? 0, certified: l.counts[AT.certified] ?? 0 }))
  const some = of.filter((r) => r.sat + r.qualified + r.certified > 0)
  if (some.length <= MOST) return { title, rows: some, all: some.length }
  const weight = (r: Bars['rows'][number]) => Math.max(r.sat, r.certified)
  return { title, rows: [...some].sort((a, b) => weight(b) - weight(a)).slice(0, MOST), all: some.length }
}

/** What the picture shows, as a sentence. */
export const say = (b: Bars): string => t('period.plot.say', { title: b.title, lines: b.rows.map((r) => t('period.plot.line', { ...r })).join(t('app.listSep')) })

/** Lying bars, three for each member: full, grey, and an outline. */
export function draw(b: Bars, c: Ink): EChartsCoreOption {
  const look = { sat: { color: c.surface, borderColor: c.ink, borderWidth: 1.5 }, qualified: { color: c.strong, borderColor: c.ink, borderWidth: 1 }, certified: { color: c.ink, borderColor: c.ink, borderWidth: 1 } }
  const text = { color: c.second, fontSize: 13, fontFamily: c.font }
  return {
    animation: false, grid: { left: 8, right: 40, top: 34, bottom: 8, containLabel: true },
    legend: { top: 0, left: 0, itemWidth: 18, itemHeight: 12, selectedMode: false, textStyle: text, data: KINDS.map((k) => t(`period.plot.${k}`)) },
    xAxis: { type: 'value', minInterval: 1, axisLine: { show: false }, axisLabel: text, splitLine: { lineStyle: { color: c.line } } },
    yAxis: { type: 'category', inverse: true, data: b.rows.map((r) => r.label), axisTick: { show: false }, axisLine: { lineStyle: { color: c.strong } }, axisLabel: { ...text, width: 110, overflow: 'truncate' } },
    series: KINDS.map((k) => ({
      type: 'bar', name: t(`period.plot.${k}`), silent: true, barMaxWidth: 14, barGap: '10%', itemStyle: look[k], label: { show: true, position: 'right', ...text, fontSize: 12 }, data: b.rows.map((r) => r[k]),
    })),
  }
}
