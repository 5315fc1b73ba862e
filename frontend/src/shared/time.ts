import type { ServerMs, SteadyMs } from './brand'

/** How far the steady clocks of two computers may drift apart: 0.2 ms per second. */
const drift = 2e-4

/**
 * The server's clock as seen from here. Each answer that carries `serverNow`
 * bounds the offset: the server wrote it after we sent and before we received.
 * Bounds are intersected, so that short round trips count and long ones do no
 * harm; when they contradict each other (the server's clock was set, or this
 * computer slept) the newest answer wins. The wall clock of the browser takes
 * no part.
 */
export class ServerClock {
  private low = -Infinity
  private high = Infinity
  private at = 0

  constructor(private readonly steady: () => number) {}

  get known(): boolean {
    return this.low !== -Infinity
  }

  sync(serverNow: string, sentAt: number, receivedAt: number): void {
    const server = Date.parse(serverNow)
    if (Number.isNaN(server)) return
    const low = server - receivedAt
    const high = server - sentAt
    const slack = Math.max(0, receivedAt - this.at) * drift
    const nextLow = Math.max(low, this.low - slack)
    const nextHigh = Math.min(high, this.high + slack)
    const agree = nextLow <= nextHigh
    this.low = agree ? nextLow : low
    this.high = agree ? nextHigh : high
    this.at = receivedAt
  }

  /** The server's time now. Before the first answer it is the start of 1970. */
  now(): ServerMs {
    return (this.known ? Math.round((this.low + this.high) / 2 + this.steady()) : 0) as ServerMs
  }

  steadyNow(): SteadyMs {
    return this.steady() as SteadyMs
  }
}

/**
 * Clock times are shown in China Standard Time, whatever zone the computer of
 * the exam room is set to. It has no summer time.
 */
const zoneMs = 8 * 3600_000

const two = (n: number) => String(n).padStart(2, '0')
const local = (at: number) => new Date(at + zoneMs)

/** 10:42:07 */
export function clockTime(at: number): string {
  const d = local(at)
  return `${two(d.getUTCHours())}:${two(d.getUTCMinutes())}:${two(d.getUTCSeconds())}`
}

/** 2026年11月22日, or 22 November 2026. */
export function longDate(at: number, language: string): string {
  const d = local(at)
  if (language !== 'en') return `${d.getUTCFullYear()}年${d.getUTCMonth() + 1}月${d.getUTCDate()}日`
  const months = ['January', 'February', 'March', 'April', 'May', 'June', 'July', 'August', 'September', 'October', 'November', 'December']
  return `${d.getUTCDate()} ${months[d.getUTCMonth()]} ${d.getUTCFullYear()}`
}

/** 2026-11-22 */
export function shortDate(at: number): string {
  const d = local(at)
  return `${d.getUTCFullYear()}-${two(d.getUTCMonth() + 1)}-${two(d.getUTCDate())}`
}

/** 20261122-104207, for the names of files. */
export function stamp(at: number): string {
  return `${shortDate(at)}-${clockTime(at)}`.replace(/[-:]/g, '').replace(/^(\d{8})/, '$1-')
}

/** 1:12:45, counting the second that has begun; never below zero. */
export function countdown(ms: number): string {
  const s = Math.max(0, Math.ceil(ms / 1000))
  return `${Math.floor(s / 3600)}:${two(Math.floor((s % 3600) / 60))}:${two(s % 60)}`
}
