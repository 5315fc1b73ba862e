import type { Schemas } from '../../../shared/api'
import { client } from '../../api'
import type { Look } from '../../lib/tones'

export type Programme = Schemas['Programme']
export type ProgrammeDetail = Schemas['ProgrammeDetail']
export type ProgrammeDraft = Schemas['ProgrammeDraft']
export type ProgrammeLevel = Schemas['ProgrammeLevel']
export type ProgrammeDays = Schemas['ProgrammeDays']

/** How a state looks. */
export const STATE: Record<Programme['state'], Look> = {
  draft: { icon: 'pen', tone: '' }, announced: { icon: 'eye', tone: 'ok' }, withdrawn: { icon: 'x', tone: '' },
}

// Programmes (认定计划), by the contract.
export const programmes = {
  list: async (signal: AbortSignal) => (await client.call('get', '/api/v1/programmes', { signal })).data,
  one: async (programme: string, signal?: AbortSignal) => (await client.call('get', '/api/v1/programmes/{programme}', { path: { programme }, ...(signal ? { signal } : {}) })).data,
  put: async (body: ProgrammeDraft) => (await client.call('post', '/api/v1/programmes', { body })).data,
  announce: async (p: Programme) => (await client.call('post', '/api/v1/programmes/{programme}/acts', { path: { programme: p.id }, body: { act: 'announce', version: p.version } })).data,
  withdraw: async (p: Programme, reason: string) => (await client.call('post', '/api/v1/programmes/{programme}/acts', { path: { programme: p.id }, body: { act: 'withdraw', version: p.version, reason } })).data,
}
