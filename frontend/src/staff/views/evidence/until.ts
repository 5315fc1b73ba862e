import { clock, day } from '../../lib/time'

/** A moment as people type it: 2026-12-06 18:00, in the zone of this computer. Null for what is none; '' is no moment. */
export function readMoment(text: string): string | null {
  const t = text.trim().replace(/：/g, ':').replace(/\s+/g, ' ')
  if (t === '') return ''
  const m = /^(\d{4})-(\d{1,2})-(\d{1,2})[ T](\d{1,2}):(\d{2})$/.exec(t)
  if (!m) return null
  const [y = 0, month = 0, d = 0, h = 0, min = 0] = m.slice(1).map(Number)
  const at = new Date(y, month - 1, d, h, min)
  const same = at.getFullYear() === y && at.getMonth() === month - 1 && at.getDate() === d && at.getHours() === h && at.getMinutes() === min
  return same ? at.toISOString() : null
}

export const writeMoment = (iso: string | undefined): string => (iso ? `${day(iso)} ${clock(iso).slice(0, 5)}` : '')
