import type { Schemas } from '../../../shared/api'
import { client } from '../../api'

export type RosterJudged = Schemas['RosterJudged']
export type RosterImport = Schemas['RosterImport']
export type Verdict = Schemas['ImportVerdict']
export type DayPaper = Schemas['DayPaper']
export type Outcome = Verdict['outcome']

const LONG = 60_000
export const XLSX = 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet'
export const OUTCOMES: readonly Outcome[] = ['dropped', 'changed', 'kept']

// What is prepared before the day, by the contract.
export const day = {
  template: async () => client.bytes('/api/v1/roster-template', { timeoutMs: LONG }, XLSX, 'get'),
  judge: async (sitting: string, body: Schemas['RosterFile']) => (await client.call('post', '/api/v1/sittings/{sitting}/roster-checks', { path: { sitting }, body, timeoutMs: LONG })).data,
  keep: async (sitting: string, body: Schemas['RosterConfirm']) => (await client.call('post', '/api/v1/sittings/{sitting}/roster-imports', { path: { sitting }, body, timeoutMs: LONG })).data,
  imports: async (sitting: string, signal: AbortSignal) => (await client.call('get', '/api/v1/sittings/{sitting}/roster-imports', { path: { sitting }, signal })).data,
  undo: async (sitting: string, run: string) => (await client.call('delete', '/api/v1/sittings/{sitting}/roster-imports/{run}', { path: { sitting, run }, timeoutMs: LONG })).data,
  paper: async (sitting: string, paper: DayPaper, room: string) => client.bytes('/api/v1/sittings/{sitting}/papers/{paper}', { path: { sitting, paper }, ...(room ? { query: { room } as never } : {}), timeoutMs: LONG }, 'application/pdf', 'get'),
}
