import type { components } from '../contract.gen'

// What the public page makes of what was typed and of what came back. No DOM.

export type Certificate = components['schemas']['Certificate']
export type Verified = components['schemas']['Verified']
/** How an answer was asked for: typed, or by the code on the paper. */
export type By = 'number' | 'document' | 'code'
export interface Typed { by: 'number' | 'document'; number: string; document: string; name: string }
export type FieldName = 'number' | 'document' | 'name'

/** Half width, capitals, no spaces: what a person meant to type. */
export function normal(raw: string): string {
  return raw.replace(/[！-～]/g, (c) => String.fromCharCode(c.charCodeAt(0) - 0xfee0)).replace(/[\s\u00a0\u3000\u200b\u2009\ufeff]/g, '').toUpperCase()
}

/** The fields that cannot be sent so, in the order of the form. */
export function faults(t: Typed): FieldName[] {
  const out: FieldName[] = []
  if (t.by === 'number' && !/^[A-Z]\d{21}$/.test(normal(t.number))) out.push('number')
  if (t.by === 'document' && normal(t.document).length < 5) out.push('document')
  if (t.name.trim() === '') out.push('name')
  return out
}

export function request(t: Typed): components['schemas']['VerifyRequest'] {
  const name = t.name.trim()
  return t.by === 'number' ? { number: normal(t.number), name } : { documentNumber: normal(t.document), name }
}

/** The signed statement behind the # of a QR code's address, or ''. */
export function statementIn(hash: string): string {
  const text = hash.replace(/^#/, '')
  return /^[\w-]+\.[\w-]+\.[\w-]+$/.test(text) && text.length <= 4000 ? text : ''
}

/** The seven groups in which a number is shown; the gaps are the page's, never characters. */
export function groups(number: string): string[] {
  if (number.length !== 22) return [number]
  return [[0, 1], [1, 5], [5, 7], [7, 13], [13, 15], [15, 16], [16, 22]].map(([a, b]) => number.slice(a, b))
}

/** 王＊, whether or not the server has masked it already. */
export function maskedName(name: string): string {
  if (/[*＊]/.test(name)) return name
  const [first = '', ...rest] = [...name]
  return rest.length > 0 ? first + '＊'.repeat(Math.min(2, rest.length)) : '＊'
}

/** 1101**********002X; what the server has masked stays as it is. */
export function maskedDocument(document: string): string {
  if (document.includes('*') || document.length < 9) return document.includes('*') ? document : '*'.repeat(document.length)
  return document.slice(0, 4) + '*'.repeat(document.length - 8) + document.slice(-4)
}

/** 2026-10-30 → 2026年10月30日, or 30 October 2026. */
export function dateWords(date: string, language: string): string {
  const m = /^(\d{4})-(\d{2})-(\d{2})/.exec(date)
  if (!m) return date
  const [y, mo, d] = [Number(m[1]), Number(m[2]), Number(m[3])]
  const months = ['January', 'February', 'March', 'April', 'May', 'June', 'July', 'August', 'September', 'October', 'November', 'December']
  return language === 'en' ? `${d} ${months[mo - 1] ?? ''} ${y}` : `${y}年${mo}月${d}日`
}

export interface Fact { is: 'name' | 'document' | 'occupation' | 'level' | 'issued' | 'expires' | 'body'; value: string }

/** What the page says of a certificate beside its number, masked; what the server keeps to itself is left out. */
export function facts(c: Certificate, language: string): Fact[] {
  const known = (text: string) => text.trim() !== ''
  const list: (Fact | null)[] = [
    known(c.name) ? { is: 'name', value: maskedName(c.name) } : null,
    known(c.documentMasked) ? { is: 'document', value: maskedDocument(c.documentMasked) } : null,
    { is: 'occupation', value: c.occupation }, { is: 'level', value: c.levelTitle },
    c.issued > '1900' ? { is: 'issued', value: dateWords(c.issued, language) } : null,
    c.expires ? { is: 'expires', value: dateWords(c.expires, language) } : null,
    { is: 'body', value: c.body },
  ]
  return list.filter((f): f is Fact => f !== null && known(f.value))
}

const two = (n: number) => String(n).padStart(2, '0')

/** 2026-11-22 14:05:31 */
export function moment(at: Date): string {
  return `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())} ${two(at.getHours())}:${two(at.getMinutes())}:${two(at.getSeconds())}`
}
