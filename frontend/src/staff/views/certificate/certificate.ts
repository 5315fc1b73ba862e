import type { Certificate, PrintedField } from '../assess/types'

/** The seven groups in which a number is shown; the gaps are the page's, never characters. */
export function groups(number: string): string[] {
  if (number.length !== 22) return [number]
  return [[0, 1], [1, 5], [5, 7], [7, 13], [13, 15], [15, 16], [16, 22]].map(([a, b]) => number.slice(a, b))
}

/** What a person typed or pasted as a number: half width, capitals, no spaces. */
export function normalNumber(raw: string): string {
  return raw.replace(/[！-～]/g, (c) => String.fromCharCode(c.charCodeAt(0) - 0xfee0)).replace(/[\s\u00a0\u3000\u200b\u2009\ufeff]/g, '').toUpperCase()
}

/** Where a field stands on the page; `row` is a line of its own. */
type Place = 'title' | 'text' | 'photo' | 'check' | 'lookup' | 'bodyLookup' | 'body' | 'date' | 'voided' | 'row'

/** The fields have no key, so that those with a place of their own are known by their labels. */
const PLACES: Record<string, Place> = {
  证书名称: 'title', Certificate: 'title', 正文: 'text', Text: 'text', 照片: 'photo', Photograph: 'photo',
  查验本证书: 'check', 'Check this certificate': 'check',
  '全国联网查询：证书': 'lookup', 'National look-up: certificates': 'lookup', '全国联网查询：机构': 'bodyLookup', 'National look-up: bodies': 'bodyLookup',
  发证机构: 'body', 'Issued by': 'body', 发证日期: 'date', 'Date of issue': 'date', 已作废: 'voided', 'Void since': 'voided',
}

/** The page is in Chinese whatever language its fields were asked for in. */
const CHINESE: Record<string, string> = {
  Name: '姓名', 'Document type': '证件类型', 'Document number': '证件号码', Occupation: '职业名称', Specialization: '工种/职业方向', 'Skill level': '职业技能等级', 'Certificate number': '证书编号',
}

export interface Sheet {
  title: string
  text: string
  /** Lines beside the photograph, then lines of full width, in the order given. */
  beside: PrintedField[]
  below: PrintedField[]
  check: string
  lookups: PrintedField[]
  body: string
  date: string
}

const none = '--'

/** Puts the printed fields on the page. Those without a place of their own keep their order as lines. */
export function placed(fields: readonly PrintedField[], c: Certificate): Sheet {
  const at = (p: Place) => fields.find((f) => PLACES[f.label] === p)?.value ?? ''
  const rows = fields.flatMap((f, i) => ((PLACES[f.label] ?? 'row') === 'row' ? [{ f: { label: CHINESE[f.label] ?? f.label, value: f.value.trim() === '' ? none : f.value }, i }] : []))
  const photo = fields.findIndex((f) => PLACES[f.label] === 'photo')
  // Without a photograph among the fields the last two lines, level and number, have the full width.
  const cut = photo >= 0 ? photo : rows[Math.max(0, rows.length - 2)]?.i ?? 0
  const real = (v: string) => (v === none ? '' : v)
  return {
    title: at('title') || '职业技能等级证书', text: real(at('text')),
    beside: rows.filter((r) => r.i < cut).map((r) => r.f), below: rows.filter((r) => r.i >= cut).map((r) => r.f),
    check: real(at('check')), lookups: fields.filter((f) => PLACES[f.label] === 'lookup' || PLACES[f.label] === 'bodyLookup'),
    body: at('body') || c.body, date: at('date') || chinese(c.issued),
  }
}

/** 2026-10-30 → 2026年10月30日 */
export function chinese(date: string): string {
  const m = /^(\d{4})-(\d{2})-(\d{2})/.exec(date)
  return m ? `${m[1]}年${Number(m[2])}月${Number(m[3])}日` : date
}

/** How a certificate's state looks in lists, and the line above its page. */
export const looks = { valid: { icon: 'ok', tone: 'ok' }, revoked: { icon: 'x', tone: 'bad' }, expired: { icon: 'clock', tone: 'warn' } } as const
export const lines = { valid: 'cert.validLine', revoked: 'cert.revokedLine', expired: 'cert.expiredLine' } as const

/** What a leaf of the log says, of its six lines; null where it says something else. */
export function leaf(data: string): { kind: string; number: string; at: string; digest: string } | null {
  const [title, kind, number, , at, digest] = atob(data).split('\n')
  return title === 'gongyuan certificate log v1' && kind && number && at && digest ? { kind, number, at, digest } : null
}
