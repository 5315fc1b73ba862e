import { block, initial } from './sha256'

/** The SHA-256 of bytes, as 64 hex digits in lower case. Apart from sha256.ts, which the exam page carries. */
export async function digest(bytes: ArrayBuffer): Promise<string> {
  // The browser's own is much faster, and missing on pages without TLS.
  const subtle = globalThis.crypto?.subtle as SubtleCrypto | undefined
  if (!subtle) return slowDigest(new Uint8Array(bytes))
  return [...new Uint8Array(await subtle.digest('SHA-256', bytes))].map((b) => b.toString(16).padStart(2, '0')).join('')
}

export function slowDigest(bytes: Uint8Array): string {
  const padded = new Uint8Array(Math.ceil((bytes.length + 9) / 64) * 64)
  padded.set(bytes)
  padded[bytes.length] = 0x80
  const view = new DataView(padded.buffer)
  view.setUint32(padded.length - 8, Math.floor(bytes.length / 0x2000_0000))
  view.setUint32(padded.length - 4, (bytes.length << 3) >>> 0)
  const hash = Uint32Array.from(initial)
  for (let offset = 0; offset < padded.length; offset += 64) block(hash, view, offset)
  return Array.from(hash, (word) => word.toString(16).padStart(8, '0')).join('')
}
