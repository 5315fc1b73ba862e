import type { Schemas } from '../../../shared/api'
import { announced, createFiles, newFileID, upload, type StoredFile } from '../../../shared/files'
import { shrunk } from '../../../shared/photo'
import { client } from '../../api'
import { language } from '../../i18n'

export type Dossier = Schemas['Dossier']
export type Terms = Schemas['PanelTerms']
/** A component, or a further station of it: skill, skill-2. */
export type Station = Schemas['StationName']
/** Hears how much of an upload is there. */
export type Told = (have: number, of: number) => void
export type FileKind = 'material' | 'portrait'

export const files = createFiles({ api: client, language: () => language.value })

// What administrators do with the files of a sitting.
export const office = {
  dossiers: async (sitting: string, signal: AbortSignal) =>
    (await client.call('get', '/api/v1/sittings/{sitting}/materials', { path: { sitting }, signal })).data,
  terms: async (sitting: string, kind: Station, signal: AbortSignal) =>
    (await client.call('get', '/api/v1/sittings/{sitting}/terms/{kind}', { path: { sitting, kind }, signal })).data,
  setTerms: async (sitting: string, kind: Station, body: Terms) =>
    (await client.call('put', '/api/v1/sittings/{sitting}/terms/{kind}', { path: { sitting, kind }, body })).data,
  remove: async (file: string, why: string) => {
    await client.call('delete', '/api/v1/files/{file}', { path: { file }, query: { why } as never })
  },
}

type Facts = Awaited<ReturnType<typeof announced>>

/** Uploads a file to wherever `begin` announces it. */
export async function sent(file: File, told: Told, begin: (facts: Facts) => Promise<Schemas['Uploading']>): Promise<StoredFile> {
  const { name, bytes } = await shrunk(file)
  const facts = await announced(newFileID(), name, bytes)
  return upload({
    begin: () => begin(facts),
    put: (part, piece) => files.put(facts.id, part, piece),
    complete: async () => (await client.call('post', '/api/v1/files/{file}/complete', { path: { file: facts.id }, timeoutMs: 60_000 })).data,
  }, bytes, told)
}

/** Uploads a file for a candidate. */
export const provide = (sitting: string, registration: string, kind: FileKind, file: File, told: Told): Promise<StoredFile> =>
  sent(file, told, async (facts) => (await client.call('post', '/api/v1/sittings/{sitting}/registrations/{registration}/files', { path: { sitting, registration }, body: { ...facts, kind } })).data)
