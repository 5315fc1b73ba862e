/** Hundredths of a point as points: 50 → 0.5, 5950 → 59.5. */
export function points(hundredths: number): string {
  const sign = hundredths < 0 ? '\u2212' : ''
  const n = Math.abs(Math.round(hundredths))
  const cents = n % 100
  const tail = cents === 0 ? '' : `.${String(cents).padStart(2, '0').replace(/0$/, '')}`
  return `${sign}${Math.floor(n / 100)}${tail}`
}

/** Hundredths of a point with two decimals: 5950 → 59.50. */
export function score(hundredths: number): string {
  const sign = hundredths < 0 ? '\u2212' : ''
  const n = Math.abs(Math.round(hundredths))
  return `${sign}${Math.floor(n / 100)}.${String(n % 100).padStart(2, '0')}`
}
