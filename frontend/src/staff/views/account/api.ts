import type { Schemas } from '../../../shared/api'
import { client } from '../../api'

export type StaffAccount = Schemas['StaffAccount']
export type StaffSession = Schemas['StaffSession']
export type GivenPassword = Schemas['GivenPassword']
export type StaffChange = Schemas['StaffChange']
export type NewStaff = Schemas['NewStaff']
export type FactorProof = Schemas['FactorProof']
export type Passkey = Schemas['Passkey']
export type FactorOffer = Schemas['FactorOffer']

// Accounts, by the contract.
export const accounts = {
  list: async (signal: AbortSignal) => (await client.call('get', '/api/v1/staff', { signal })).data,
  make: async (body: NewStaff) => (await client.call('post', '/api/v1/staff', { body })).data,
  change: async (account: string, body: StaffChange) => (await client.call('put', '/api/v1/staff/{account}', { path: { account }, body })).data,
  reset: async (account: string, version: number) => (await client.call('post', '/api/v1/staff/{account}/password', { path: { account }, body: { version } })).data,
  dropFactor: async (account: string) => { await client.call('delete', '/api/v1/staff/{account}/factor', { path: { account } }) },
  sessions: async (account: string, signal: AbortSignal) => (await client.call('get', '/api/v1/staff/{account}/sessions', { path: { account }, signal })).data,
  end: async (account: string, session: string) => { await client.call('delete', '/api/v1/staff/{account}/sessions/{session}', { path: { account, session } }) },
}

/** The own account. */
export const own = {
  get: async (signal: AbortSignal) => (await client.call('get', '/api/v1/me', { signal })).data,
  choose: async (old: string, password: string) => { await client.call('post', '/api/v1/me/password', { body: { old, password } }) },
  end: async (session: string) => { await client.call('delete', '/api/v1/me/sessions/{session}', { path: { session } }) },
  begin: async (password: string, proof?: FactorProof) => (await client.call('post', '/api/v1/me/factor', { body: { password, ...(proof ? { proof } : {}) } })).data,
  confirm: async (code: string) => (await client.call('post', '/api/v1/me/factor/confirmation', { body: { code } })).data,
  remove: async (body: FactorProof) => { await client.call('post', '/api/v1/me/factor/removal', { body }) },
  renew: async (password: string, proof: FactorProof) => (await client.call('post', '/api/v1/me/recovery-codes', { body: { password, proof } })).data,
  offer: async (password: string, proof?: FactorProof) => (await client.call('post', '/api/v1/me/passkeys/offer', { body: { password, ...(proof ? { proof } : {}) } })).data,
  addPasskey: async (name: string, answer: Schemas['NewPasskey']['answer']) => (await client.call('post', '/api/v1/me/passkeys', { body: { name, answer } })).data,
  question: async () => (await client.call('post', '/api/v1/me/passkeys/question', {})).data,
  removePasskey: async (passkey: string, body: FactorProof) => { await client.call('post', '/api/v1/me/passkeys/{passkey}/removal', { path: { passkey }, body }) },
}
