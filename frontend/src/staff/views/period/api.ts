import type { Schemas } from '../../../shared/api'
import { client } from '../../api'

export type PeriodReport = Schemas['PeriodReport']
export type PeriodLine = Schemas['PeriodLine']
export type ProfileList = Schemas['ProfileList']
export type ProfileRow = Schemas['ProfileRow']
export type Training = Schemas['Training']
export type Earlier = Schemas['EarlierCertificate']
export type ProfileVerdict = Schemas['ProfileVerdict']

const LONG = 60_000
export const SIZE = 20

/** What of a filter was given, and which page of what it chooses. */
const asked = <F extends Record<string, string | boolean | number>>(filter: F, page: number) => {
  const given = Object.fromEntries(Object.entries(filter).filter(([, v]) => v !== '' && v !== false && v !== 0)) as { [K in keyof F]?: Exclude<F[K], ''> }
  return { ...given, skip: (page - 1) * SIZE, limit: SIZE }
}

export const XLSX = 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet'

// Reports and what they ask of candidates, by the contract.
export const periods = {
  report: async (period: string, signal: AbortSignal) => (await client.call('get', '/api/v1/periods/{period}', { path: { period }, signal, timeoutMs: LONG })).data,
  submit: async (period: string, seen: number) => (await client.call('post', '/api/v1/periods/{period}', { path: { period }, body: { seen }, timeoutMs: LONG })).data,
  workbook: async (period: string, version: number) =>
    client.bytes('/api/v1/periods/{period}/workbook', { path: { period }, ...(version > 0 ? { query: { version } as never } : {}), timeoutMs: LONG }, XLSX, 'get'),
  document: async (period: string, version: number) =>
    client.bytes('/api/v1/periods/{period}/document', { path: { period }, ...(version > 0 ? { query: { version } as never } : {}), timeoutMs: LONG }, 'application/pdf', 'get'),
  trainings: async (filter: { text: string; kind: '' | Training['kind']; level: number }, page: number, signal: AbortSignal) =>
    (await client.call('post', '/api/v1/trainings/search', { body: asked(filter, page), signal })).data,
  importTrainings: async (body: Schemas['TrainingImport']) => (await client.call('post', '/api/v1/trainings', { body, timeoutMs: LONG })).data,
  removeTraining: async (body: Schemas['TrainingRemoval']) => { await client.call('post', '/api/v1/trainings/removal', { body }) },
  earlier: async (filter: { text: string }, page: number, signal: AbortSignal) => (await client.call('post', '/api/v1/earlier-certificates/search', { body: asked(filter, page), signal })).data,
  importEarlier: async (body: { dry: boolean; data?: string }) => (await client.call('post', '/api/v1/earlier-certificates', { body: { dry: body.dry, data: body.data ?? '' }, timeoutMs: LONG })).data,
  removeEarlier: async (body: Schemas['TrainingRemoval']) => { await client.call('post', '/api/v1/earlier-certificates/removal', { body }) },
  profiles: async (filter: { unit: string; city: string; industry: string; keyUnit: boolean }, page: number, signal: AbortSignal) =>
    (await client.call('get', '/api/v1/profiles', { query: asked(filter, page), signal })).data,
  importRows: async (body: Schemas['ProfileImport']) => (await client.call('post', '/api/v1/profiles', { body, timeoutMs: LONG })).data,
}

/** The quarter and the year of a day, 2006-01-02. */
export function periodsOf(today: string): string[] {
  const year = Number(today.slice(0, 4))
  const quarter = Math.ceil(Number(today.slice(5, 7)) / 3)
  const out: string[] = []
  for (let n = 0; n < 8; n++) {
    const q = (quarter - 1 - n + 8) % 4
    out.push(`${year + Math.floor((quarter - 1 - n) / 4)}-Q${q + 1}`)
  }
  return [...out, String(year), String(year - 1)]
}

/** A rate in tenths of a percent as a text, "" where there is none. */
export const rate = (tenths: number | undefined): string => (tenths === undefined || tenths < 0 ? '' : `${(tenths / 10).toFixed(1)}%`)
