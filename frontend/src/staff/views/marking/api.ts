import { client } from '../../api'
import type { Given, Plan } from './types'

/** Looking through a whole sitting may take a while. */
const LONG = 60_000
/** A marker who lost the network must not wait long before the page says so. */
const SHORT = 8_000

// Each operation of marking by people, by the contract.
export const marking = {
  duties: async (signal: AbortSignal) => (await client.call('get', '/api/v1/marking/duties', { signal })).data,
  plan: async (sitting: string, signal: AbortSignal) => (await client.call('get', '/api/v1/sittings/{sitting}/marking/plan', { path: { sitting }, signal })).data,
  keepPlan: async (sitting: string, body: Plan) => (await client.call('put', '/api/v1/sittings/{sitting}/marking/plan', { path: { sitting }, body, timeoutMs: LONG })).data,
  progress: async (sitting: string, signal: AbortSignal) =>
    (await client.call('get', '/api/v1/sittings/{sitting}/marking/progress', { path: { sitting }, signal, timeoutMs: LONG })).data,
  thirds: async (sitting: string, signal: AbortSignal) =>
    (await client.call('get', '/api/v1/sittings/{sitting}/marking/thirds', { path: { sitting }, signal, timeoutMs: LONG })).data,
  free: async (sitting: string, account: string) => {
    await client.call('post', '/api/v1/sittings/{sitting}/marking/markers/{account}/free', { path: { sitting, account } })
  },
  next: async (sitting: string) => (await client.call('post', '/api/v1/sittings/{sitting}/marking/next', { path: { sitting }, timeoutMs: SHORT })).data,
  mine: async (sitting: string) => (await client.call('get', '/api/v1/sittings/{sitting}/marking/mine', { path: { sitting }, timeoutMs: SHORT })).data,
  task: async (sitting: string, ticket: string) =>
    (await client.call('get', '/api/v1/sittings/{sitting}/marking/tasks/{ticket}', { path: { sitting, ticket }, timeoutMs: SHORT })).data,
  give: async (sitting: string, ticket: string, body: Given) =>
    (await client.call('put', '/api/v1/sittings/{sitting}/marking/tasks/{ticket}', { path: { sitting, ticket }, body, timeoutMs: SHORT })).data,
}
