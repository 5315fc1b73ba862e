import type { Schemas } from '../../../shared/api'
import { client } from '../../api'

export type Readiness = Schemas['Readiness']
export type ReadinessLine = Schemas['ReadinessLine']
export type ReadinessRoom = Schemas['ReadinessRoom']

export const ready = {
  of: async (sitting: string, signal: AbortSignal) => (await client.call('get', '/api/v1/sittings/{sitting}/readiness', { path: { sitting }, signal })).data,
  drill: async (report: string) => (await client.call('post', '/api/v1/drills', { body: { report } })).data,
}
