import type { Schemas } from '../../../shared/api'
import { client } from '../../api'
import { XLSX } from '../period/api'

export type Talent = Schemas['Talent']
export type TalentPage = Schemas['TalentPage']
export type TalentFunction = Schemas['TalentFunction']

/** What is looked for; empty fields and level 0 choose all. */
export interface Wanted { text: string; level: number; city: string; industry: string; keyUnit: boolean; function: '' | TalentFunction }

export const FUNCTIONS: readonly TalentFunction[] = ['organisation', 'technology', 'management', 'emergency', 'guidance']
export const SIZE = 20
const LONG = 60_000

/** What is sent of it: only what was given. */
export function asked(w: Wanted) {
  return {
    ...(w.text.trim() ? { text: w.text.trim() } : {}), ...(w.level ? { level: w.level } : {}), ...(w.city ? { city: w.city } : {}),
    ...(w.industry ? { industry: w.industry } : {}), ...(w.keyUnit ? { keyUnit: true } : {}), ...(w.function ? { function: w.function } : {}),
  }
}

// The talent pool, by the contract.
export const talents = {
  list: async (w: Wanted, page: number, signal: AbortSignal) =>
    (await client.call('post', '/api/v1/talents/search', { body: { ...asked(w), skip: (page - 1) * SIZE, limit: SIZE }, signal })).data,
  record: async (body: Schemas['TalentPaper']) => { await client.call('post', '/api/v1/talents', { body }) },
  describe: async (candidate: string, body: Schemas['TalentDescription']) => { await client.call('put', '/api/v1/talents/{candidate}', { path: { candidate }, body }) },
  withdraw: async (candidate: string, version: number, why: string) => { await client.call('post', '/api/v1/talents/{candidate}/withdrawal', { path: { candidate }, body: { version, why } }) },
  export: async (w: Wanted, why: string) => client.bytes('/api/v1/talents/export', { body: { ...asked(w), why }, timeoutMs: LONG }, XLSX, 'post'),
}
