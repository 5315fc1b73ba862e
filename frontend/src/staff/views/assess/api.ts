import { client } from '../../api'
import type { Judgement, Kind, PanelPlan, Revocation, ScoreChange, Settlement } from './types'

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
  tasks: async (sitting: string, kind: Kind, signal: AbortSignal) =>
    (await client.call('get', '/api/v1/sittings/{sitting}/assess/{kind}', { path: { sitting, kind }, signal, timeoutMs: SHORT })).data,
  score: async (sitting: string, kind: Kind, draw: string) =>
    (await client.call('get', '/api/v1/sittings/{sitting}/assess/{kind}/{draw}', { path: { sitting, kind, draw }, timeoutMs: SHORT })).data,
  saveScore: async (sitting: string, kind: Kind, draw: string, body: ScoreChange) =>
    (await client.call('put', '/api/v1/sittings/{sitting}/assess/{kind}/{draw}', { path: { sitting, kind, draw }, body, timeoutMs: SHORT })).data,
  lockScore: async (sitting: string, kind: Kind, draw: string, version: number) =>
    (await client.call('post', '/api/v1/sittings/{sitting}/assess/{kind}/{draw}/lock', { path: { sitting, kind, draw }, body: { version } })).data,
  decide: async (sitting: string, kind: Kind, draw: string, body: Judgement) =>
    (await client.call('post', '/api/v1/sittings/{sitting}/assess/{kind}/{draw}/decide', { path: { sitting, kind, draw }, body })).data,
  outcomes: async (sitting: string, signal: AbortSignal) =>
    (await client.call('get', '/api/v1/sittings/{sitting}/outcomes', { path: { sitting }, signal, timeoutMs: LONG })).data,
  settle: async (sitting: string, registration: string, kind: Kind, body: Settlement) =>
    (await client.call('post', '/api/v1/sittings/{sitting}/outcomes/{registration}/{kind}', { path: { sitting, registration, kind }, body })).data,
  certificates: async (sitting: string, signal: AbortSignal) =>
    (await client.call('get', '/api/v1/sittings/{sitting}/certificates', { path: { sitting }, signal })).data,
  issue: async (sitting: string, registrations: string[]) =>
    (await client.call('post', '/api/v1/sittings/{sitting}/certificates', { path: { sitting }, body: { registrations }, timeoutMs: LONG })).data,
  certificate: async (number: string, signal: AbortSignal) =>
    (await client.call('get', '/api/v1/certificates/{number}', { path: { number }, signal })).data,
  revoke: async (number: string, body: Revocation) =>
    (await client.call('post', '/api/v1/certificates/{number}/revoke', { path: { number }, body })).data,
}
