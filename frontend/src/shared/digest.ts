import { digestOf } from './sha256'

/** The SHA-256 of bytes, as 64 hex digits in lower case. Apart from sha256.ts, which the exam page carries. */
export async function digest(bytes: ArrayBuffer): Promise<string> {
  // The browser's own is much faster, and missing on pages without TLS.
  const subtle = globalThis.crypto?.subtle as SubtleCrypto | undefined
  if (!subtle) return digestOf(new Uint8Array(bytes))
  return [...new Uint8Array(await subtle.digest('SHA-256', bytes))].map((b) => b.toString(16).padStart(2, '0')).join('')
}
