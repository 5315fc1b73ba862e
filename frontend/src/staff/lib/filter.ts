import type { LocationQuery, LocationQueryRaw } from 'vue-router'
import type { Item, ItemStage, ItemType } from './types'

/** What a list of items is filtered by, as it stands in the address. */
export interface Filter {
  text: string
  type: ItemType | ''
  range: string
  difficulty: number | ''
  status: Item['status'] | ''
  stage: ItemStage | ''
  tag: string
  used: 'yes' | 'no' | ''
  sort: Sort | ''
}

export type Sort = 'code' | 'changed' | 'difficulty'
export const STATUSES: readonly Item['status'][] = ['draft', 'in-review', 'approved', 'published', 'retired']
export const STAGES: readonly ItemStage[] = ['draft', 'in-review', 'returned', 'approved']
export const SORTS: readonly Sort[] = ['code', 'changed', 'difficulty']

export const TYPES: readonly ItemType[] = ['B', 'G', 'C', 'T', 'D', 'W', 'E']
export const NO_FILTER: Filter = { text: '', type: '', range: '', difficulty: '', status: '', stage: '', tag: '', used: '', sort: '' }

/** Reads a filter from an address; what makes no sense is left out. */
export function filterOf(q: LocationQuery): Filter {
  const one = (v: unknown) => (typeof v === 'string' ? v : '')
  const d = Number(one(q.difficulty))
  return {
    text: one(q.text).slice(0, 64),
    type: TYPES.find((x) => x === q.type) ?? '',
    range: one(q.range).slice(0, 16),
    difficulty: Number.isInteger(d) && d >= 1 && d <= 5 ? d : '',
    status: STATUSES.find((x) => x === q.status) ?? '',
    stage: STAGES.find((x) => x === q.stage) ?? '',
    tag: one(q.tag).slice(0, 20),
    used: q.used === 'yes' || q.used === 'no' ? q.used : '',
    sort: SORTS.find((x) => x === q.sort) ?? '',
  }
}

/** The address of a filter and a page; whatever says nothing is left out. */
export function queryOf(f: Filter, page: number): LocationQueryRaw {
  const out: LocationQueryRaw = {}
  if (f.text.trim() !== '') out.text = f.text.trim()
  if (f.type !== '') out.type = f.type
  if (f.range.trim() !== '') out.range = f.range.trim().toUpperCase()
  if (f.difficulty !== '') out.difficulty = String(f.difficulty)
  for (const k of ['status', 'stage', 'tag', 'used', 'sort'] as const) if (f[k].trim() !== '') out[k] = f[k].trim()
  if (page > 1) out.page = String(page)
  return out
}
