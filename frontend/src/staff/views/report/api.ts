import type { Schemas } from '../../../shared/api'
import { client } from '../../api'

export type ReportSetup = Schemas['ReportSetup']
export type ReportMap = Schemas['ReportMap']
export type ReportField = Schemas['ReportField']
export type ReportColumn = Schemas['ReportColumn']
export type ReportFormat = Schemas['ReportFormat']
export type ReportPreview = Schemas['ReportPreview']
export type CertificateSpan = Schemas['CertificateSpan']
export type ExportRun = Schemas['ExportRun']
export type ExportCheck = Schemas['ExportCheck']
export type ExportRequest = Schemas['ExportRequest']

const LONG = 60_000
const MEDIA = { xlsx: 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet', csv: 'text/csv' } as const

// What results leave the office with: files, transcripts, codes, figures.
export const handout = {
  setup: async (signal: AbortSignal) => (await client.call('get', '/api/v1/report-maps', { signal })).data,
  certificateSetup: async (signal: AbortSignal) =>
    (await client.call('get', '/api/v1/report-maps', { query: { about: 'certificates' } as never, signal })).data,
  runs: async (signal: AbortSignal) => (await client.call('get', '/api/v1/certificate-exports', { signal })).data,
  check: async (span: CertificateSpan, columns: ReportColumn[], signal: AbortSignal) =>
    (await client.call('post', '/api/v1/certificate-exports/preview', { body: { span, columns }, signal, timeoutMs: LONG })).data,
  run: async (body: Schemas['NewExportRun']) => (await client.call('post', '/api/v1/certificate-exports', { body, timeoutMs: LONG })).data,
  runFile: async (run: string) => client.bytes('/api/v1/certificate-exports/{run}/file', { path: { run }, timeoutMs: LONG }),
  save: async (body: Schemas['ReportMapChange']) => (await client.call('post', '/api/v1/report-maps', { body })).data,
  preview: async (sitting: string, columns: ReportColumn[], signal: AbortSignal) =>
    (await client.call('post', '/api/v1/sittings/{sitting}/export/preview', { path: { sitting }, body: { columns }, signal, timeoutMs: LONG })).data,
  take: async (sitting: string, body: ExportRequest) => ({
    kind: MEDIA[body.kind],
    data: await client.bytes('/api/v1/sittings/{sitting}/export', { path: { sitting }, body, timeoutMs: LONG }, MEDIA[body.kind], 'post'),
  }),
  transcript: async (sitting: string, registration: string) =>
    client.bytes('/api/v1/sittings/{sitting}/outcomes/{registration}/transcript', { path: { sitting, registration }, timeoutMs: LONG }, 'application/pdf', 'get'),
  codes: async (sitting: string, signal: AbortSignal) =>
    (await client.call('get', '/api/v1/sittings/{sitting}/codes', { path: { sitting }, signal })).data,
  statistics: async (sitting: string, signal: AbortSignal) =>
    (await client.call('get', '/api/v1/sittings/{sitting}/statistics', { path: { sitting }, signal, timeoutMs: LONG })).data,
}
