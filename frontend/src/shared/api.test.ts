import { beforeEach, describe, expect, it, vi } from 'vitest'
import { createApi } from './api'
import { NetworkError, ProblemError, problemType } from './problem'

const json = (status: number, body: unknown, kind = status >= 400 ? 'application/problem+json' : 'application/json') =>
  new Response(body === undefined ? null : JSON.stringify(body), { status, headers: { 'content-type': kind } })
const problem = (status: number, type: string, more = {}) => json(status, { type: `urn:gongyuan:problem:${type}`, title: type, status, requestId: 'r', ...more })
const session = (token: string, seconds = 600) => ({
  accessToken: token, serverNow: '2026-11-22T00:00:00Z', expiresAt: new Date(Date.parse('2026-11-22T00:00:00Z') + seconds * 1000).toISOString(),
  audience: 'candidate', subject: 's', name: 'n', roles: ['candidate'],
})

let steady = 0
let out = 0
let calls: { url: string; init: RequestInit }[] = []
type Answer = (url: string, init: RequestInit) => Response | Promise<Response>
function make(answer: Answer) {
  return createApi({
    audience: 'candidate', language: () => 'zh-CN', steady: () => steady, onSignedOut: () => { out++ },
    fetch: ((url: string, init: RequestInit) => { calls.push({ url, init }); return Promise.resolve(answer(url, init)) }) as typeof fetch,
  })
}
const token = (init: RequestInit) => (init.headers as Record<string, string>).Authorization
const refreshes = () => calls.filter((c) => c.url.endsWith('/refresh')).length
beforeEach(() => { steady = 0; out = 0; calls = [] })

describe('api', () => {
  it('fills addresses in and sends what the contract asks for', async () => {
    const api = make(() => json(200, { state: 'running', clock: {} }))
    await api.call('post', '/api/v1/attempts/{attempt}/beat', { path: { attempt: 'a/1' }, body: { epoch: 3 } })
    expect(calls[0]?.url).toBe('/api/v1/attempts/a%2F1/beat')
    expect(calls[0]?.init.body).toBe('{"epoch":3}')
    expect((calls[0]?.init.headers as Record<string, string>)['Accept-Language']).toBe('zh-CN')
  })

  it('renews once for many requests that are refused at once, then repeats each', async () => {
    let valid = 't0'
    const api = make((url, init) => {
      if (url.endsWith('/auth/candidate')) return json(200, session('t0'))
      if (url.endsWith('/refresh')) { valid = 't1'; return json(200, session('t1')) }
      return token(init) === `Bearer ${valid}` && valid === 't1' ? json(200, {}) : problem(401, 'unauthenticated')
    })
    await api.loginCandidate({ admission: 'a', idNumber: 'b' })
    const all = await Promise.all([1, 2, 3].map(() => api.call('get', '/api/v1/candidate/exam', {})))
    expect(all.map((r) => r.status)).toEqual([200, 200, 200])
    expect(refreshes()).toBe(1)
    expect(out).toBe(0)
  })

  it('renews before the token expires', async () => {
    const api = make((url) => (url.includes('/auth/') ? json(200, session(`t${calls.length}`)) : json(200, {})))
    await api.loginCandidate({ admission: 'a', idNumber: 'b' })
    steady = 500_000
    await api.call('get', '/api/v1/candidate/exam', {})
    expect(refreshes()).toBe(0)
    steady = 545_000
    await api.call('get', '/api/v1/candidate/exam', {})
    expect(refreshes()).toBe(1)
  })

  it('goes on with a token that still holds when the renewal finds no network', async () => {
    const api = make((url) => {
      if (url.endsWith('/refresh')) throw new TypeError('network')
      return url.includes('/auth/') ? json(200, session('t')) : json(200, {})
    })
    await api.loginCandidate({ admission: 'a', idNumber: 'b' })
    steady = 550_000
    expect((await api.call('get', '/api/v1/candidate/exam', {})).status).toBe(200)
    steady = 601_000
    await expect(api.call('get', '/api/v1/candidate/exam', {})).rejects.toBeInstanceOf(NetworkError)
    expect(out).toBe(0)
  })

  it('says signed out once the renewal is refused', async () => {
    const api = make((url) => (url.endsWith('/auth/candidate') ? json(200, session('t')) : problem(401, 'unauthenticated')))
    await api.loginCandidate({ admission: 'a', idNumber: 'b' })
    await expect(api.call('get', '/api/v1/candidate/exam', {})).rejects.toMatchObject({ type: 'unauthenticated' })
    expect(out).toBe(1)
    expect(api.session).toBeNull()
  })

  it('never renews for a request that outlives the page', async () => {
    const api = make((url) => (url.includes('/auth/') ? json(200, session('t')) : problem(401, 'unauthenticated')))
    await api.loginCandidate({ admission: 'a', idNumber: 'b' })
    await expect(api.call('post', '/api/v1/attempts/{attempt}/beat', { path: { attempt: 'a' }, body: { epoch: 1 }, keepalive: true })).rejects.toBeInstanceOf(ProblemError)
    expect(refreshes()).toBe(0)
  })

  it('tells a problem from no network, no answer in time and a stranger’s answer', async () => {
    const fail = (answer: Answer) => make(answer).call('get', '/api/v1/candidate/exam', {}).catch((e: unknown) => e)
    expect(await fail(() => problem(409, 'taken-over', { device: '备用机' }))).toMatchObject({ kind: 'problem', type: 'taken-over', problem: { device: '备用机' } })
    expect(await fail(() => { throw new TypeError('failed') })).toMatchObject({ kind: 'network', reason: 'unreachable' })
    expect(await fail(() => json(502, '<html>', 'text/html'))).toMatchObject({ kind: 'network', reason: 'gateway' })
    expect(await fail(() => json(200, '<html>', 'text/html'))).toMatchObject({ kind: 'network', reason: 'gateway' })
    expect(await fail(() => new Response('{"cut', { headers: { 'content-type': 'application/json' } }))).toMatchObject({ kind: 'network', reason: 'gateway' })
    vi.useFakeTimers()
    const slow = make((_, init) => new Promise((_resolve, reject) => init.signal?.addEventListener('abort', () => reject(new DOMException('aborted'))))).call('get', '/api/v1/candidate/exam', { timeoutMs: 50 }).catch((e: unknown) => e)
    await vi.advanceTimersByTimeAsync(60)
    vi.useRealTimers()
    expect(await slow).toMatchObject({ kind: 'network', reason: 'timeout' })
  })

  it('sends a request that outlives the page with its token, and leaves it to the browser', async () => {
    const api = make((url) => (url.includes('/auth/') ? json(200, session('t')) : json(200, {})))
    await api.loginCandidate({ admission: 'a', idNumber: 'b' })
    await api.call('post', '/api/v1/attempts/{attempt}/ops', { path: { attempt: 'a' }, body: { epoch: 1, ops: [] }, keepalive: true })
    expect(calls[1]?.init.keepalive).toBe(true)
    expect(token(calls[1]?.init ?? {})).toBe('Bearer t')
  })

  it('takes an unknown problem for an internal one', () => {
    expect(problemType('urn:gongyuan:problem:seq-gap')).toBe('seq-gap')
    expect(problemType('about:blank')).toBe('internal')
  })
})

describe('a stream', () => {
  type Source = ReadableStreamDefaultController<Uint8Array>
  const bytes = (text: string) => new TextEncoder().encode(text)
  function streaming() {
    let source: Source | null = null
    const api = make((url, init) => {
      if (url.includes('/auth/')) return json(200, session('t'))
      const body = new ReadableStream<Uint8Array>({ start(c) { source = c } })
      init.signal?.addEventListener('abort', () => source?.error(new DOMException('aborted', 'AbortError')))
      return new Response(body, { headers: { 'content-type': 'text/event-stream' } })
    })
    const heard: string[] = []
    const open = (more: { signal?: AbortSignal } = {}) => api.stream('/api/v1/attempts/{attempt}/events', { path: { attempt: 'a' }, query: { epoch: 3 }, ...more }, (piece) => heard.push(piece))
    return { api, heard, open, source: () => source as unknown as Source }
  }

  it('carries the token, hands on what comes as it comes, and ends with the server', async () => {
    const { api, heard, open, source } = streaming()
    await api.loginCandidate({ admission: 'a', idNumber: 'b' })
    const done = open()
    await vi.waitFor(() => expect(calls).toHaveLength(2))
    expect(calls[1]?.url).toBe('/api/v1/attempts/a/events?epoch=3')
    expect(token(calls[1]?.init ?? {})).toBe('Bearer t')
    expect((calls[1]?.init.headers as Record<string, string>).Accept).toContain('text/event-stream')
    const cut = bytes('data: 补\n\n')
    source().enqueue(cut.slice(0, 7)) // in the middle of a character
    source().enqueue(cut.slice(7))
    await vi.waitFor(() => expect(heard.join('')).toBe('data: 补\n\n'))
    source().close()
    await done
  })

  it('is given up when no byte comes for 40 s, and not before', async () => {
    vi.useFakeTimers()
    const { open, source, heard } = streaming()
    let failure: unknown = null
    void open().catch((e: unknown) => { failure = e })
    await vi.advanceTimersByTimeAsync(39_000)
    source().enqueue(bytes(':\n'))
    await vi.advanceTimersByTimeAsync(39_000)
    expect([failure, heard]).toEqual([null, [':\n']])
    await vi.advanceTimersByTimeAsync(1_500)
    vi.useRealTimers()
    expect(failure).toMatchObject({ kind: 'network', reason: 'timeout' })
  })

  it('ends when the caller says so', async () => {
    const abort = new AbortController()
    const { open, source } = streaming()
    const done = open({ signal: abort.signal })
    await vi.waitFor(() => expect(source()).not.toBeNull())
    abort.abort()
    await expect(done).rejects.toBeInstanceOf(NetworkError)
  })

  it('renews its session once, and tells a refusal and a stranger’s answer', async () => {
    const open = (answer: Answer) => make(answer).stream('/api/v1/attempts/{attempt}/events', { path: { attempt: 'a' }, query: { epoch: 1 } }, () => undefined)
    let refused = 0
    await open((url) => {
      if (url.endsWith('/refresh')) return json(200, session('t'))
      return refused++ === 0 ? problem(401, 'unauthenticated') : new Response('', { headers: { 'content-type': 'text/event-stream' } })
    })
    expect([refused, refreshes()]).toEqual([2, 1])
    await expect(open(() => problem(409, 'taken-over', { device: '备用机' }))).rejects.toMatchObject({ type: 'taken-over', problem: { device: '备用机' } })
    await expect(open(() => json(200, {}, 'text/html'))).rejects.toMatchObject({ reason: 'gateway' })
  })
})

describe('bytes', () => {
  it('come as they are; problems come as problems', async () => {
    const get = (answer: Answer) => make(answer).bytes('/api/v1/attempts/{attempt}/sealed-paper', { path: { attempt: 'a' } })
    const data = new Uint8Array([0, 255, 10, 13])
    const got = await get(() => new Response(data, { headers: { 'content-type': 'application/octet-stream' } }))
    expect([...new Uint8Array(got)]).toEqual([...data])
    await expect(get(() => problem(404, 'not-found'))).rejects.toMatchObject({ type: 'not-found' })
  })
})
