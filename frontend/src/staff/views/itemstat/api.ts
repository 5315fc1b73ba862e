import type { Schemas } from '../../../shared/api'
import { client } from '../../api'
import { editor } from '../bank/api'

export type SittingItems = Schemas['SittingItemStatistics']
export type ItemLine = SittingItems['rows'][number]
export type ItemStatistics = Schemas['ItemStatistics']
export type Detail = Schemas['StatisticsDetail']
export type Finding = Schemas['StatisticsFinding']
export type Kind = Schemas['StatisticsKind']
export type Limits = Schemas['StatisticsLimits']
export type Figures = Schemas['StatisticsFigures']

/** A sitting of thousands is computed when somebody asks first. */
const LONG = 120_000

// What items did at sittings, by the contract.
export const figures = {
  sitting: async (sitting: string, signal: AbortSignal) =>
    (await client.call('get', '/api/v1/sittings/{sitting}/item-statistics', { path: { sitting }, signal, timeoutMs: LONG })).data,
  item: async (bank: string, code: string, signal: AbortSignal) =>
    (await client.call('get', '/api/v1/banks/{bank}/items/{code}/statistics', { path: { bank, code }, signal })).data,
  limits: async (bank: string, signal: AbortSignal) =>
    (await client.call('get', '/api/v1/banks/{bank}/statistics-limits', { path: { bank }, signal })).data,
  saveLimits: async (bank: string, body: Limits) => { await client.call('put', '/api/v1/banks/{bank}/statistics-limits', { path: { bank }, body }) },
  /** Sends an item to the editors, or says that it is fine as it is, whatever its version is by now. */
  decide: async (bank: string, code: string, step: 'doubt' | 'keep', note: string) => {
    const { row } = await editor.item(bank, code)
    await editor.step(bank, code, { step, version: row.version, note })
  },
}
