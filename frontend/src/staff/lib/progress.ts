import type { Progress, ProgressRow } from './types'

/** A page that answers sends something at least this often, in ms. */
export const SILENT_AFTER = 45_000

/** Data older than this is said to be old, in ms. */
export const STALE_AFTER = 12_000

/** How long a running seat has been silent, or null while it is heard of. */
export function silence(row: ProgressRow, now: number): number | null {
  if (row.state !== 'running' || !row.lastSeen) return null
  const ms = now - Date.parse(row.lastSeen)
  return ms > SILENT_AFTER ? ms : null
}

/** The server's time when this computer's clock shows `local`, by the offset found when the data came. */
export function serverTime(p: Progress, received: number, local: number): number {
  return Date.parse(p.serverNow) + (local - received)
}

export type SeatFilter = 'all' | 'silent' | ProgressRow['state']

export function filterRows(rows: readonly ProgressRow[], filter: SeatFilter, room: string, now: number): ProgressRow[] {
  return rows.filter((r) => (room === '' || r.room === room)
    && (filter === 'all' || (filter === 'silent' ? silence(r, now) !== null : r.state === filter)))
}

/** Rooms in natural order. */
export function rooms(rows: readonly { room: string }[]): string[] {
  const words = new Intl.Collator('zh-CN', { numeric: true })
  return [...new Set(rows.map((r) => r.room))].sort(words.compare)
}
