import type { Schemas } from '../../shared/api'

// Passkeys as the browser holds them. JSON writes bytes as base64url; the browser
// wants and gives buffers, and only newer ones turn one into the other.
export type Options = Schemas['PasskeyOffer']['options']
export type Answer = Schemas['NewPasskey']['answer']

/** Why a passkey did not answer: given up or too late, there already, not for this address, or not at all. */
export type Reason = 'given-up' | 'there' | 'address' | 'failed'

export class PasskeyError extends Error {
  constructor(readonly reason: Reason) { super(reason) }
}

/** Whether this browser has passkeys: it shows them to secure pages only. */
export const hasPasskeys = (): boolean => typeof window.PublicKeyCredential === 'function'

export function toBytes(text: string): Uint8Array<ArrayBuffer> {
  const raw = atob(text.replace(/-/g, '+').replace(/_/g, '/'))
  return Uint8Array.from(raw, (c) => c.charCodeAt(0))
}

export function toText(bytes: ArrayBuffer): string {
  const raw = Array.from(new Uint8Array(bytes), (b) => String.fromCharCode(b)).join('')
  return btoa(raw).replace(/\+/g, '-').replace(/\//g, '_').replace(/=+$/, '')
}

interface Listed { id: string; type: 'public-key'; transports?: AuthenticatorTransport[] }
const listed = (all: unknown) => ((all ?? []) as Listed[]).map((c) => ({ ...c, id: toBytes(c.id) }))

function reasonOf(e: unknown): Reason {
  const name = e instanceof Error ? e.name : ''
  return name === 'NotAllowedError' || name === 'AbortError' ? 'given-up' : name === 'InvalidStateError' ? 'there' : name === 'SecurityError' ? 'address' : 'failed'
}

async function credential(work: () => Promise<Credential | null>): Promise<PublicKeyCredential> {
  try {
    const made = await work()
    if (made) return made as PublicKeyCredential
  } catch (e) {
    throw new PasskeyError(reasonOf(e))
  }
  throw new PasskeyError('given-up')
}

const answerOf = (c: PublicKeyCredential, response: Record<string, unknown>): Answer => ({
  id: c.id, rawId: toText(c.rawId), type: c.type, clientExtensionResults: {}, response: { clientDataJSON: toText(c.response.clientDataJSON), ...response },
})

/** Makes a passkey by the server's offer. */
export async function makePasskey(options: Options): Promise<Answer> {
  const o = options as unknown as { challenge: string; user: { id: string; name: string; displayName: string }; excludeCredentials?: unknown }
  const publicKey = { ...o, challenge: toBytes(o.challenge), user: { ...o.user, id: toBytes(o.user.id) }, excludeCredentials: listed(o.excludeCredentials) } as unknown as PublicKeyCredentialCreationOptions
  const made = await credential(() => navigator.credentials.create({ publicKey }))
  const response = made.response as AuthenticatorAttestationResponse
  const transports = typeof response.getTransports === 'function' ? response.getTransports() : []
  return answerOf(made, { attestationObject: toText(response.attestationObject), transports })
}

/** Has a passkey sign the server's question. */
export async function usePasskey(options: Options): Promise<Answer> {
  const o = options as unknown as { challenge: string; allowCredentials?: unknown }
  const publicKey = { ...o, challenge: toBytes(o.challenge), allowCredentials: listed(o.allowCredentials) } as unknown as PublicKeyCredentialRequestOptions
  const made = await credential(() => navigator.credentials.get({ publicKey }))
  const response = made.response as AuthenticatorAssertionResponse
  const handle = response.userHandle ? { userHandle: toText(response.userHandle) } : {}
  return answerOf(made, { authenticatorData: toText(response.authenticatorData), signature: toText(response.signature), ...handle })
}
