import { client } from '../../api'
import type { ItemContent, ItemStep, Law, SavedFilter } from '../../lib/types'

/** Looking at a whole bank, and acting on many items, may take a while. */
const LONG = 120_000
const query = (q: Record<string, string | number | boolean>) => q as never

export interface StepBody {
  step: ItemStep
  version: number
  draft?: number
  note?: string
  keyMeant?: boolean
  assignee?: string
  publish?: boolean
}
export type BatchAct = 'tag' | 'untag' | 'retire' | 'restore' | 'submit' | 'publish'

// Writing and reviewing items, by the contract.
export const editor = {
  item: async (bank: string, code: string, signal?: AbortSignal) =>
    (await client.call('get', '/api/v1/banks/{bank}/items/{code}', { path: { bank, code }, ...(signal ? { signal } : {}) })).data,
  create: async (bank: string, content: ItemContent) => (await client.call('post', '/api/v1/banks/{bank}/items', { path: { bank }, body: { content } })).data,
  save: async (bank: string, code: string, version: number, base: number, content: ItemContent) =>
    (await client.call('put', '/api/v1/banks/{bank}/items/{code}/draft', { path: { bank, code }, body: { version, base, content } })).data,
  step: async (bank: string, code: string, body: StepBody) =>
    (await client.call('post', '/api/v1/banks/{bank}/items/{code}/steps', { path: { bank, code }, body })).data.item ?? null,
  warn: async (bank: string, code: string, content: ItemContent, signal: AbortSignal) =>
    (await client.call('post', '/api/v1/banks/{bank}/warnings', { path: { bank }, body: { code, content }, signal })).data,
  diff: async (bank: string, code: string, before: number | null, after: number | null, signal: AbortSignal) =>
    (await client.call('get', '/api/v1/banks/{bank}/items/{code}/diff', {
      path: { bank, code }, query: query({ ...(before === null ? {} : { before }), ...(after === null ? {} : { after }) }), signal,
    })).data,
  reviews: async (signal: AbortSignal) => (await client.call('get', '/api/v1/reviews', { signal })).data,
  picture: async (data: string) => (await client.call('post', '/api/v1/pictures', { body: { data }, timeoutMs: LONG })).data,
  batch: async (bank: string, id: string, act: BatchAct, items: string[], tag: string, note: string) =>
    (await client.call('post', '/api/v1/banks/{bank}/batches', {
      path: { bank }, body: { id, act, items, ...(tag ? { tag } : {}), ...(note ? { note } : {}) }, timeoutMs: LONG,
    })).data,
  undo: async (bank: string, batch: string) => (await client.call('post', '/api/v1/banks/{bank}/batches/{batch}/undo', { path: { bank, batch }, timeoutMs: LONG })).data,
  filters: async (bank: string, signal: AbortSignal) => (await client.call('get', '/api/v1/banks/{bank}/filters', { path: { bank }, signal })).data,
  saveFilters: async (bank: string, filters: SavedFilter[]) => { await client.call('put', '/api/v1/banks/{bank}/filters', { path: { bank }, body: { filters } }) },
  inspect: async (bank: string, kind: string, again: boolean, skip: number, limit: number, signal: AbortSignal) =>
    (await client.call('get', '/api/v1/banks/{bank}/inspection', {
      path: { bank }, query: query({ ...(kind ? { kind } : {}), ...(again ? { again } : {}), skip, limit }), signal, timeoutMs: LONG,
    })).data,
  laws: async (bank: string, signal: AbortSignal) => (await client.call('get', '/api/v1/banks/{bank}/laws', { path: { bank }, signal })).data,
  saveLaws: async (bank: string, laws: Law[]) => { await client.call('put', '/api/v1/banks/{bank}/laws', { path: { bank }, body: { laws } }) },
}
