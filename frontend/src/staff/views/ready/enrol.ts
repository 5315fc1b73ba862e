import type { Schemas } from '../../../shared/api'
import { client } from '../../api'
import type { Look } from '../../lib/tones'

export type Enrolment = Schemas['Enrolment']
export type EnrolWindow = Schemas['EnrolWindow']
export type Decision = Schemas['EnrolDecide']['decision']

export const LOOKS: Record<Enrolment['state'], Look> = {
  sent: { icon: 'clock', tone: 'warn' },
  returned: { icon: 'again', tone: '' },
  admitted: { icon: 'ok', tone: 'ok' },
  refused: { icon: 'off', tone: '' },
}

export const enrol = {
  list: async (sitting: string, signal: AbortSignal) => (await client.call('get', '/api/v1/sittings/{sitting}/enrolment', { path: { sitting }, signal })).data,
  window: async (sitting: string, body: EnrolWindow) => (await client.call('put', '/api/v1/sittings/{sitting}/enrolment', { path: { sitting }, body })).data,
  decide: async (sitting: string, a: Enrolment, decision: Decision, reason: string) =>
    (await client.call('post', '/api/v1/sittings/{sitting}/enrolment/{application}', { path: { sitting, application: a.id }, body: { decision, reason, version: a.version } })).data,
  file: async (sitting: string, application: string, file: string) =>
    (await client.call('post', '/api/v1/sittings/{sitting}/enrolment/{application}/files/{file}', { path: { sitting, application, file } })).data,
}

/** What the contract sends as text, as bytes again. */
export function bytes(base64: string): Uint8Array<ArrayBuffer> {
  const text = atob(base64)
  const out = new Uint8Array(text.length)
  for (let i = 0; i < text.length; i++) out[i] = text.charCodeAt(i)
  return out
}
