import type { Outline, OutlinePoint, OutlineRange } from '../blueprint/api'

/** A line of the outline as a table shows it. */
export type Line =
  | { kind: 'range'; depth: number; range: OutlineRange; siblings: OutlineRange[]; at: number; counts: Counts; items: number }
  | { kind: 'point'; depth: number; point: OutlinePoint; siblings: OutlinePoint[]; at: number; parent: OutlineRange }

/** X, Y and Z points, those that are retired left out. */
export type Counts = [x: number, y: number, z: number]

export function counts(r: OutlineRange): Counts {
  const of = (x: OutlinePoint['importance']) => r.points.filter((p) => !p.retired && p.importance === x).length
  return r.children.map(counts).reduce<Counts>((a, b) => [a[0] + b[0], a[1] + b[1], a[2] + b[2]], [of('X'), of('Y'), of('Z')])
}

export const itemsBelow = (r: OutlineRange): number =>
  r.points.reduce((n, p) => n + (p.items ?? 0), 0) + r.children.reduce((n, c) => n + itemsBelow(c), 0)

/** The lines that are shown: below a range only where it is unfolded. */
export function lines(ranges: OutlineRange[], open: ReadonlySet<string>, depth = 0): Line[] {
  return ranges.flatMap((range, at): Line[] => {
    const own: Line = { kind: 'range', depth, range, siblings: ranges, at, counts: counts(range), items: itemsBelow(range) }
    if (!open.has(range.code)) return [own]
    const points = range.points.map((point, i): Line => ({ kind: 'point', depth: depth + 1, point, siblings: range.points, at: i, parent: range }))
    return [own, ...points, ...lines(range.children, open, depth + 1)]
  })
}

/** Where weights do not add up: the code of the range above, "" for the whole, with what they come to and should. */
export interface Sum {
  code: string
  sum: number
  want: number
}

export function faults(o: Outline): Sum[] {
  const out: Sum[] = []
  const walk = (code: string, want: number, rs: readonly OutlineRange[]): void => {
    const sum = rs.reduce((n, r) => n + Math.max(r.weight, 0), 0)
    if (sum !== want) out.push({ code, sum, want })
    for (const r of rs) if (r.children.length > 0) walk(r.code, Math.max(r.weight, 0), r.children)
  }
  if (o.ranges.length > 0) walk('', 100, o.ranges)
  return out
}

/** The next code that is free among siblings. */
export function nextRange(parent: string, siblings: readonly OutlineRange[]): string | null {
  for (let i = 0; i < 26; i++) {
    const code = (parent ? `${parent}-` : '') + String.fromCharCode(65 + i)
    if (!siblings.some((r) => r.code === code)) return code
  }
  return null
}

export function nextPoint(range: OutlineRange): string | null {
  const last = Math.max(0, ...range.points.map((p) => Number(p.code.slice(-3))))
  return last < 999 ? `${range.code}-${String(last + 1).padStart(3, '0')}` : null
}

/** Puts a list's entry one place up or down. */
export function shift<T>(list: T[], at: number, by: 1 | -1): void {
  const other = at + by
  const [a, b] = [list[at], list[other]]
  if (a === undefined || b === undefined) return
  list[at] = b
  list[other] = a
}

/** Every range of level 3, where points may lie. */
export function leaves(ranges: readonly OutlineRange[]): OutlineRange[] {
  return ranges.flatMap((r) => (r.code.length === 5 ? [r] : leaves(r.children)))
}

/** Moves a point that nothing belongs to into another range, under its next code. */
export function movePoint(point: OutlinePoint, from: OutlineRange, to: OutlineRange): string | null {
  const code = nextPoint(to)
  if (!code) return null
  from.points.splice(from.points.indexOf(point), 1)
  to.points.push({ ...point, code })
  return code
}
