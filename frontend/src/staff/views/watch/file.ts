import type { AnswersFile, ProgressRow } from '../../lib/types'

/** A page writes far less; whatever is larger is another file. */
export const MOST_BYTES = 8 * 1024 * 1024

/**
 * size: too large to be one. json: not readable, cut off perhaps. format: some
 * other file. damaged: ours, but not whole. empty: nothing in it. seat: of
 * another candidate of this sitting. elsewhere: of no candidate of this sitting.
 */
export type FileFault = 'size' | 'json' | 'format' | 'damaged' | 'empty' | 'seat' | 'elsewhere'

export type FileCheck =
  | { ok: true; file: AnswersFile; questions: number }
  | { ok: false; fault: FileFault; owner?: ProgressRow; admission?: string }

type Loose = Record<string, unknown>

const isObject = (v: unknown): v is Loose => typeof v === 'object' && v !== null && !Array.isArray(v)
const isCount = (v: unknown): v is number => Number.isSafeInteger(v) && (v as number) >= 1
const isTexts = (v: unknown) => v === undefined || (Array.isArray(v) && v.every((x) => typeof x === 'string'))
const isText = (v: unknown) => v === undefined || typeof v === 'string'

function isOperation(v: unknown): boolean {
  return isObject(v) && isCount(v.seq) && isCount(v.slot) && typeof v.flagged === 'boolean' && Number.isSafeInteger(v.clientMs)
    && isObject(v.response) && isTexts(v.response.choice) && isTexts(v.response.text)
}

function isWhole(v: Loose): boolean {
  return typeof v.attempt === 'string' && isCount(v.epoch) && typeof v.digest === 'string' && /^[0-9a-f]{64}$/i.test(v.digest)
    && isText(v.admission) && isText(v.device) && (v.writtenAt === undefined || (typeof v.writtenAt === 'string' && !Number.isNaN(Date.parse(v.writtenAt))))
    && Array.isArray(v.operations) && v.operations.length <= 5000 && v.operations.every(isOperation)
}

/**
 * Reads a file of answers and holds it against the seat that it is handed in
 * for. The digest is left to the server, which can compute it on every line.
 */
export function checkFile(text: string, bytes: number, seat: ProgressRow, rows: readonly ProgressRow[]): FileCheck {
  if (bytes > MOST_BYTES) return { ok: false, fault: 'size' }
  let v: unknown
  try {
    v = JSON.parse(text.replace(/^\ufeff/, ''))
  } catch {
    return { ok: false, fault: 'json' }
  }
  if (!isObject(v) || v.format !== 'gongyuan-answers-1') return { ok: false, fault: 'format' }
  if (!isWhole(v)) return { ok: false, fault: 'damaged' }
  const file = v as unknown as AnswersFile
  if (file.attempt !== seat.attempt) {
    const owner = rows.find((r) => r.attempt === file.attempt)
    return owner ? { ok: false, fault: 'seat', owner } : { ok: false, fault: 'elsewhere', admission: file.admission ?? '' }
  }
  if (file.operations.length === 0) return { ok: false, fault: 'empty' }
  return { ok: true, file, questions: new Set(file.operations.map((o) => o.slot)).size }
}
