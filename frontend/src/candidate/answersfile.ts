// Answers as a file, for when the server stays away: the candidate hands it to
// the invigilator, staff take it in. Its form and its digest are the contract's
// (AnswersFile); testdata/answers-file.json holds both sides to it.
import { sha256 } from '../shared/sha256'
import { stamp } from '../shared/time'
import type { AttemptId, Epoch, ServerMs } from '../shared/brand'
import type { AnswersFile, Operation, Response } from './contract'

const format = 'gongyuan-answers-1'

export interface Source {
  readonly attempt: AttemptId
  readonly admission: string
  readonly device: string
  readonly epoch: Epoch
  readonly at: ServerMs
  /** Those of the epoch that are not durable, by sequence. */
  readonly operations: readonly Operation[]
}

/** A text as it survives UTF-8: half a character that was cut off becomes the sign for that. */
const whole = (text: string) => text.replace(/[\ud800-\udbff][\udc00-\udfff]|[\ud800-\udfff]/g, (c) => (c.length === 2 ? c : '\ufffd'))

function plain(r: Response): Response {
  return { ...(r.choice?.length ? { choice: r.choice } : {}), ...(r.text?.length ? { text: r.text.map(whole) } : {}) }
}

/** Compact JSON with the two line separators escaped, as Go writes it. */
function compact(r: Response): string {
  return JSON.stringify(r).replace(/\u2028/g, '\\u2028').replace(/\u2029/g, '\\u2029')
}

export function digestOf(file: Pick<AnswersFile, 'attempt' | 'epoch' | 'operations'>): string {
  const lines = [format, file.attempt, String(file.epoch), ...file.operations.map((op) => `${op.seq}:${op.slot}:${op.flagged ? 1 : 0}:${op.clientMs}:${compact(op.response)}`)]
  return sha256(lines.map((line) => `${line}\n`).join(''))
}

/** The file's name and its text. */
export function answersFile(s: Source): { name: string; text: string } {
  const operations = s.operations.map((op) => ({ seq: op.seq, slot: op.slot, response: plain(op.response), flagged: op.flagged, clientMs: op.clientMs }))
  const body = { attempt: s.attempt, epoch: s.epoch, operations }
  const file: AnswersFile = {
    format, attempt: s.attempt, admission: s.admission, device: whole(s.device).slice(0, 64), writtenAt: new Date(s.at).toISOString(),
    epoch: s.epoch, operations, digest: digestOf(body),
  }
  return { name: `作答_${s.admission.replace(/[^\w.-]/g, '_')}_${stamp(s.at)}.json`, text: `${JSON.stringify(file, null, 1)}\n` }
}
