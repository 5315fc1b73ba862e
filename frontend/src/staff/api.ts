import { createApi } from '../shared/api'
import { fetchTold } from './archive'
import { language } from './i18n'
import type { components } from '../contract.gen'
import type { Act, SealAct, Sitting, SittingPlan, Session } from './lib/types'
import type { Candidate } from './lib/paste'

/** Sealing and closing work on every paper of a sitting and may take a while. */
const LONG = 60_000

const listeners: { session: (s: Session) => void; signedOut: () => void } = { session: () => undefined, signedOut: () => undefined }

/** Who hears of sessions; set once by session.ts. */
export function onSession(session: (s: Session) => void, signedOut: () => void): void {
  listeners.session = session
  listeners.signedOut = signedOut
}

export const client = createApi({
  audience: 'staff',
  fetch: fetchTold,
  language: () => language.value,
  onSession: (s) => { listeners.session(s) },
  onSignedOut: () => { listeners.signedOut() },
})

/**
 * shared/api.ts sends any query, while its types see only queries that the
 * contract requires; all of ours may be left out.
 */
const query = (q: Record<string, string | number>) => q as never

export interface ItemFilter {
  type?: components['schemas']['BankItemType']
  range?: string
  difficulty?: number
  text?: string
  status?: string
  stage?: string
  tag?: string
  used?: string
  author?: string
  suspicious?: string
  doubted?: string
  facilityFrom?: number
  facilityTo?: number
  discriminationBelow?: number
  sort?: string
  descending?: string
}

// Each operation that the staff pages use, by the contract.
export const api = {
  standard: async (signal: AbortSignal) => (await client.call('get', '/api/v1/standard', { signal })).data,
  banks: async (signal: AbortSignal) => (await client.call('get', '/api/v1/banks', { signal })).data,
  items: async (bank: string, f: ItemFilter, skip: number, limit: number, signal: AbortSignal) =>
    (await client.call('get', '/api/v1/banks/{bank}/items', { path: { bank }, query: query({ ...f, skip, limit }), signal })).data,
  blueprints: async (signal: AbortSignal) => (await client.call('get', '/api/v1/blueprints', { signal })).data,
  check: async (blueprint: string, signal: AbortSignal) =>
    (await client.call('get', '/api/v1/blueprints/{blueprint}/check', { path: { blueprint }, signal, timeoutMs: LONG })).data,
  sittings: async (skip: number, limit: number, signal: AbortSignal) =>
    (await client.call('get', '/api/v1/sittings', { query: query({ skip, limit }), signal })).data,
  sitting: async (sitting: string, signal: AbortSignal) =>
    (await client.call('get', '/api/v1/sittings/{sitting}', { path: { sitting }, signal })).data,
  create: async (plan: SittingPlan) => (await client.call('post', '/api/v1/sittings', { body: plan })).data,
  change: async (sitting: string, plan: SittingPlan, version: number) =>
    (await client.call('put', '/api/v1/sittings/{sitting}', { path: { sitting }, body: { ...plan, version } })).data,
  act: async (s: Sitting, act: Act | SealAct, reason = '') =>
    (await client.call('post', '/api/v1/sittings/{sitting}/acts', { path: { sitting: s.id }, body: { act, version: s.version, ...(reason ? { reason } : {}) }, timeoutMs: LONG })).data,
  roster: async (sitting: string, signal: AbortSignal) =>
    (await client.call('get', '/api/v1/sittings/{sitting}/registrations', { path: { sitting }, signal })).data,
  register: async (sitting: string, candidates: Candidate[]) =>
    (await client.call('post', '/api/v1/sittings/{sitting}/registrations', {
      path: { sitting }, body: { candidates: candidates.map((c) => ({ ...c })) }, timeoutMs: LONG,
    })).data,
  remove: async (sitting: string, registration: string) => {
    await client.call('delete', '/api/v1/sittings/{sitting}/registrations/{registration}', { path: { sitting, registration } })
  },
  progress: async (sitting: string, signal?: AbortSignal) =>
    (await client.call('get', '/api/v1/sittings/{sitting}/progress', { path: { sitting }, timeoutMs: 8_000, ...(signal ? { signal } : {}) })).data,
  collect: async (sitting: string, attempt: string, reason: string) =>
    (await client.call('post', '/api/v1/sittings/{sitting}/attempts/{attempt}/collect', { path: { sitting, attempt }, body: { reason } })).data,
  results: async (sitting: string, signal: AbortSignal) =>
    (await client.call('get', '/api/v1/sittings/{sitting}/results', { path: { sitting }, signal, timeoutMs: LONG })).data,
  result: async (sitting: string, attempt: string, signal: AbortSignal) =>
    (await client.call('get', '/api/v1/sittings/{sitting}/results/{attempt}', { path: { sitting, attempt }, signal })).data,
}
