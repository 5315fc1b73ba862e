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
  /** In whole per cent, as typed. */
  facilityFrom: number | ''
  facilityTo: number | ''
  /** In hundredths. */
  below: number | ''
  suspicious: 'yes' | 'no' | ''
  doubted: 'yes' | 'no' | ''
  author: string
  sort: Sort | ''
  /** Backwards: the newest, the hardest, the highest first. */
  down: 'yes' | ''
}

export type Sort = 'code' | 'changed' | 'difficulty' | 'facility' | 'discrimination' | 'used' | 'author'
export const STATUSES: readonly Item['status'][] = ['draft', 'in-review', 'approved', 'published', 'retired']
export const STAGES: readonly ItemStage[] = ['draft', 'in-review', 'returned', 'approved']
export const SORTS: readonly Sort[] = ['code', 'changed', 'difficulty', 'facility', 'discrimination', 'used', 'author']

export const TYPES: readonly ItemType[] = ['B', 'G', 'C', 'T', 'D', 'W', 'E']
export const NO_FILTER: Filter = { text: '', type: '', range: '', difficulty: '', status: '', stage: '', tag: '', used: '', facilityFrom: '', facilityTo: '', below: '', suspicious: '', doubted: '', author: '', sort: '', down: '' }

/** Reads a filter from an address; what makes no sense is left out. */
export function filterOf(q: LocationQuery): Filter {
  const one = (v: unknown) => (typeof v === 'string' ? v : '')
  const d = Number(one(q.difficulty))
  const whole = (v: unknown, least: number): number | '' => {
    const n = one(v) === '' ? NaN : Number(one(v))
    return Number.isInteger(n) && n >= least && n <= 100 ? n : ''
  }
  const yes = (v: unknown) => (v === 'yes' || v === 'no' ? v : '')
  return {
    text: one(q.text).slice(0, 64),
    type: TYPES.find((x) => x === q.type) ?? '',
    range: one(q.range).slice(0, 16),
    difficulty: Number.isInteger(d) && d >= 1 && d <= 5 ? d : '',
    status: STATUSES.find((x) => x === q.status) ?? '',
    stage: STAGES.find((x) => x === q.stage) ?? '',
    tag: one(q.tag).slice(0, 20),
    used: yes(q.used),
    facilityFrom: whole(q.facilityFrom, 0),
    facilityTo: whole(q.facilityTo, 0),
    below: whole(q.below, -100),
    suspicious: yes(q.suspicious),
    doubted: yes(q.doubted),
    author: one(q.author).slice(0, 64),
    sort: SORTS.find((x) => x === q.sort) ?? '',
    down: q.down === 'yes' ? 'yes' : '',
  }
}

/** The address of a filter and a page; whatever says nothing is left out. */
export function queryOf(f: Filter, page: number): LocationQueryRaw {
  const out: LocationQueryRaw = {}
  if (f.text.trim() !== '') out.text = f.text.trim()
  if (f.type !== '') out.type = f.type
  if (f.range.trim() !== '') out.range = f.range.trim().toUpperCase()
  if (f.difficulty !== '') out.difficulty = String(f.difficulty)
  for (const k of ['facilityFrom', 'facilityTo', 'below'] as const) if (f[k] !== '') out[k] = String(f[k])
  for (const k of ['status', 'stage', 'tag', 'used', 'suspicious', 'doubted', 'author', 'sort', 'down'] as const) if (f[k].trim() !== '') out[k] = f[k].trim()
  if (page > 1) out.page = String(page)
  return out
}
