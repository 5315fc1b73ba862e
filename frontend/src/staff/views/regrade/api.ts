import { client } from '../../api'
import type { components } from '../../../contract.gen'

type S = components['schemas']
export type Regrade = S['Regrade']
export type RegradeAsk = S['RegradeAsk']
export type RegradeDetail = S['RegradeDetail']
export type RegradePreview = S['RegradePreview']
export type RegradeChange = S['RegradeChange']
export type RegradeAffected = S['RegradeAffected']
export type RegradeProposal = S['RegradeProposal']
export type RegradeAct = S['RegradeAct']
export type Remedy = S['RegradeRemedy']
export type RemedyPreview = S['RemedyPreview']
export type OutcomeBrief = S['OutcomeBrief']

/** A preview reads every paper that holds the question. */
const LONG = 120_000

// Regrades, by the contract.
export const regrades = {
  list: async (skip: number, limit: number, signal: AbortSignal) =>
    (await client.call('get', '/api/v1/regrades', { query: { skip, limit } as never, signal })).data,
  preview: async (body: RegradeAsk, signal: AbortSignal) =>
    (await client.call('post', '/api/v1/regrade-previews', { body, signal, timeoutMs: LONG })).data,
  propose: async (body: RegradeProposal) =>
    (await client.call('post', '/api/v1/regrades', { body, timeoutMs: LONG })).data,
  one: async (regrade: string, signal: AbortSignal) =>
    (await client.call('get', '/api/v1/regrades/{regrade}', { path: { regrade }, signal, timeoutMs: LONG })).data,
  act: async (regrade: string, body: RegradeAct) =>
    (await client.call('post', '/api/v1/regrades/{regrade}', { path: { regrade }, body, timeoutMs: 3 * LONG })).data,
}
