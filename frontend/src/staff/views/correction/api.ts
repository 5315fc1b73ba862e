import { client } from '../../api'
import type { components } from '../../../contract.gen'

type S = components['schemas']
export type Correction = S['Correction']

// What candidates ask to be put right, by the contract.
export const corrections = {
  list: async (decided: boolean, skip: number, limit: number, signal: AbortSignal) =>
    (await client.call('get', '/api/v1/corrections', { query: { decided, skip, limit } as never, signal })).data,
  decide: async (c: Correction, decision: 'done' | 'refused', answer: string) =>
    (await client.call('post', '/api/v1/corrections/{correction}/decision', { path: { correction: c.id }, body: { version: c.version, decision, answer } })).data,
}
