/** A whole number out of what somebody typed; NaN for what is none. Full-width digits are digits. */
export function whole(text: string): number {
  const plain = text.trim().replace(/[\uff10-\uff19]/g, (d) => String.fromCharCode(d.charCodeAt(0) - 0xfee0))
  return /^\d{1,6}$/.test(plain) ? Number(plain) : NaN
}

/** Points with up to two decimals as hundredths; NaN for what is none. */
export function hundredths(text: string): number {
  const m = /^(\d{1,4})(?:\.(\d{1,2}))?$/.exec(text.trim().replace(/[\uff10-\uff19]/g, (d) => String.fromCharCode(d.charCodeAt(0) - 0xfee0)).replace('．', '.'))
  return m ? Number(m[1]) * 100 + Number((m[2] ?? '').padEnd(2, '0') || '0') : NaN
}
