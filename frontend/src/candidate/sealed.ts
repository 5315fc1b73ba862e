// A paper that travelled before the start: twelve bytes of nonce, then
// AES-256-GCM of the gzip of the paper as JSON, with the attempt as additional
// data. Only browsers on a page with TLS can open it; others never ask for it.
import type { AttemptId } from '../shared/brand'
import type { Paper } from './contract'

const nonceBytes = 12

/** Whether this browser can open a sealed paper. */
export function canUnseal(): boolean {
  return typeof crypto !== 'undefined' && crypto.subtle !== undefined && typeof DecompressionStream === 'function'
}

/** Opens a sealed paper with the key in base64. Rejects when either is not what the server made. */
export async function unseal(bytes: Uint8Array, key: string, attempt: AttemptId): Promise<Paper> {
  const raw = Uint8Array.from(atob(key), (c) => c.charCodeAt(0))
  const secret = await crypto.subtle.importKey('raw', raw, 'AES-GCM', false, ['decrypt'])
  const packed = await crypto.subtle.decrypt({ name: 'AES-GCM', iv: bytes.slice(0, nonceBytes), additionalData: new TextEncoder().encode(attempt) }, secret, bytes.slice(nonceBytes))
  const paper: unknown = await new Response(new Blob([packed]).stream().pipeThrough(new DecompressionStream('gzip'))).json()
  if (!isPaper(paper)) throw new Error('the sealed paper holds something else')
  return paper
}

function isPaper(value: unknown): value is Paper {
  return typeof value === 'object' && value !== null && Array.isArray((value as Paper).slots) && Array.isArray((value as Paper).sections)
}

/** When to fetch: at a random moment of the wait, of at most three minutes, and at once when the start is near. */
export function fetchAfter(untilOpenMs: number, random: number): number {
  const near = 30_000
  return untilOpenMs < near ? 0 : random * Math.min(180_000, untilOpenMs - near)
}
