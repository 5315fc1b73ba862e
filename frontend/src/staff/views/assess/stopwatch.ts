// The examiner's stopwatch: pure, with the time given. It goes by the wall
// clock, since it has to go on over a reload and a switched-off screen.

export interface Watch {
  /** Milliseconds measured before it was started last. */
  readonly before: number
  /** When it was started; null while it stands. */
  readonly since: number | null
}

export const stopped: Watch = { before: 0, since: null }

/** The longest time it shows: a day. */
const most = 24 * 3_600_000

/** What it shows, in milliseconds. A clock that was set back costs the part since the start, never what was before. */
export function measured(w: Watch, now: number): number {
  return Math.min(most, w.before + (w.since === null ? 0 : Math.max(0, now - w.since)))
}

export const seconds = (w: Watch, now: number): number => Math.floor(measured(w, now) / 1000)

export function started(w: Watch, now: number): Watch {
  return w.since === null ? { ...w, since: now } : w
}

export function paused(w: Watch, now: number): Watch {
  return w.since === null ? w : { before: measured(w, now), since: null }
}

/** A watch that stands at what the server has, for a device that never measured. */
export const from = (elapsed: number): Watch => ({ before: elapsed * 1000, since: null })

export type Warning = 'none' | 'soon' | 'over'

/** What is to be said of the sheet's time: from five minutes before its end, and once it is over. */
export function warning(ms: number, minutes: number): Warning {
  const left = minutes * 60_000 - ms
  if (left <= 0) return 'over'
  return left <= 5 * 60_000 && ms > 0 ? 'soon' : 'none'
}
