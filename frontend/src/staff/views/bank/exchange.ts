import type { Schemas } from '../../../shared/api'
import { NetworkError } from '../../../shared/problem'
import { client } from '../../api'
import { base64 } from './picture'

export type Intake = Schemas['Intake']
export type Verdict = Schemas['ImportVerdict']
export type VerdictPage = Schemas['VerdictPage']
export type Outcome = Schemas['VerdictOutcome']
export type Fix = Schemas['IntakeFix']
export type ImportBatch = Schemas['ImportBatch']
export type BankFormat = Schemas['BankFormat']
export type ExportRequest = Schemas['BankExportRequest']
export type ExportReport = Schemas['BankExportReport']

export const OUTCOMES: readonly Outcome[] = ['dropped', 'changed', 'kept']
const LONG = 120_000
/** How often a part is tried again, and how long to wait before. */
const TRIES = 5
const WAIT = 1_500
const one = '/api/v1/banks/{bank}/imports/{intake}'

// Files into a bank and out of it, by the contract.
export const exchange = {
  formats: async (signal: AbortSignal) => (await client.call('get', '/api/v1/bank-formats', { signal })).data,
  batches: async (bank: string, signal: AbortSignal) => (await client.call('get', '/api/v1/banks/{bank}/imports', { path: { bank }, signal, timeoutMs: LONG })).data,
  open: async (bank: string, id: string, name: string, size: number) =>
    (await client.call('post', '/api/v1/banks/{bank}/imports', { path: { bank }, body: { id, name, size } })).data,
  intake: async (bank: string, intake: string, signal: AbortSignal) => (await client.call('get', one, { path: { bank, intake }, signal })).data,
  drop: async (bank: string, intake: string) => { await client.call('delete', one, { path: { bank, intake } }) },
  read: async (bank: string, intake: string, format: string, point: string, fixes: Fix[] = []) =>
    (await client.call('post', `${one}/reading`, { path: { bank, intake }, body: { ...(format ? { format } : {}), ...(point ? { point } : {}), ...(fixes.length > 0 ? { fixes } : {}) } })).data,
  verdicts: async (bank: string, intake: string, outcome: Outcome | null, reason: string, limit: number, signal: AbortSignal) =>
    (await client.call('get', `${one}/verdicts`, {
      path: { bank, intake }, query: { ...(outcome ? { outcome } : {}), ...(reason ? { reason } : {}), limit } as never, signal, timeoutMs: LONG,
    })).data,
  table: (bank: string, intake: string) => client.bytes(`${one}/verdict-file`, { path: { bank, intake }, timeoutMs: LONG }),
  confirm: async (bank: string, intake: string, digest: string, leave: string[]) =>
    (await client.call('post', `${one}/confirmation`, { path: { bank, intake }, body: { digest, leave } })).data,
  check: async (bank: string, body: ExportRequest, signal: AbortSignal) =>
    (await client.call('post', '/api/v1/banks/{bank}/exports/check', { path: { bank }, body, signal, timeoutMs: LONG })).data,
  take: (bank: string, body: ExportRequest) =>
    client.bytes('/api/v1/banks/{bank}/exports', { path: { bank }, body, timeoutMs: LONG }, 'application/octet-stream', 'post'),
}

/**
 * Sends a file in parts. A part that a bad network loses is sent again; the
 * others stay where they are.
 */
export async function sendFile(bank: string, id: string, name: string, file: Blob, told: (have: number, of: number) => void): Promise<Intake> {
  const intake = await exchange.open(bank, id, name, file.size)
  const parts = Math.ceil(file.size / intake.partSize)
  for (let n = 0; n < parts; n++) {
    told(n, parts)
    const data = await base64(file.slice(n * intake.partSize, (n + 1) * intake.partSize))
    for (let tries = 1; ; tries++) {
      try {
        await client.call('put', `${one}/parts/{part}`, { path: { bank, intake: id, part: String(n) }, body: { data }, timeoutMs: 60_000 })
        break
      } catch (e) {
        if (!(e instanceof NetworkError) || tries >= TRIES) throw e
        await new Promise((done) => { setTimeout(done, WAIT * tries) })
      }
    }
  }
  told(parts, parts)
  return intake
}
