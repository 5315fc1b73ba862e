import type { EChartsCoreOption } from 'echarts/core'
import { t } from '../../i18n'
import type { Detail, ItemLine, SittingItems } from './api'
import { percent } from './words'

/** The colours of the page, which depend on its theme. */
export interface Ink { ink: string; second: string; line: string; strong: string; surface: string; band: string; warn: string; brand: string; font: string }

const axis = (c: Ink) => ({
  axisLine: { show: true, lineStyle: { color: c.strong } }, axisTick: { show: false }, axisLabel: { color: c.second, fontSize: 13, fontFamily: c.font },
  splitLine: { lineStyle: { color: c.line } }, nameTextStyle: { color: c.second, fontSize: 13, fontFamily: c.font },
})
const text = (c: Ink, bold = false) => ({ color: bold ? c.ink : c.second, fontSize: 13, fontFamily: c.font, fontWeight: bold ? 700 : 400 }) as const
const still = { animation: false } as const

/** How totals lie; people below the pass line are hatched by their outline. */
export function histogram(d: SittingItems, c: Ink): EChartsCoreOption {
  const n = d.histogram.length
  const pass = d.full > 0 ? (d.pass / d.full) * n : 0
  return {
    ...still, grid: { left: 40, right: 16, top: 30, bottom: 30 },
    xAxis: { type: 'value', min: 0, max: n, interval: n / 10, ...axis(c), splitLine: { show: false }, axisLabel: { ...axis(c).axisLabel, formatter: (v: number) => String(Math.round((v * d.full) / n / 100)) } },
    yAxis: { type: 'value', minInterval: 1, max: (v: { max: number }) => Math.ceil(v.max * 1.2) + 1, name: t('stat.people'), ...axis(c), axisLine: { show: false } },
    series: [{
      type: 'bar', barWidth: '96%', barCategoryGap: '0%', silent: true,
      data: d.histogram.map((v, i) => ({
        value: [i + 0.5, v], label: { show: v > 0, position: 'top', ...text(c) },
        itemStyle: v === 0 ? { opacity: 0 } : i + 1 <= pass + 1e-9 ? { color: c.surface, borderColor: c.second, borderWidth: 1.5 } : { color: c.second },
      })),
      barMaxWidth: 36, barMinWidth: 6,
      markLine: { silent: true, symbol: 'none', lineStyle: { color: c.ink, width: 2, type: [5, 4] }, label: { ...text(c, true), formatter: t('stat.pass', { n: Math.round(d.pass / 100) }) }, data: [{ xAxis: pass }] },
    }],
  }
}

/** Each item by facility and discrimination: triangles are suspicious, a ring is the one looked at. */
export function scatter(d: SittingItems, chosen: ItemLine | null, c: Ink): EChartsCoreOption {
  const at = (l: ItemLine) => [l.figures.facility, l.figures.itemRest]
  const drawn = d.rows.filter((l) => l.figures.facility !== undefined && l.figures.itemRest !== undefined)
  const odd = drawn.filter((l) => l.findings.length > 0)
  return {
    ...still, grid: { left: 44, right: 16, top: 30, bottom: 44 },
    xAxis: { type: 'value', min: 0, max: 1, interval: 0.2, name: t('fig.facility'), nameLocation: 'middle', nameGap: 26, ...axis(c), splitLine: { show: false } },
    yAxis: { type: 'value', min: (v: { min: number }) => Math.max(-1, Math.min(0, Math.floor(v.min * 5) / 5)), max: (v: { max: number }) => Math.min(1, Math.ceil(v.max * 5) / 5), name: t('fig.itemRest'), ...axis(c), axisLine: { show: false }, axisLabel: { ...axis(c).axisLabel, formatter: (v: number) => String(Math.round(v * 100) / 100).replace('-', '−') } },
    series: [
      {
        type: 'scatter', data: drawn.filter((l) => l.findings.length === 0).map((l) => ({ value: at(l), name: l.code })), symbol: 'circle', symbolSize: 7,
        itemStyle: { color: 'transparent', borderColor: c.second, borderWidth: 1.2 },
        markArea: { silent: true, itemStyle: { color: c.band }, data: [[{ yAxis: 0 }, { yAxis: d.limits.low }]] },
        markLine: { silent: true, symbol: 'none', lineStyle: { color: c.strong, type: 'solid' }, label: { show: false }, data: [{ yAxis: 0 }] },
      },
      {
        type: 'scatter', symbol: 'triangle', symbolSize: 13, itemStyle: { color: c.warn },
        data: odd.map((l, i) => ({ value: at(l), name: l.code, label: { show: i < 6, formatter: String(i + 1), position: 'right', color: c.warn, fontSize: 13, fontWeight: 700, fontFamily: c.font } })),
      },
      { type: 'scatter', silent: true, symbol: 'circle', symbolSize: 22, itemStyle: { color: 'transparent', borderColor: c.brand, borderWidth: 3 }, data: chosen && drawn.includes(chosen) ? [at(chosen)] : [] },
    ],
  }
}

interface Line { name: string; key: boolean; data: (number | null)[] }

/** What stands at the end of each line: lines that end close together share a label at the highest of them. */
function ends(lines: readonly Line[], keyWord: string): Map<Line, string> {
  const out = new Map<Line, string>()
  let head: Line | null = null
  let level = 2
  for (const l of [...lines].sort((a, b) => (b.data[2] ?? 0) - (a.data[2] ?? 0))) {
    const at = l.data[2] ?? 0
    const word = `${l.name} ${percent(at)}%${l.key ? keyWord : ''}`
    if (head && level - at < 0.07) {
      out.set(head, `${out.get(head) ?? ''}\n${word}`)
    } else {
      head = l
      level = at
      out.set(l, word)
    }
  }
  return out
}

const DASHES: readonly (string | number[])[] = ['solid', [9, 4], [2, 4], [6, 4], [12, 3, 2, 3], [3, 2], [8, 2, 2, 2], [1, 3]]

/** Which third chose what: the key is the thick line. Items without options show who had them right. */
export function curves(d: Detail, c: Ink): EChartsCoreOption {
  const part = (v: readonly number[]) => v.map((n, i) => (d.thirds[i] ? n / d.thirds[i] : null))
  const lines: Line[] = d.options.length > 0 ? d.options.map((o) => ({ name: o.option, key: o.key, data: part(o.thirds) })) : [{ name: t('fig.right'), key: true, data: part(d.right) }]
  const labels = ends(lines, d.options.length > 0 ? ` ${t('fig.keyShort')}` : '')
  const others = lines.filter((l) => !l.key)
  return {
    ...still, grid: { left: 44, right: 92, top: 14, bottom: 30 },
    xAxis: { type: 'category', boundaryGap: false, data: thirds(d), ...axis(c), axisLabel: { ...axis(c).axisLabel, interval: 0 } },
    yAxis: { type: 'value', min: 0, max: (v: { max: number }) => Math.min(1, Math.ceil(v.max * 5 + 0.25) / 5), ...axis(c), axisLine: { show: false }, axisLabel: { ...axis(c).axisLabel, formatter: (v: number) => `${Math.round(v * 100)}%` } },
    series: lines.map((l) => ({
      type: 'line', name: l.name, data: l.data, silent: true, symbol: 'circle', symbolSize: l.key ? 11 : 7,
      lineStyle: { color: c.ink, width: l.key ? 3 : 1.5, type: l.key ? 'solid' : DASHES[1 + (others.indexOf(l) % 7)] },
      itemStyle: { color: l.key ? c.ink : c.surface, borderColor: c.ink, borderWidth: 2 },
      endLabel: { show: labels.has(l), ...text(c, l.key), lineHeight: 16, verticalAlign: (l.data[2] ?? 0) < 0.2 ? 'bottom' : 'middle', formatter: labels.get(l) ?? '' },
    })),
  }
}

/** The three groups with how many people are in each. */
export const thirds = (d: Detail): string[] => (['low', 'mid', 'high'] as const).map((k, i) => t(`fig.third.${k}`, { n: d.thirds[i] ?? 0 }))
