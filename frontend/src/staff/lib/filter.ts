import type { LocationQuery, LocationQueryRaw } from 'vue-router'
import type { ItemType } from './types'

/** What a list of items is filtered by, as it stands in the address. */
export interface Filter {
  text: string
  type: ItemType | ''
  range: string
  difficulty: number | ''
}

export const TYPES: readonly ItemType[] = ['B', 'G', 'C', 'T', 'D', 'W', 'E']
export const NO_FILTER: Filter = { text: '', type: '', range: '', difficulty: '' }

/** Reads a filter from an address; what makes no sense is left out. */
export function filterOf(q: LocationQuery): Filter {
  const one = (v: unknown) => (typeof v === 'string' ? v : '')
  const d = Number(one(q.difficulty))
  return {
    text: one(q.text).slice(0, 64),
    type: TYPES.find((x) => x === q.type) ?? '',
    range: one(q.range).slice(0, 16),
    difficulty: Number.isInteger(d) && d >= 1 && d <= 5 ? d : '',
  }
}

/** The address of a filter and a page; whatever says nothing is left out. */
export function queryOf(f: Filter, page: number): LocationQueryRaw {
  const out: LocationQueryRaw = {}
  if (f.text.trim() !== '') out.text = f.text.trim()
  if (f.type !== '') out.type = f.type
  if (f.range.trim() !== '') out.range = f.range.trim().toUpperCase()
  if (f.difficulty !== '') out.difficulty = String(f.difficulty)
  if (page > 1) out.page = String(page)
  return out
}
