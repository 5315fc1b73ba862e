import type { Schemas } from '../../../shared/api'
import { client } from '../../api'

export type Content = Schemas['BlueprintContent']
export type Part = Schemas['BlueprintPart']
export type Draft = Schemas['BlueprintDraft']
export type Opened = Schemas['OpenBlueprint']
export type Act = Schemas['BlueprintAct']
export type Report = Schemas['BlueprintReport']
export type Cell = Schemas['BlueprintCell']
export type Repair = Schemas['BlueprintRepair']
export type Outlook = Schemas['BlueprintOutlook']
export type SpecimenPaper = Schemas['SpecimenPaper']
export type SpecimenSheet = Schemas['SpecimenSheet']
export type Outline = Schemas['Outline']
export type OutlineRange = Schemas['OutlineRange']
export type OutlinePoint = Schemas['OutlinePoint']
export type OutlineReport = Schemas['OutlineReport']
export type OutlineArrival = Schemas['OutlineArrival']
export type Coverage = Schemas['Coverage']
export type CoverageRow = Schemas['CoverageRow']

/** Drawing and printing go through a whole bank. */
const LONG = 60_000
const XLSX = 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet'

// Blueprints, outlines and what the bank says to them, by the contract.
export const planner = {
  drafts: async (signal: AbortSignal) => (await client.call('get', '/api/v1/blueprint-drafts', { signal })).data,
  open: async (blueprint: string, signal: AbortSignal) => (await client.call('get', '/api/v1/blueprint-drafts/{blueprint}', { path: { blueprint }, signal })).data,
  save: async (version: number, content: Content) =>
    (await client.call('put', '/api/v1/blueprint-drafts/{blueprint}', { path: { blueprint: content.id }, body: { version, content } })).data,
  step: async (blueprint: string, step: Act, version: number, note: string): Promise<Opened | null> => {
    const got: unknown = (await client.call('post', '/api/v1/blueprint-drafts/{blueprint}/steps', { path: { blueprint }, body: { step, version, ...(note ? { note } : {}) } })).data
    return got ? (got as Opened) : null
  },
  check: async (content: Content, repairs: boolean, signal: AbortSignal) =>
    (await client.call('post', '/api/v1/blueprint-checks', { body: { content, repairs }, signal, timeoutMs: LONG })).data,
  specimens: async (content: Content, seed: string, count: number) =>
    (await client.call('post', '/api/v1/specimens', { body: { content, seed, count }, timeoutMs: LONG })).data,
  print: async (content: Content, seed: string, count: number, number: number, sheet: SpecimenSheet) =>
    client.bytes('/api/v1/specimens/print', { body: { content, seed, count, number, sheet }, timeoutMs: LONG }, 'application/pdf', 'post'),
  outline: async (bank: string, signal: AbortSignal) => (await client.call('get', '/api/v1/banks/{bank}/outline', { path: { bank }, signal })).data,
  saveOutline: async (bank: string, body: Outline) => (await client.call('put', '/api/v1/banks/{bank}/outline', { path: { bank }, body })).data,
  outlineSheet: async (bank: string) => client.bytes('/api/v1/banks/{bank}/outline/sheet', { path: { bank }, timeoutMs: LONG }, XLSX, 'get'),
  readOutline: async (bank: string, data: string) =>
    (await client.call('post', '/api/v1/banks/{bank}/outline/sheet', { path: { bank }, body: { data }, timeoutMs: LONG })).data,
  coverage: async (bank: string, within: string, signal: AbortSignal) =>
    (await client.call('get', '/api/v1/banks/{bank}/coverage', { path: { bank }, query: (within ? { within } : {}) as never, signal })).data,
}
