// SHA-256 (FIPS 180-4). The browser's own is missing on pages without TLS, and
// exam rooms have no TLS. For short texts; not for anything secret.

const k = new Uint32Array(64)
export const initial = new Uint32Array(8)
/** The first 32 bits of the fraction of `x`. */
const fraction = (x: number) => ((x - Math.floor(x)) * 0x1_0000_0000) >>> 0
for (let candidate = 2, found = 0; found < 64; candidate++) {
  let prime = true
  for (let d = 2; d * d <= candidate; d++) if (candidate % d === 0) prime = false
  if (!prime) continue
  if (found < 8) initial[found] = fraction(Math.sqrt(candidate))
  k[found++] = fraction(Math.cbrt(candidate))
}

const rotate = (x: number, n: number) => (x >>> n) | (x << (32 - n))
const at = (list: Uint32Array, i: number) => list[i] ?? 0

export function block(hash: Uint32Array, data: DataView, offset: number): void {
  const w = new Uint32Array(64)
  for (let i = 0; i < 16; i++) w[i] = data.getUint32(offset + 4 * i)
  for (let i = 16; i < 64; i++) {
    const a = at(w, i - 15)
    const b = at(w, i - 2)
    w[i] = at(w, i - 16) + (rotate(a, 7) ^ rotate(a, 18) ^ (a >>> 3)) + at(w, i - 7) + (rotate(b, 17) ^ rotate(b, 19) ^ (b >>> 10))
  }
  const v = Uint32Array.from(hash)
  for (let i = 0; i < 64; i++) {
    const a = at(v, 0)
    const e = at(v, 4)
    const t1 = at(v, 7) + (rotate(e, 6) ^ rotate(e, 11) ^ rotate(e, 25)) + ((e & at(v, 5)) ^ (~e & at(v, 6))) + at(k, i) + at(w, i)
    const t2 = (rotate(a, 2) ^ rotate(a, 13) ^ rotate(a, 22)) + ((a & at(v, 1)) ^ (a & at(v, 2)) ^ (at(v, 1) & at(v, 2)))
    v.copyWithin(1, 0, 7)
    v[4] = at(v, 4) + t1
    v[0] = t1 + t2
  }
  for (let i = 0; i < 8; i++) hash[i] = at(hash, i) + at(v, i)
}

/** The digest of the text's UTF-8, as 64 hex digits in lower case. */
export const sha256 = (text: string): string => digestOf(new TextEncoder().encode(text))

/** The digest of bytes, as 64 hex digits in lower case. */
export function digestOf(bytes: Uint8Array): string {
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
