import type { Schemas } from '../../../shared/api'
import { client } from '../../api'
import type { BatchAct, Component, ExaminerChange, Judgement, Kind, MotionDecision, NewMotion, PanelPlan, RelationKind, ScoreChange, Settlement, UnlockRequest } from './types'

/** As in staff/api.ts: queries may be left out, which shared/api.ts does not see. */
const query = (q: Record<string, string | number>) => q as never

/** Issuing signs every certificate on its own and may take a while. */
const LONG = 60_000
/** A tablet that lost its network must not wait long before it says so. */
const SHORT = 8_000

// Each operation of the line after the theory exam, by the contract.
export const line = {
  examiners: async (signal: AbortSignal) => (await client.call('get', '/api/v1/accounts', { query: query({ role: 'examiner' }), signal })).data,
  sheets: async (level: number, signal: AbortSignal) => (await client.call('get', '/api/v1/sheets', { query: query({ level }), signal })).data,
  panels: async (sitting: string, signal: AbortSignal) =>
    (await client.call('get', '/api/v1/sittings/{sitting}/panels', { path: { sitting }, signal })).data,
  appoint: async (sitting: string, plan: PanelPlan) =>
    (await client.call('post', '/api/v1/sittings/{sitting}/panels', { path: { sitting }, body: plan })).data,
  checkPanel: async (sitting: string, plan: PanelPlan, signal: AbortSignal) =>
    (await client.call('post', '/api/v1/sittings/{sitting}/panels/check', { path: { sitting }, body: plan, signal })).data,
  changePanel: async (sitting: string, kind: Kind, version: number, plan: PanelPlan) =>
    (await client.call('put', '/api/v1/sittings/{sitting}/panels/{kind}', { path: { sitting, kind }, body: { version, plan } })).data,
  decidePanel: async (sitting: string, kind: Kind, body: { version: number; act: 'approve' | 'return'; reason?: string }) =>
    (await client.call('post', '/api/v1/sittings/{sitting}/panels/{kind}/decision', { path: { sitting, kind }, body })).data,
  withdrawPanel: async (sitting: string, kind: Kind, version: number, reason: string) => {
    await client.call('post', '/api/v1/sittings/{sitting}/panels/{kind}/withdraw', { path: { sitting, kind }, body: { version, reason } })
  },
  unlocks: async (sitting: string, signal: AbortSignal) =>
    (await client.call('get', '/api/v1/sittings/{sitting}/unlocks', { path: { sitting }, signal })).data,
  askUnlock: async (sitting: string, body: UnlockRequest) =>
    (await client.call('post', '/api/v1/sittings/{sitting}/unlocks', { path: { sitting }, body })).data,
  decideUnlock: async (sitting: string, unlock: string, body: { decision: 'approved' | 'refused'; reason?: string }) =>
    (await client.call('post', '/api/v1/sittings/{sitting}/unlocks/{unlock}/decision', { path: { sitting, unlock }, body })).data,
  versions: async (sitting: string, kind: Kind, draw: string, signal: AbortSignal) =>
    (await client.call('get', '/api/v1/sittings/{sitting}/assess/{kind}/{draw}/versions', { path: { sitting, kind, draw }, signal })).data,
  register: async (signal: AbortSignal) => (await client.call('get', '/api/v1/examiners', { signal })).data,
  examiner: async (examiner: string, signal: AbortSignal) => (await client.call('get', '/api/v1/examiners/{examiner}', { path: { examiner }, signal })).data,
  keepExaminer: async (examiner: string, body: ExaminerChange) =>
    (await client.call('put', '/api/v1/examiners/{examiner}', { path: { examiner }, body })).data,
  assessExaminer: async (examiner: string, body: { year: number; result: 'passed' | 'failed'; note?: string }) =>
    (await client.call('post', '/api/v1/examiners/{examiner}/assessments', { path: { examiner }, body })).data,
  declare: async (examiner: string, body: { idNumber: string; kind: RelationKind; note?: string }) =>
    (await client.call('post', '/api/v1/examiners/{examiner}/relations', { path: { examiner }, body })).data,
  withdrawRelation: async (examiner: string, body: { version: number; relation: number; reason: string }) =>
    (await client.call('post', '/api/v1/examiners/{examiner}/relations/withdraw', { path: { examiner }, body })).data,
  tasks: async (sitting: string, kind: Kind, signal: AbortSignal) =>
    (await client.call('get', '/api/v1/sittings/{sitting}/assess/{kind}', { path: { sitting, kind }, signal, timeoutMs: SHORT })).data,
  score: async (sitting: string, kind: Kind, draw: string) =>
    (await client.call('get', '/api/v1/sittings/{sitting}/assess/{kind}/{draw}', { path: { sitting, kind, draw }, timeoutMs: SHORT })).data,
  saveScore: async (sitting: string, kind: Kind, draw: string, body: ScoreChange) =>
    (await client.call('put', '/api/v1/sittings/{sitting}/assess/{kind}/{draw}', { path: { sitting, kind, draw }, body, timeoutMs: SHORT })).data,
  lockScore: async (sitting: string, kind: Kind, draw: string, version: number) =>
    (await client.call('post', '/api/v1/sittings/{sitting}/assess/{kind}/{draw}/lock', { path: { sitting, kind, draw }, body: { version } })).data,
  files: async (sitting: string, kind: Kind, draw: string) =>
    (await client.call('get', '/api/v1/sittings/{sitting}/assess/{kind}/{draw}/files', { path: { sitting, kind, draw }, timeoutMs: SHORT })).data,
  attach: async (sitting: string, kind: Kind, draw: string, body: Schemas['NewFile']) =>
    (await client.call('post', '/api/v1/sittings/{sitting}/assess/{kind}/{draw}/files', { path: { sitting, kind, draw }, body, timeoutMs: SHORT })).data,
  completeFile: async (file: string) => (await client.call('post', '/api/v1/files/{file}/complete', { path: { file }, timeoutMs: LONG })).data,
  removeFile: async (file: string, why = '') => {
    await client.call('delete', '/api/v1/files/{file}', { path: { file }, query: query({ why }) })
  },
  faces: async (sitting: string, kind: Kind, signal: AbortSignal) =>
    (await client.call('get', '/api/v1/sittings/{sitting}/faces/{kind}', { path: { sitting, kind }, signal, timeoutMs: SHORT })).data,
  decide: async (sitting: string, kind: Kind, draw: string, body: Judgement) =>
    (await client.call('post', '/api/v1/sittings/{sitting}/assess/{kind}/{draw}/decide', { path: { sitting, kind, draw }, body })).data,
  settleDraw: async (sitting: string, kind: Kind, draw: string, act: Settlement['act'], reason: string) => {
    await client.call('post', '/api/v1/sittings/{sitting}/assess/{kind}/{draw}/absence', { path: { sitting, kind, draw }, body: { act, reason } })
  },
  outcomes: async (sitting: string, signal: AbortSignal) =>
    (await client.call('get', '/api/v1/sittings/{sitting}/outcomes', { path: { sitting }, signal, timeoutMs: LONG })).data,
  settle: async (sitting: string, registration: string, kind: Component, body: Settlement) =>
    (await client.call('post', '/api/v1/sittings/{sitting}/outcomes/{registration}/{kind}', { path: { sitting, registration, kind }, body })).data,
  certificates: async (sitting: string, signal: AbortSignal) =>
    (await client.call('get', '/api/v1/sittings/{sitting}/certificates', { path: { sitting }, signal })).data,
  batches: async (sitting: string, signal: AbortSignal) =>
    (await client.call('get', '/api/v1/certificate-batches', { query: query(sitting === '' ? {} : { sitting }), signal })).data,
  takeBatch: async (sittings: string[], registrations: string[]) =>
    (await client.call('post', '/api/v1/certificate-batches', { body: { sittings, ...(registrations.length > 0 ? { registrations } : {}) }, timeoutMs: LONG })).data,
  batch: async (batch: string, signal: AbortSignal) =>
    (await client.call('get', '/api/v1/certificate-batches/{batch}', { path: { batch }, signal, timeoutMs: LONG })).data,
  actOnBatch: async (batch: string, body: BatchAct) =>
    (await client.call('post', '/api/v1/certificate-batches/{batch}', { path: { batch }, body, timeoutMs: LONG })).data,
  certificate: async (number: string, signal: AbortSignal) =>
    (await client.call('get', '/api/v1/certificates/{number}', { path: { number }, signal })).data,
  /** One certificate on paper, or all valid ones of a sitting, as PDF. */
  templates: async (signal: AbortSignal) => (await client.call('get', '/api/v1/certificate-templates', { signal })).data,
  template: async (version: number, signal: AbortSignal) =>
    (await client.call('get', '/api/v1/certificate-templates/{version}', { path: { version }, signal })).data,
  saveTemplate: async (body: Schemas['NewTemplate']) => (await client.call('post', '/api/v1/certificate-templates', { body })).data,
  previewTemplate: (body: Schemas['TemplatePreview'], signal: AbortSignal) =>
    client.bytes('/api/v1/certificate-templates/preview', { body, signal }, 'image/svg+xml', 'post'),
  certificatePicture: (number: string, signal: AbortSignal) =>
    client.bytes('/api/v1/certificates/{number}/picture', { path: { number }, signal }, 'image/svg+xml', 'get'),
  inclusion: async (number: string, signal: AbortSignal) =>
    (await client.call('get', '/api/v1/certificate-log/inclusion', { query: { number }, signal })).data,
  logHead: async (signal: AbortSignal) => (await client.call('get', '/api/v1/certificate-log/head', { signal })).data,
  credential: async (number: string) => (await client.call('get', '/api/v1/certificates/{number}/credential', { path: { number } })).data,
  batchPaper: async (batch: string, kind: 'pdf' | 'zip') =>
    kind === 'zip'
      ? new Blob([await client.bytes('/api/v1/certificate-batches/{batch}/archive', { path: { batch }, timeoutMs: 15 * LONG }, 'application/zip', 'get')], { type: 'application/zip' })
      : new Blob([await client.bytes('/api/v1/certificate-batches/{batch}/document', { path: { batch }, timeoutMs: 10 * LONG }, 'application/pdf', 'get')], { type: 'application/pdf' }),
  paper: async (of: { number: string } | { sitting: string }) =>
    new Blob(['number' in of
      ? await client.bytes('/api/v1/certificates/{number}/document', { path: of, timeoutMs: LONG }, 'application/pdf', 'get')
      : await client.bytes('/api/v1/sittings/{sitting}/certificates/document', { path: of, timeoutMs: 10 * LONG }, 'application/pdf', 'get')], { type: 'application/pdf' }),
  propose: async (number: string, body: NewMotion) =>
    (await client.call('post', '/api/v1/certificates/{number}/motions', { path: { number }, body })).data,
  motionEvidence: async (number: string, signal: AbortSignal) => (await client.call('get', '/api/v1/certificates/{number}/evidence', { path: { number }, signal })).data,
  addMotionEvidence: async (number: string, body: Schemas['NewFile']) => (await client.call('post', '/api/v1/certificates/{number}/evidence', { path: { number }, body })).data,
  decideMotion: async (number: string, motion: number, body: MotionDecision) =>
    (await client.call('post', '/api/v1/certificates/{number}/motions/{motion}', { path: { number, motion: motion as never }, body })).data,
}
