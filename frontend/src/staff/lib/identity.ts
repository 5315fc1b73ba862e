/** Why a resident identity number is refused; the words are in the message files. */
export type IdentityFault = 'empty' | 'scientific' | 'length' | 'characters' | 'check' | 'birth'

export type Identity = { ok: true; number: string } | { ok: false; fault: IdentityFault }

const WEIGHTS = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2]
const CHECKS = '10X98765432'

/** Half-width digits and letters, without blanks: what a person meant to type. */
export function halfWidth(raw: string): string {
  return raw.replace(/[！-～]/g, (c) => String.fromCharCode(c.charCodeAt(0) - 0xfee0)).replace(/[\s\u3000\u200b\ufeff]/g, '')
}

/**
 * Checks a resident identity number by GB 11643: 18 characters, a check
 * character by weights modulo 11, a birth date that exists and is not after
 * `now`. It mirrors engine/people/identity.go; the server decides.
 */
export function checkIdentity(raw: string, now: Date): Identity {
  const n = halfWidth(raw).toUpperCase()
  if (n === '') return { ok: false, fault: 'empty' }
  // Excel shows a long number as 1.10101E+17 and has lost its last digits by then.
  if (/^\d+(\.\d+)?E\+?\d+$/.test(n)) return { ok: false, fault: 'scientific' }
  if (n.length !== 18) return { ok: false, fault: 'length' }
  if (!/^\d{17}[\dX]$/.test(n)) return { ok: false, fault: 'characters' }
  const sum = WEIGHTS.reduce((s, w, i) => s + w * Number(n[i]), 0)
  if (CHECKS[sum % 11] !== n[17]) return { ok: false, fault: 'check' }
  if (!isDate(Number(n.slice(6, 10)), Number(n.slice(10, 12)), Number(n.slice(12, 14)), now)) return { ok: false, fault: 'birth' }
  return { ok: true, number: n }
}

function isDate(year: number, month: number, day: number, now: Date): boolean {
  if (year < 1850) return false
  const d = new Date(Date.UTC(year, month - 1, day))
  return d.getUTCMonth() === month - 1 && d.getUTCDate() === day && d.getTime() <= now.getTime()
}
