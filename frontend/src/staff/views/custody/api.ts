import type { Schemas } from '../../../shared/api'
import { client } from '../../api'

export type Archive = Schemas['Archive']
export type ArchiveRequest = Schemas['ArchiveRequest']

export type Retention = Schemas['Retention']
export type Deletion = Schemas['Deletion']
export type PaperSheet = Schemas['PaperSheet']
export type PaperSlot = Schemas['PaperSheetSlot']
export type PaperDetail = Schemas['PaperSheetDetail']
export type PaperAnswer = Schemas['PaperAnswer']
export type Lot = Schemas['RetentionLot']

const LONG = 300_000

// Archives of a sitting and who may read them, by the contract.
export const custody = {
  archives: async (sitting: string, signal: AbortSignal) => (await client.call('get', '/api/v1/sittings/{sitting}/archives', { path: { sitting }, signal })).data,
  make: async (sitting: string) => (await client.call('post', '/api/v1/sittings/{sitting}/archives', { path: { sitting }, timeoutMs: LONG })).data,
  check: async (sitting: string, archive: string) => (await client.call('post', '/api/v1/sittings/{sitting}/archives/{archive}/check', { path: { sitting, archive }, timeoutMs: LONG })).data,
  file: async (sitting: string, archive: string) => client.bytes('/api/v1/sittings/{sitting}/archives/{archive}/file', { path: { sitting, archive }, timeoutMs: LONG }, 'application/vnd.gongyuan.archive', 'get'),
  requests: async (sitting: string, signal: AbortSignal) => (await client.call('get', '/api/v1/sittings/{sitting}/archive-requests', { path: { sitting }, signal })).data,
  ask: async (sitting: string, body: Schemas['NewArchiveRequest']) => (await client.call('post', '/api/v1/sittings/{sitting}/archive-requests', { path: { sitting }, body })).data,
  decide: async (sitting: string, asking: string, body: Schemas['ArchiveDecision']) => (await client.call('post', '/api/v1/sittings/{sitting}/archive-requests/{asking}/decision', { path: { sitting, asking }, body })).data,
  lines: async (sitting: string, asking: string) => client.bytes('/api/v1/sittings/{sitting}/archive-requests/{asking}/lines', { path: { sitting, asking }, timeoutMs: LONG }, 'application/jsonl', 'get'),
  keeping: async (sitting: string, signal: AbortSignal) => (await client.call('get', '/api/v1/sittings/{sitting}/keeping', { path: { sitting }, signal })).data,
  keep: async (sitting: string, body: Schemas['KeepingChange']) => (await client.call('post', '/api/v1/sittings/{sitting}/keeping', { path: { sitting }, body })).data,
  retention: async (signal: AbortSignal) => (await client.call('get', '/api/v1/retention', { signal, timeoutMs: 60_000 })).data,
  propose: async (body: Schemas['DeletionProposal']) => (await client.call('post', '/api/v1/retention', { body, timeoutMs: 60_000 })).data,
  settle: async (deletion: string, body: Schemas['DeletionDecision']) => (await client.call('post', '/api/v1/retention/{deletion}', { path: { deletion }, body, timeoutMs: LONG })).data,
  sheets: async (sitting: string, signal: AbortSignal) => (await client.call('get', '/api/v1/sittings/{sitting}/paper-sheets', { path: { sitting }, signal })).data,
  give: async (sitting: string, attempt: string, reason: string) => (await client.call('post', '/api/v1/sittings/{sitting}/attempts/{attempt}/paper-sheet', { path: { sitting, attempt }, body: { reason } })).data,
  sheet: async (sitting: string, code: string, signal: AbortSignal) => (await client.call('get', '/api/v1/sittings/{sitting}/paper-sheets/{code}', { path: { sitting, code }, signal })).data,
  document: async (sitting: string, code: string) => client.bytes('/api/v1/sittings/{sitting}/paper-sheets/{code}/document', { path: { sitting, code }, timeoutMs: 60_000 }, 'application/pdf', 'get'),
  enter: async (sitting: string, code: string, answers: PaperAnswer[]) => (await client.call('post', '/api/v1/sittings/{sitting}/paper-sheets/{code}/typed', { path: { sitting, code }, body: { answers } })).data,
  stand: async (sitting: string, code: string, answers: PaperAnswer[]) => (await client.call('post', '/api/v1/sittings/{sitting}/paper-sheets/{code}/settled', { path: { sitting, code }, body: { answers } })).data,
}
