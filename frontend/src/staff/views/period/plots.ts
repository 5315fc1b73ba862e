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

export interface Passing { label: string; rates: readonly number[] }
const COMPONENTS = ['theory', 'skill', 'review'] as const

/** The levels at which somebody took a component, with what share of them passed, in tenths of a percent. */
export const ratesOf = (lines: readonly PeriodLine[]): Passing[] =>
  lines.filter((l) => l.group === 'level' && COMPONENTS.some((_, i) => (l.rates[i] ?? -1) >= 0)).map(({ label, rates }) => ({ label, rates }))

const percent = (n: number | undefined) => (n === undefined || n < 0 ? t('period.noRate') : `${(n / 10).toFixed(1)}%`)

/** What the picture of pass rates shows, as a sentence. */
export const sayRates = (all: readonly Passing[]): string => t('period.plot.say', {
  title: t('period.plot.passing'), lines: all.map((r) => `${r.label} ${COMPONENTS.map((k, i) => `${t(`kind.short.${k}`)} ${percent(r.rates[i])}`).join(' ')}`).join(t('app.listSep')),
})

/** Lying bars of the components' pass rates for each level. */
export const drawRates = (all: readonly Passing[], c: Ink): EChartsCoreOption =>
  bars(all.map((r) => r.label), COMPONENTS.map((k, i) => ({ name: t(`kind.short.${k}`), data: all.map((r) => { const n = r.rates[i] ?? -1; return n < 0 ? null : n / 10 }) })), c, { max: 100, interval: 20 })

/** Lying bars of what was counted for each member. */
export const draw = (b: Bars, c: Ink): EChartsCoreOption =>
  bars(b.rows.map((r) => r.label), KINDS.map((k) => ({ name: t(`period.plot.${k}`), data: b.rows.map((r) => r[k]) })), c, { minInterval: 1 })

/** Three lying bars for each label: an outline, grey, and full. */
function bars(labels: string[], series: { name: string; data: (number | null)[] }[], c: Ink, axis: object): EChartsCoreOption {
  const look = [{ color: c.surface, borderColor: c.ink, borderWidth: 1.5 }, { color: c.strong, borderColor: c.ink, borderWidth: 1 }, { color: c.ink, borderColor: c.ink, borderWidth: 1 }]
  const text = { color: c.second, fontSize: 13, fontFamily: c.font }
  return {
    animation: false, grid: { left: 8, right: 40, top: 34, bottom: 8, containLabel: true },
    legend: { top: 0, left: 0, itemWidth: 18, itemHeight: 12, selectedMode: false, textStyle: text, data: series.map((x) => x.name) },
    xAxis: { type: 'value', ...axis, axisLine: { show: false }, axisLabel: text, splitLine: { lineStyle: { color: c.line } } },
    yAxis: { type: 'category', inverse: true, data: labels, axisTick: { show: false }, axisLine: { lineStyle: { color: c.strong } }, axisLabel: { ...text, width: 110, overflow: 'truncate' } },
    series: series.map((x, i) => ({
      type: 'bar', name: x.name, silent: true, barMaxWidth: 14, barGap: '10%', itemStyle: look[i], label: { show: true, position: 'right', ...text, fontSize: 12 }, data: x.data,
    })),
  }
}
