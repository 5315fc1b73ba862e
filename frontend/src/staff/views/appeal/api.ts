import { client } from '../../api'
import type { components } from '../../../contract.gen'

type S = components['schemas']
export type Appeal = S['Appeal']
export type AppealCase = S['AppealCase']
export type AppealDesk = S['AppealDesk']
export type AppealHandling = S['AppealHandling']
export type NewAppeal = S['NewAppeal']

/** Opening a case composes the sitting and marks the paper once more. */
const LONG = 60_000

// Appeals, by the contract.
export const appeals = {
  list: async (closed: boolean, skip: number, limit: number, signal: AbortSignal) =>
    (await client.call('get', '/api/v1/appeals', { query: { closed, skip, limit } as never, signal })).data,
  one: async (appeal: string, signal: AbortSignal) =>
    (await client.call('get', '/api/v1/appeals/{appeal}', { path: { appeal }, signal, timeoutMs: LONG })).data,
  handle: async (appeal: string, body: AppealHandling) =>
    (await client.call('post', '/api/v1/appeals/{appeal}', { path: { appeal }, body, timeoutMs: LONG })).data,
  against: async (sitting: string, registration: string, signal: AbortSignal) =>
    (await client.call('get', '/api/v1/sittings/{sitting}/outcomes/{registration}/appeals', { path: { sitting, registration }, signal })).data,
  file: async (body: NewAppeal) => (await client.call('post', '/api/v1/appeals', { body })).data,
}
