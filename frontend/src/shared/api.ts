// The one file that fetches. Requests and answers are typed by the contract.
import type { components, paths } from '../contract.gen'
import { NetworkError, ProblemError, isApiError, type Problem } from './problem'

export type Schemas = components['schemas']
export type Audience = Schemas['Audience']
export type Session = Schemas['Session']

type Method = 'get' | 'post' | 'put' | 'delete'
type PathsWith<M extends Method> = { [P in keyof paths]: paths[P] extends Record<M, object> ? P : never }[keyof paths]
type Operation<M extends Method, P extends PathsWith<M>> = paths[P] extends Record<M, infer O> ? O : never
type JsonOf<T> = T extends { content: { 'application/json': infer B } } ? B : undefined
type Ok<R> = { [K in keyof R & (200 | 201 | 202 | 204)]: JsonOf<R[K]> }
type Data<O> = O extends { responses: infer R } ? Ok<R>[keyof Ok<R>] : never
type Params<O, K extends string> = O extends { parameters: { [N in K]?: infer V } } ? V : undefined
type BodyOf<O> = O extends { requestBody: { content: { 'application/json': infer B } } } ? B : undefined
type Field<K extends string, V> = [V] extends [undefined] ? { [N in K]?: undefined } : { [N in K]: V }
type OptionalField<K extends string, V> = [V] extends [undefined] ? { [N in K]?: undefined } : { [N in K]?: V }

interface Behaviour {
  /** The request outlives the page. Its body must stay small. */
  keepalive?: boolean
  timeoutMs?: number
  signal?: AbortSignal
}
export type Args<M extends Method, P extends PathsWith<M>> = Field<'path', Params<Operation<M, P>, 'path'>> &
  OptionalField<'query', Exclude<Params<Operation<M, P>, 'query'>, undefined>> &
  Field<'body', BodyOf<Operation<M, P>>> & Behaviour

interface Loose extends Behaviour { path?: unknown; query?: unknown; body?: unknown }
/** What a request accepts besides a problem, and how its answer is read. */
interface Reading<T> { accept: string; read: (response: Response, alive: () => void) => Promise<T> }

export interface Reply<T> { status: number; data: T; sentAt: number; receivedAt: number }

export interface ApiConfig {
  audience: Audience
  /** Sent as Accept-Language with each request. */
  language: () => string
  /** Called whenever a session begins or is renewed. */
  onSession?: (session: Session) => void
  /** Called when the session is over and renewing it was refused. */
  onSignedOut?: () => void
  fetch?: typeof fetch
  /** The steady clock; never the wall clock of the computer. */
  steady?: () => number
}

const defaultTimeout = 15_000
const defaultIdle = 40_000
/** An access token is renewed this long before it expires. */
const renewBefore = 60_000

export function createApi(config: ApiConfig) {
  const doFetch: typeof fetch = config.fetch ?? ((input, init) => fetch(input, init))
  const steady = config.steady ?? (() => performance.now())
  let session: Session | null = null
  let expires = 0 // by the steady clock
  let renewal: Promise<Session> | null = null

  function accept(next: Session): Session {
    session = next
    expires = steady() + Date.parse(next.expiresAt) - Date.parse(next.serverNow)
    config.onSession?.(next)
    return next
  }

  function forget() {
    session = null
  }

  /** Trades the cookie for a new session. Calls at the same time share one request. */
  function refresh(): Promise<Session> {
    renewal ??= renew().finally(() => { renewal = null })
    return renewal
  }

  async function renew(): Promise<Session> {
    const had = session
    try {
      const reply = await send<Session>('post', '/api/v1/auth/refresh', { body: { audience: config.audience } }, null)
      return accept(reply.data)
    } catch (e) {
      if (e instanceof ProblemError && e.problem.status === 401) {
        // Someone may have signed in again meanwhile.
        if (session === had) forget()
        if (had) config.onSignedOut?.()
      }
      throw e
    }
  }

  /** Calls an operation of the contract. Throws a ProblemError or a NetworkError and nothing else. */
  async function call<M extends Method, P extends PathsWith<M>>(
    method: M, path: P, args: Args<M, P>,
  ): Promise<Reply<Data<Operation<M, P>>>> {
    type D = Data<Operation<M, P>>
    if (path.startsWith('/api/v1/auth/')) return send<D>(method, path, args, null)
    return signedIn(args, (token) => send<D>(method, path, args, token))
  }

  /**
   * Reads a stream of text: `onText` gets each piece as it comes. Resolves when
   * the server ends it; throws like `call`, and a NetworkError of `timeout`
   * when no byte came for `timeoutMs`.
   */
  async function stream<P extends PathsWith<'get'>>(path: P, args: Args<'get', P>, onText: (piece: string) => void): Promise<void> {
    const reading: Reading<null> = { accept: 'text/event-stream', read: (response, alive) => readText(response, alive, onText) }
    await signedIn(args, (token) => send<null>('get', path, { timeoutMs: defaultIdle, ...args }, token, reading))
  }

  /** Fetches an answer that is no JSON. Throws like `call`. */
  async function bytes<P extends PathsWith<'get'>>(path: P, args: Args<'get', P>): Promise<ArrayBuffer>
  async function bytes<P extends PathsWith<M>, M extends Method>(path: P, args: Args<M, P>, accept: string, method: M): Promise<ArrayBuffer>
  async function bytes(path: string, args: Loose, accept = 'application/octet-stream', method: Method = 'get'): Promise<ArrayBuffer> {
    return (await signedIn(args, (token) => send<ArrayBuffer>(method, path, args, token, { accept, read: (response) => response.arrayBuffer() }))).data
  }

  /** Does a request with a token that holds, and once more with a new one if it was refused. */
  async function signedIn<T>(args: Behaviour, request: (token: string | null) => Promise<T>): Promise<T> {
    // A request that outlives the page cannot wait for a renewal.
    if (session && !args.keepalive && steady() > expires - renewBefore) {
      // A renewal that fails for want of a network is no reason to hold back a token that still holds.
      await refresh().catch((e: unknown) => { if (!session || steady() > expires) throw e })
    }
    const used = session?.accessToken ?? null
    try {
      return await request(used)
    } catch (e) {
      if (!(e instanceof ProblemError) || e.type !== 'unauthenticated' || args.keepalive) throw e
      if (!session || session.accessToken === used) await refresh()
      return await request(session?.accessToken ?? null)
    }
  }

  async function send<T>(method: Method, path: string, args: Loose, token: string | null, reading?: Reading<T>): Promise<Reply<T>> {
    const headers: Record<string, string> = { Accept: `${reading?.accept ?? 'application/json'}, application/problem+json`, 'Accept-Language': config.language() }
    if (token) headers.Authorization = `Bearer ${token}`
    const init: RequestInit = { method: method.toUpperCase(), headers, credentials: 'same-origin', cache: 'no-store', redirect: 'error' }
    if (args.body !== undefined) {
      headers['Content-Type'] = 'application/json'
      init.body = JSON.stringify(args.body)
    }
    if (args.keepalive) init.keepalive = true
    const abort = new AbortController()
    const outer = args.signal
    const stop = () => abort.abort()
    outer?.addEventListener('abort', stop)
    if (outer?.aborted) stop()
    const start = () => setTimeout(stop, args.timeoutMs ?? defaultTimeout)
    let timer = start()
    // Each sign of life of a stream gives it the whole time again.
    const alive = () => { clearTimeout(timer); timer = start() }
    init.signal = abort.signal
    const sentAt = steady()
    try {
      const response = await doFetch(urlOf(path, args.path, args.query), init)
      const data = reading && response.ok ? await reading.read(expected(response, reading.accept), alive) : parse<T>(response, await response.text())
      return { status: response.status, data, sentAt, receivedAt: steady() }
    } catch (e) {
      if (isApiError(e)) throw e
      throw new NetworkError(abort.signal.aborted ? 'timeout' : 'unreachable')
    } finally {
      clearTimeout(timer)
      outer?.removeEventListener('abort', stop)
    }
  }

  return {
    call,
    stream,
    bytes,
    refresh,
    get session() { return session },
    async loginCandidate(body: Schemas['CandidateLoginRequest']) {
      return accept((await call('post', '/api/v1/auth/candidate', { body })).data)
    },
    async loginStaff(body: Schemas['LoginRequest']) {
      return accept((await call('post', '/api/v1/auth/login', { body })).data)
    },
    /** Signs out here whatever the server answers. */
    async logout() {
      try {
        await call('post', '/api/v1/auth/logout', { body: { audience: config.audience }, timeoutMs: 5_000 })
      } finally {
        forget()
      }
    },
  }
}

export type Api = ReturnType<typeof createApi>

function urlOf(template: string, path?: unknown, query?: unknown): string {
  const filled = template.replace(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(String((path as Record<string, unknown> | undefined)?.[name])))
  const search = new URLSearchParams()
  for (const [name, value] of Object.entries(query ?? {})) {
    if (value !== undefined && value !== null && value !== '') search.set(name, String(value))
  }
  const tail = search.toString()
  return tail ? `${filled}?${tail}` : filled
}

/** A login page of the network answers in our place, for one. */
function expected(response: Response, kind: string): Response {
  if (!(response.headers.get('content-type') ?? '').startsWith(kind)) throw new NetworkError('gateway')
  return response
}

async function readText(response: Response, alive: () => void, onText: (piece: string) => void): Promise<null> {
  const reader = response.body?.getReader()
  if (!reader) throw new NetworkError('gateway')
  const decoder = new TextDecoder()
  for (;;) {
    alive()
    const { done, value } = await reader.read()
    if (done) return null
    onText(decoder.decode(value, { stream: true }))
  }
}

function parse<T>(response: Response, text: string): T {
  const kind = response.headers.get('content-type') ?? ''
  const json = /\bjson\b/.test(kind)
  if (response.ok) {
    if (response.status === 204 || text === '') return undefined as T
    if (!json) throw new NetworkError('gateway') // a login page of the network, for one
    return decode(text) as T
  }
  const body = json ? decode(text) : null
  if (isProblem(body)) throw new ProblemError(body)
  throw new NetworkError('gateway')
}

function decode(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    throw new NetworkError('gateway') // cut off on its way
  }
}

function isProblem(value: unknown): value is Problem {
  return typeof value === 'object' && value !== null && typeof (value as Problem).type === 'string' && typeof (value as Problem).status === 'number'
}
