import { client } from '../../api'
import type { components } from '../../../contract.gen'

type S = components['schemas']
export type ReleaseDesk = S['ReleaseDesk']
export type ReleaseRound = S['ReleaseRound']
export type ReleaseAct = S['ReleaseAct']
export type Ruling = S['Ruling']
export type NewRuling = S['NewRuling']
export type OutcomeDetail = S['OutcomeDetail']
export type OutcomeVersion = S['OutcomeVersion']

/** Composing a large sitting reads every sheet of it. */
const LONG = 60_000

// Release and rulings, by the contract.
export const release = {
  desk: async (sitting: string, signal: AbortSignal) =>
    (await client.call('get', '/api/v1/sittings/{sitting}/release', { path: { sitting }, signal, timeoutMs: LONG })).data,
  act: async (sitting: string, body: ReleaseAct) =>
    (await client.call('post', '/api/v1/sittings/{sitting}/release', { path: { sitting }, body, timeoutMs: LONG })).data,
  rule: async (sitting: string, body: NewRuling) =>
    (await client.call('post', '/api/v1/sittings/{sitting}/rulings', { path: { sitting }, body })).data,
  settle: async (ruling: string, act: 'confirm' | 'refuse' | 'lift', why: string) =>
    (await client.call('post', '/api/v1/rulings/{ruling}', { path: { ruling }, body: { act, why } })).data,
  outcome: async (sitting: string, registration: string, signal: AbortSignal) =>
    (await client.call('get', '/api/v1/sittings/{sitting}/outcomes/{registration}', { path: { sitting, registration }, signal, timeoutMs: LONG })).data,
}
