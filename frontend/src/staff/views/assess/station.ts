import type { Component, Kind, Panel } from './types'

/** Tells whether a part of an address names a station: skill, skill-2 … review-9. */
export function isStation(name: string | undefined): name is Kind {
  return /^(skill|review)(-[2-9])?$/.test(name ?? '')
}

/** The name of a component's station in paths. */
export function stationName(kind: Component, station: number): Kind {
  return (station > 1 ? `${kind}-${station}` : kind) as Kind
}

/** How many stations a component has at the most. */
const most = 9

/** The panels of a component by station, what they weigh together, and the station that could come next. */
export function stationsOf(panels: readonly Panel[], kind: Component): { panels: Panel[]; weight: number; next: number | null } {
  const own = panels.filter((p) => p.kind === kind).sort((a, b) => a.station - b.station)
  const weight = own.reduce((n, p) => n + p.weight, 0)
  let next = 1
  while (own.some((p) => p.station === next)) next++
  return { panels: own, weight, next: weight < 100 && next <= most ? next : null }
}

/** A weight as typed: a whole number from 1 to `left`, else null. */
export function parseWeight(text: string, left: number): number | null {
  const n = /^\d{1,3}$/.test(text.trim()) ? Number(text.trim()) : 0
  return n >= 1 && n <= left ? n : null
}
