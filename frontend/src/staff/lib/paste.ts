import { checkIdentity, halfWidth, type IdentityFault } from './identity'

/** A field of one candidate, named as the contract names it. */
export type Field = 'name' | 'idNumber' | 'room' | 'seat' | 'extraMinutes' | 'admission' | 'employer' | 'anew'

export const FIELDS: readonly Field[] = ['name', 'idNumber', 'room', 'seat', 'extraMinutes', 'admission', 'employer', 'anew']

export type FaultCode =
  | `id-${IdentityFault}`
  | 'required' | 'long-80' | 'long-60' | 'long-20' | 'minutes' | 'admission' | 'anew' | 'cells'
  | 'twice' | 'seat-taken' | 'admission-taken'

/** What is wrong with one field. `line` is the other line, where there is one. */
export interface Fault {
  field: Field | null
  code: FaultCode
  line?: number
}

export interface Candidate {
  name: string
  idNumber: string
  room: string
  seat: string
  extraMinutes: number
  admission?: string
  /** Whoever works there does not examine the candidate. */
  employer?: string
  /** Every component is taken again, also what was passed before. */
  anew?: boolean
}

/** One candidate as pasted: the line it stands on, its cells, what is wrong. */
export interface Line {
  line: number
  raw: Record<Field, string>
  candidate: Candidate
  faults: Fault[]
}

/** Who is on the roster already. Identity numbers are masked there, so they are not compared. */
export interface Known {
  room: string
  seat: string
  admission: string
}

/** The most that the server takes at once. */
export const MOST = 2000

const HEADS: Record<Field, readonly string[]> = {
  name: ['姓名', '考生姓名', 'name'],
  idNumber: ['身份证件号', '身份证件号码', '身份证号', '身份证号码', '证件号', '证件号码', 'id', 'idnumber', 'id number'],
  room: ['考场', '考场号', 'room'],
  seat: ['座位', '座位号', '座号', 'seat'],
  extraMinutes: ['延时分钟', '延时', '延时（分钟）', '延时(分钟)', 'extra', 'extra minutes', 'extraminutes'],
  employer: ['工作单位', '单位', '单位名称', 'employer'],
  anew: ['全部重考', 'anew', 'all anew'],
  admission: ['准考证号', '准考证', 'admission', 'admission number', 'admission no.'],
}

/**
 * Reads a table pasted from a spreadsheet (tabs) or typed with commas. A first
 * line of headings, in any order, sets the columns; else they are FIELDS in
 * order. Blank lines are left out; line numbers are those of the text.
 */
export function parsePaste(text: string, known: readonly Known[], now: Date): Line[] {
  const rows = cellsOf(text)
  let columns: (Field | null)[] = [...FIELDS]
  const heads = (rows[0]?.cells ?? []).map(fieldOfHead)
  if (heads.includes('name') && heads.includes('idNumber')) {
    columns = heads
    rows.shift()
  }
  const lines = rows.map((r) => readLine(r.line, r.cells, columns, now))
  markRepeats(lines)
  markTaken(lines, known)
  return lines
}

function fieldOfHead(cell: string): Field | null {
  const head = cell.trim().toLowerCase()
  return FIELDS.find((f) => HEADS[f].includes(head)) ?? null
}

function readLine(line: number, cells: string[], columns: (Field | null)[], now: Date): Line {
  const raw: Record<Field, string> = { name: '', idNumber: '', room: '', seat: '', extraMinutes: '', admission: '', employer: '', anew: '' }
  columns.forEach((f, i) => {
    if (f) raw[f] = (cells[i] ?? '').trim().replace(/\s*\n\s*/g, ' ')
  })
  const checked = checkCandidate(raw, now)
  const faults = checked.faults
  if (cells.slice(columns.length).some((c) => c.trim() !== '')) faults.unshift({ field: null, code: 'cells' })
  return { line, raw, candidate: checked.candidate, faults }
}

/** Checks one candidate as typed, field by field, by the rules of the server. */
export function checkCandidate(raw: Record<Field, string>, now: Date): { candidate: Candidate; faults: Fault[] } {
  const faults: Fault[] = []
  const name = raw.name.trim()
  if (name === '') faults.push({ field: 'name', code: 'required' })
  else if ([...name].length > 60) faults.push({ field: 'name', code: 'long-60' })
  const id = checkIdentity(raw.idNumber, now)
  if (!id.ok) faults.push({ field: 'idNumber', code: id.fault === 'empty' ? 'required' : `id-${id.fault}` })
  for (const field of ['room', 'seat'] as const) {
    const value = raw[field].trim()
    if (value === '') faults.push({ field, code: 'required' })
    else if ([...value].length > 20) faults.push({ field, code: 'long-20' })
  }
  const extra = minutesOf(raw.extraMinutes)
  if (extra === null || extra > 240) faults.push({ field: 'extraMinutes', code: 'minutes' })
  const admission = halfWidth(raw.admission).toUpperCase()
  if (!/^[A-Z0-9-]{0,32}$/.test(admission)) faults.push({ field: 'admission', code: 'admission' })
  const employer = raw.employer.trim()
  if ([...employer].length > 80) faults.push({ field: 'employer', code: 'long-80' })
  const anew = yesOf(raw.anew)
  if (anew === null) faults.push({ field: 'anew', code: 'anew' })
  const candidate: Candidate = {
    name, idNumber: id.ok ? id.number : raw.idNumber, room: raw.room.trim(), seat: raw.seat.trim(), extraMinutes: extra ?? 0,
  }
  if (admission !== '') candidate.admission = admission
  if (employer !== '') candidate.employer = employer
  if (anew) candidate.anew = true
  return { candidate, faults }
}

/** Yes, no or nothing; null for anything else. */
function yesOf(raw: string): boolean | null {
  const word = raw.trim().toLowerCase()
  if (['是', '全部重考', 'yes', 'y', 'true', '1', '√'].includes(word)) return true
  return ['', '否', 'no', 'n', 'false', '0'].includes(word) ? false : null
}

/** Whole minutes, empty for none; null for what is no number. */
function minutesOf(raw: string): number | null {
  const m = /^(\d{0,5})(分钟|分|min)?$/i.exec(halfWidth(raw))
  return m ? Number(m[1] || 0) : null
}

function markRepeats(lines: Line[]): void {
  const first = new Map<string, number>()
  const once = (l: Line, field: Field, key: string) => {
    const other = first.get(field + key)
    if (other === undefined) first.set(field + key, l.line)
    else l.faults.push({ field, code: 'twice', line: other })
  }
  for (const l of lines) {
    const c = l.candidate
    if (!l.faults.some((f) => f.field === 'idNumber')) once(l, 'idNumber', c.idNumber)
    if (c.room && c.seat) once(l, 'seat', `${c.room}\n${c.seat}`)
    if (c.admission) once(l, 'admission', c.admission)
  }
}

function markTaken(lines: Line[], known: readonly Known[]): void {
  const seats = new Set(known.map((k) => `${k.room}\n${k.seat}`))
  const admissions = new Set(known.map((k) => k.admission))
  for (const l of lines) {
    const c = l.candidate
    if (seats.has(`${c.room}\n${c.seat}`)) l.faults.push({ field: 'seat', code: 'seat-taken' })
    if (c.admission && admissions.has(c.admission)) l.faults.push({ field: 'admission', code: 'admission-taken' })
  }
}

/** Splits text into rows of cells; a cell in double quotes may hold anything. */
function cellsOf(text: string): { line: number; cells: string[] }[] {
  const tabs = text.includes('\t')
  const parts = (c: string) => (tabs ? c === '\t' : c === ',' || c === '，')
  const rows: { line: number; cells: string[] }[] = []
  let cells: string[] = []
  let cell = ''
  let quoted = false
  let line = 1
  let began = 1
  const endRow = () => {
    cells.push(cell)
    if (cells.some((c) => c.trim() !== '')) rows.push({ line: began, cells })
    cells = []
    cell = ''
  }
  const src = text.replace(/\r\n?/g, '\n').replace(/^\ufeff/, '')
  for (let i = 0; i < src.length; i++) {
    const c = src.charAt(i)
    if (c === '\n') line++
    if (quoted) {
      if (c !== '"') cell += c
      else if (src.charAt(i + 1) === '"') cell += src.charAt(++i)
      else quoted = false
    } else if (c === '"' && cell === '') quoted = true
    else if (parts(c)) {
      cells.push(cell)
      cell = ''
    } else if (c === '\n') {
      endRow()
      began = line
    } else cell += c
  }
  endRow()
  return rows
}

/** Where a pointer of the server points: which candidate of the request, which field. */
export function placeOf(pointer: string): { index: number; field: Field | null } | null {
  const m = /^\/candidates\/(\d+)(?:\/([^/]+))?/.exec(pointer)
  if (!m) return null
  return { index: Number(m[1]), field: FIELDS.find((f) => f === m[2]) ?? null }
}
