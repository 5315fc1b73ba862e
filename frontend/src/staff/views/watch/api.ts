import { client } from '../../api'
import type { AnswersFile, CallAct, LateDecision, OrderRequest, ProctorActRequest } from '../../lib/types'

/** Asked for every few seconds: a late answer is worth less than the next. */
const SHORT = 8_000
/** An order may reach every attempt of a sitting. */
const LONG = 60_000

// Each operation that has to do with time and with what came too late, by the contract.
export const live = {
  orders: async (sitting: string, signal: AbortSignal) =>
    (await client.call('get', '/api/v1/sittings/{sitting}/orders', { path: { sitting }, signal })).data,
  order: async (sitting: string, body: OrderRequest) =>
    (await client.call('post', '/api/v1/sittings/{sitting}/orders', { path: { sitting }, body, timeoutMs: LONG })).data,
  incidents: async (sitting: string, signal: AbortSignal) =>
    (await client.call('get', '/api/v1/sittings/{sitting}/incidents', { path: { sitting }, signal, timeoutMs: SHORT })).data,
  board: async (sitting: string, signal: AbortSignal) =>
    (await client.call('get', '/api/v1/sittings/{sitting}/board', { path: { sitting }, signal })).data,
  calls: async (sitting: string, signal: AbortSignal) =>
    (await client.call('get', '/api/v1/sittings/{sitting}/calls', { path: { sitting }, signal, timeoutMs: SHORT })).data,
  handle: async (sitting: string, call: string, act: CallAct, word: string) =>
    (await client.call('post', '/api/v1/sittings/{sitting}/calls/{call}', { path: { sitting, call }, body: { act, word } })).data,
  acts: async (sitting: string, signal: AbortSignal) =>
    (await client.call('get', '/api/v1/sittings/{sitting}/proctor-acts', { path: { sitting }, signal })).data,
  act: async (sitting: string, body: ProctorActRequest) =>
    (await client.call('post', '/api/v1/sittings/{sitting}/proctor-acts', { path: { sitting }, body, timeoutMs: LONG })).data,
  portrait: async (sitting: string, registration: string, signal: AbortSignal) =>
    client.bytes('/api/v1/sittings/{sitting}/registrations/{registration}/portrait', { path: { sitting, registration }, signal }, 'image/', 'get'),
  late: async (sitting: string, signal: AbortSignal) =>
    (await client.call('get', '/api/v1/sittings/{sitting}/late', { path: { sitting }, signal })).data,
  decide: async (sitting: string, attempt: string, body: LateDecision) =>
    (await client.call('post', '/api/v1/sittings/{sitting}/attempts/{attempt}/late', { path: { sitting, attempt }, body, timeoutMs: LONG })).data,
  handIn: async (sitting: string, attempt: string, body: AnswersFile) =>
    (await client.call('post', '/api/v1/sittings/{sitting}/attempts/{attempt}/answers-file', { path: { sitting, attempt }, body, timeoutMs: LONG })).data,
}
