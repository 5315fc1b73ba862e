import type { ItemType, Marks } from '../../lib/types'
import type { Cell, Content, OutlineRange, Report } from './api'

/** The types in the order in which papers show them. */
export const TYPES: readonly ItemType[] = ['B', 'G', 'C', 'T', 'D', 'W', 'E']

export const EMPTY: Content = {
  id: '', bank: '', title: '', durationMinutes: 90, sections: [{ type: 'B', count: 20, points: 200 }],
  weights: [], difficulty: [], facility: [], maxPerPoint: 1, exposure: 0, avoidMet: false,
}

export const sum = (list: readonly number[]): number => list.reduce((a, b) => a + b, 0)
export const items = (c: Content): number => sum(c.sections.map((s) => s.count))
export const total = (c: Content): Marks => sum(c.sections.map((s) => s.count * s.points))

/** A range with how deep it lies. */
export interface Flat {
  code: string
  title: string
  weight: number
  depth: number
}

export function flat(ranges: readonly OutlineRange[], depth = 0): Flat[] {
  return ranges.flatMap((r) => [{ code: r.code, title: r.title, weight: r.weight, depth }, ...flat(r.children, depth + 1)])
}

/** Whether one of two ranges lies in the other. */
export const overlaps = (a: string, b: string): boolean => a === b || a.startsWith(`${b}-`) || b.startsWith(`${a}-`)

/** The ranges that can still be added beside those that are there. */
export const addable = (all: readonly Flat[], c: Content): Flat[] => all.filter((r) => !c.weights.some((w) => overlaps(w.range, r.code)))

export const keyOf = (range: string, type: string): string => `${range}|${type}`

/** The cells of a report by range and type. */
export function cells(report: Report | null): Map<string, Cell> {
  return new Map((report?.cells ?? []).map((c) => [keyOf(c.range, c.type), c]))
}

export const missing = (c: Cell | undefined): number => sum((c?.lacks ?? []).map((l) => l.missing))

/** Fewer than twice as many as needed: two papers will share items. */
export const tight = (c: Cell): boolean => missing(c) === 0 && c.usable < 2 * c.need

/** What a blueprint is apart from its edition, to see whether something was changed. */
export const digest = (c: Content): string => JSON.stringify([c.bank, c.title, c.durationMinutes, c.sections, c.weights, c.difficulty, c.facility, c.maxPerPoint, c.exposure, c.avoidMet])
