import type { Schemas } from '../../../shared/api'
import type { StoredFile } from '../../../shared/files'
import { client } from '../../api'
import { sent, type Told } from '../evidence/api'

export type Filing = Schemas['Filing']
export type FilingAct = Schemas['FilingAct']
export type FilingState = Schemas['FilingState']
export type FilingStanding = Schemas['FilingStanding']
export type FilingSubject = Schemas['FilingSubject']
export type NewFiling = Schemas['NewFiling']
export type NewFilingStep = Schemas['NewFilingStep']
export type Duties = Schemas['Duties']

// The register of evaluation bodies and sites, by the contract.
export const filings = {
  list: async (signal: AbortSignal) => (await client.call('get', '/api/v1/filings', { signal })).data,
  enter: async (body: NewFiling) => (await client.call('post', '/api/v1/filings', { body })).data,
  step: async (filing: string, body: NewFilingStep) => (await client.call('post', '/api/v1/filings/{filing}/steps', { path: { filing }, body })).data,
  papers: async (filing: string, signal: AbortSignal) => (await client.call('get', '/api/v1/filings/{filing}/documents', { path: { filing }, signal })).data,
  duties: async (signal: AbortSignal) => (await client.call('get', '/api/v1/duties', { signal })).data,
}

/** Uploads a document of a step, from 1. */
export const addPaper = (filing: string, step: number, file: File, told: Told): Promise<StoredFile> =>
  sent(file, told, async (facts) => (await client.call('post', '/api/v1/filings/{filing}/documents', { path: { filing }, body: { ...facts, step } })).data)
