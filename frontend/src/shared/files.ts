// Sends files in parts and reads them: the second file that fetches, apart from
// api.ts so that the exam page does not carry it.
import type { Api, Schemas } from './api'
import { digest } from './digest'
import { NetworkError, ProblemError, isApiError, type Problem } from './problem'

export type Uploading = Schemas['Uploading']
export type StoredFile = Schemas['StoredFile']

/** What the server takes; the list for file choosers. */
export const taken = 'application/pdf,image/jpeg,image/png'
export const takenImages = 'image/jpeg,image/png'

/** A part must come through within this time, also on a bad network. */
const partTimeout = 60_000
const readTimeout = 120_000

export interface FilesConfig {
  api: Pick<Api, 'session' | 'refresh'>
  language: () => string
  fetch?: typeof fetch
}

export interface FileLine {
  put(file: string, part: number, bytes: ArrayBuffer): Promise<void>
  read(file: string): Promise<Blob>
}

export function createFiles(config: FilesConfig): FileLine {
  const doFetch: typeof fetch = config.fetch ?? ((input, init) => fetch(input, init))

  async function send<T>(path: string, init: RequestInit, timeout: number, read: (r: Response) => Promise<T>): Promise<T> {
    const used = config.api.session?.accessToken
    try {
      return await once(path, init, timeout, read, used ?? (await config.api.refresh()).accessToken)
    } catch (e) {
      if (!(e instanceof ProblemError) || e.type !== 'unauthenticated' || used === undefined) throw e
      const again = config.api.session?.accessToken
      return once(path, init, timeout, read, again && again !== used ? again : (await config.api.refresh()).accessToken)
    }
  }

  async function once<T>(path: string, init: RequestInit, timeout: number, read: (r: Response) => Promise<T>, token: string): Promise<T> {
    const abort = new AbortController()
    const timer = setTimeout(() => { abort.abort() }, timeout)
    const headers = { ...init.headers, Authorization: `Bearer ${token}`, 'Accept-Language': config.language() }
    try {
      const response = await doFetch(path, { ...init, headers, credentials: 'same-origin', cache: 'no-store', redirect: 'error', signal: abort.signal })
      if (response.ok) return await read(response)
      const problem = await problemOf(response)
      throw problem ? new ProblemError(problem) : new NetworkError('gateway')
    } catch (e) {
      if (isApiError(e)) throw e
      throw new NetworkError(abort.signal.aborted ? 'timeout' : 'unreachable')
    } finally {
      clearTimeout(timer)
    }
  }

  return {
    put: (file, part, bytes) => send(`/api/v1/files/${encodeURIComponent(file)}/parts/${part}`,
      { method: 'PUT', body: bytes, headers: { 'Content-Type': 'application/octet-stream' } }, partTimeout, async () => undefined),
    read: (file) => send(`/api/v1/files/${encodeURIComponent(file)}`, { method: 'GET' }, readTimeout, async (response) => {
      if (!taken.split(',').includes(response.headers.get('content-type') ?? '')) throw new NetworkError('gateway')
      return response.blob()
    }),
  }
}

async function problemOf(response: Response): Promise<Problem | null> {
  try {
    const body: unknown = await response.json()
    return typeof body === 'object' && body !== null && typeof (body as Problem).type === 'string' ? (body as Problem) : null
  } catch {
    return null
  }
}

/** The steps of one upload; each may be repeated. */
export interface Steps {
  begin(): Promise<Uploading>
  put(part: number, bytes: ArrayBuffer): Promise<void>
  complete(): Promise<StoredFile>
}

const kindOf = (e: unknown): string => (e instanceof ProblemError ? e.problem.type.slice(e.problem.type.lastIndexOf(':') + 1) : '')

/**
 * Sends what of a file is not there yet, and has it kept. What was sent before
 * a cut is not sent again. `told` hears how many parts of how many are there.
 */
export async function upload(steps: Steps, bytes: ArrayBuffer, told: (have: number, of: number) => void = () => undefined): Promise<StoredFile> {
  for (let tries = 0; ; tries++) {
    const up = await steps.begin()
    if (!up.complete) {
      const missing = Array.from({ length: up.parts }, (_, n) => n).filter((n) => !up.have.includes(n))
      let have = up.have.length
      told(have, up.parts)
      for (const n of missing) {
        await steps.put(n, bytes.slice(n * up.partSize, (n + 1) * up.partSize))
        told(++have, up.parts)
      }
    }
    try {
      return await steps.complete()
    } catch (e) {
      // Damaged on its way, or another page of ours was at it: begin again, but not for ever.
      if (tries >= 2 || !['file-digest', 'parts-missing', 'not-found'].includes(kindOf(e))) throw e
    }
  }
}

/** What is announced of a file. */
export async function announced(id: string, name: string, bytes: ArrayBuffer): Promise<{ id: string; name: string; size: number; sha256: string }> {
  return { id, name, size: bytes.byteLength, sha256: await digest(bytes) }
}

/** A name for a file that no other has. */
export function newFileID(): string {
  const random = crypto.getRandomValues(new Uint8Array(16))
  return [...random].map((b) => b.toString(16).padStart(2, '0')).join('')
}

/** 1.4 MB, 310 kB */
export function sizeText(bytes: number): string {
  return bytes >= 1_000_000 ? `${(bytes / 1_000_000).toFixed(1)} MB` : `${Math.max(1, Math.round(bytes / 1000))} kB`
}
