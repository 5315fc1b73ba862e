import { clockTime, shortDate } from '../../shared/time'

/** Times are shown in the zone of this computer, in 24 hours, in digits. */

const two = (n: number) => String(n).padStart(2, '0')

/** 2026-12-06 */
export function day(iso: string): string {
  const d = new Date(iso)
  return `${d.getFullYear()}-${two(d.getMonth() + 1)}-${two(d.getDate())}`
}

/** 10:42:07 */
export function clock(iso: string | number | Date): string {
  const d = new Date(iso)
  return `${two(d.getHours())}:${two(d.getMinutes())}:${two(d.getSeconds())}`
}

/** 10:42, or 10:42:07 where the seconds say something. */
export function hourMinute(iso: string): string {
  const c = clock(iso)
  return c.endsWith(':00') ? c.slice(0, 5) : c
}

/** 2026-12-06 10:42:07 */
export function moment(iso: string): string {
  return `${day(iso)} ${clock(iso)}`
}

/** 2026-12-06 09:00–11:00, the second date only where it differs. */
export function span(opens: string, closes: string): string {
  const end = day(opens) === day(closes) ? hourMinute(closes) : `${day(closes)} ${hourMinute(closes)}`
  return `${day(opens)} ${hourMinute(opens)}–${end}`
}

/** 1:12, or 1:02:03 from an hour on; never below zero. */
export function elapsed(ms: number): string {
  const s = Math.max(0, Math.floor(ms / 1000))
  const h = Math.floor(s / 3600)
  const m = Math.floor((s % 3600) / 60)
  return h > 0 ? `${h}:${two(m)}:${two(s % 60)}` : `${m}:${two(s % 60)}`
}

/** UTC+08:00 for the moment `at`, since a zone may change its offset. */
export function offsetOf(at: Date): string {
  const min = -at.getTimezoneOffset()
  const a = Math.abs(min)
  return `UTC${min < 0 ? '\u2212' : '+'}${two(Math.floor(a / 60))}:${two(a % 60)}`
}

/** Asia/Shanghai UTC+08:00 */
export function zone(at: Date): string {
  const name = Intl.DateTimeFormat().resolvedOptions().timeZone
  return name ? `${name} ${offsetOf(at)}` : offsetOf(at)
}

/** The same span in China Standard Time, which candidates see whatever their computer is set to. */
export function spanInChina(opens: string, closes: string): string {
  const at = (iso: string) => `${shortDate(Date.parse(iso))} ${clockTime(Date.parse(iso)).slice(0, 5)}`
  const [a, b] = [at(opens), at(closes)]
  return `${a}–${a.slice(0, 10) === b.slice(0, 10) ? b.slice(11) : b}`
}

/** Whether this computer shows another time than candidates see. */
export function elsewhere(at: Date): boolean {
  return at.getTimezoneOffset() !== -480
}
