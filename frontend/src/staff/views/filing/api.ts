import type { Schemas } from '../../../shared/api'
import { announced, newFileID, upload, type StoredFile } from '../../../shared/files'
import { shrunk } from '../../../shared/photo'
import { client } from '../../api'
import { files } from '../evidence/api'

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

/** Uploads a document of a step, from 1. `told` hears how much of it is there. */
export async function addPaper(filing: string, step: number, file: File, told: (have: number, of: number) => void): Promise<StoredFile> {
  const { name, bytes } = await shrunk(file)
  const facts = await announced(newFileID(), name, bytes)
  return upload({
    begin: async () => (await client.call('post', '/api/v1/filings/{filing}/documents', { path: { filing }, body: { ...facts, step } })).data,
    put: (part, piece) => files.put(facts.id, part, piece),
    complete: async () => (await client.call('post', '/api/v1/files/{file}/complete', { path: { file: facts.id }, timeoutMs: 60_000 })).data,
  }, bytes, told)
}
