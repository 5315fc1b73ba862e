/** The page numbers to show: the first, the last, and those around `page`; null for a gap. */
export function pagesAround(page: number, last: number): (number | null)[] {
  const wanted = new Set([1, last, page - 1, page, page + 1])
  if (page <= 3) wanted.add(2).add(3)
  if (page >= last - 2) wanted.add(last - 1).add(last - 2)
  const list = [...wanted].filter((p) => p >= 1 && p <= last).sort((a, b) => a - b)
  const out: (number | null)[] = []
  let before = 0
  for (const p of list) {
    if (p === before + 2) out.push(p - 1)
    else if (p > before + 1) out.push(null)
    out.push(p)
    before = p
  }
  return out
}

/** A page number from an address: whole and at least 1. */
export function pageOf(raw: unknown): number {
  const n = Number(raw)
  return Number.isInteger(n) && n >= 1 && n <= 10_000 ? n : 1
}
