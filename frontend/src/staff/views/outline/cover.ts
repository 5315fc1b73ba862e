import type { CoverageRow } from '../blueprint/api'

/** What the columns are: one per type and difficulty, or per type and status. */
export type By = 'difficulty' | 'status'
export type ItemKind = CoverageRow['cells'][number]['type']
const KINDS: readonly ItemKind[] = ['B', 'G', 'C', 'T', 'D', 'W', 'E', 'O']
export interface Column {
  type: ItemKind
  value: string
}
export const STATUSES = ['draft', 'in-review', 'approved', 'published', 'retired'] as const
export const DIFFICULTIES = ['1', '2', '3', '4', '5'] as const
/** What is counted: cells of these pass. '' is any. */
export interface Filter {
  type: string
  status: string
  difficulty: string
}

const passes = (c: CoverageRow['cells'][number], f: Filter) =>
  (f.type === '' || c.type === f.type) && (f.status === '' || c.status === f.status) && (f.difficulty === '' || String(c.difficulty) === f.difficulty)

/** The types that any item has, in the order of papers. */
export function typesOf(rows: readonly CoverageRow[], f: Filter): ItemKind[] {
  const found = new Set(rows.flatMap((r) => r.cells.filter((c) => passes(c, f)).map((c) => c.type)))
  return KINDS.filter((t) => found.has(t))
}

export function columns(types: readonly ItemKind[], by: By, f: Filter): Column[] {
  const values: readonly string[] = by === 'difficulty' ? (f.difficulty ? [f.difficulty] : DIFFICULTIES) : f.status ? [f.status] : STATUSES
  return types.flatMap((type) => values.map((value) => ({ type, value })))
}

/** How many items of a row fall into a column, or into any. */
export function count(row: CoverageRow, f: Filter, by?: By, column?: Column): number {
  let n = 0
  for (const c of row.cells) {
    if (!passes(c, f)) continue
    if (column && (c.type !== column.type || (by === 'difficulty' ? String(c.difficulty) : c.status) !== column.value)) continue
    n += c.items
  }
  return n
}

/** A shade from 0 to 4 by how many items of the fullest cell; 0 only for none. */
export const shade = (n: number, most: number): number => (n === 0 || most === 0 ? 0 : Math.max(1, Math.min(4, Math.ceil((4 * n) / most))))
