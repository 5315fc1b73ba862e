import type { Schemas } from '../../../shared/api'
import { client } from '../../api'

export type AccessRules = Schemas['AccessRules']
export type AccessRequest = Schemas['AccessRequest']
export type AccessRange = Schemas['AccessRange']

export const access = {
  rules: async (sitting: string, signal: AbortSignal) => (await client.call('get', '/api/v1/sittings/{sitting}/access', { path: { sitting }, signal })).data,
  set: async (sitting: string, body: AccessRequest) => (await client.call('put', '/api/v1/sittings/{sitting}/access', { path: { sitting }, body })).data,
  file: async (sitting: string) => client.bytes('/api/v1/sittings/{sitting}/access/seb', { path: { sitting } }),
}

/** Lines of "room range" as ranges; one word alone is for every room. */
export function rangesOf(text: string): AccessRange[] {
  return text.split('\n').map((l) => l.trim()).filter((l) => l !== '').map((l) => {
    const at = l.search(/\s\S+$/)
    return at < 0 ? { room: '', range: l } : { room: l.slice(0, at).trim(), range: l.slice(at).trim() }
  })
}

export const linesOf = (ranges: readonly AccessRange[]): string => ranges.map((r) => `${r.room} ${r.range}`.trim()).join('\n')
