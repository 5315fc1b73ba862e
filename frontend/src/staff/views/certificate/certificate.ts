/** The seven groups in which a number is shown; the gaps are the page's, never characters. */
export function groups(number: string): string[] {
  if (number.length !== 22) return [number]
  return [[0, 1], [1, 5], [5, 7], [7, 13], [13, 15], [15, 16], [16, 22]].map(([a, b]) => number.slice(a, b))
}

/** What a person typed or pasted as a number: half width, capitals, no spaces. */
export function normalNumber(raw: string): string {
  return raw.replace(/[！-～]/g, (c) => String.fromCharCode(c.charCodeAt(0) - 0xfee0)).replace(/[\s\u00a0\u3000\u200b\u2009\ufeff]/g, '').toUpperCase()
}

/** How a certificate's state looks in lists, and the line above its page. */
export const looks = { valid: { icon: 'ok', tone: 'ok' }, revoked: { icon: 'x', tone: 'bad' }, expired: { icon: 'clock', tone: 'warn' } } as const
export const lines = { valid: 'cert.validLine', revoked: 'cert.revokedLine', expired: 'cert.expiredLine' } as const

/** What a leaf of the log says, of its six lines; null where it says something else. */
export function leaf(data: string): { kind: string; number: string; at: string; digest: string } | null {
  const [title, kind, number, , at, digest] = atob(data).split('\n')
  return title === 'gongyuan certificate log v1' && kind && number && at && digest ? { kind, number, at, digest } : null
}
