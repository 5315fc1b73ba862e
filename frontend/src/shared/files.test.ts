import { describe, expect, test } from 'vitest'
import { digest } from './digest'
import { digestOf } from './sha256'
import { createFiles, sizeText, upload } from './files'
import { NetworkError, ProblemError } from './problem'

const problem = (status: number, type: string) => ({ type: `urn:gongyuan:problem:${type}`, title: type, status, requestId: '1' })
const answer = (status: number, body: unknown) => new Response(JSON.stringify(body), { status, headers: { 'content-type': 'application/problem+json' } })
const session = (token: string) => ({ accessToken: token }) as never

test('both ways to a digest agree', async () => {
  for (const n of [0, 1, 55, 56, 64, 1000, 70_001]) {
    const bytes = Uint8Array.from({ length: n }, (_, i) => i * 31)
    expect(digestOf(bytes)).toBe(await digest(bytes.buffer))
  }
})

test('sizes in words', () => {
  expect([1, 1_400, 999_999, 1_440_000].map(sizeText)).toEqual(['1 kB', '1 kB', '1000 kB', '1.4 MB'])
})

describe('the line of files', () => {
  const made = (answers: (() => Response | Promise<Response>)[], tokens = ['a', 'b']) => {
    const calls: string[] = []
    const api = {
      session: session(tokens[0] ?? ''),
      refresh: async () => { api.session = session(tokens[1] ?? ''); return api.session },
    }
    const fetch = (async (url: string, init: RequestInit) => {
      calls.push(`${init.method} ${url} ${(init.headers as Record<string, string>).Authorization}`)
      const next = answers.shift()
      if (!next) throw new TypeError('no network')
      return next()
    }) as unknown as typeof globalThis.fetch
    return { line: createFiles({ api: api as never, language: () => 'zh-CN', fetch }), calls }
  }

  test('renews a session once and goes on', async () => {
    const { line, calls } = made([() => answer(401, problem(401, 'unauthenticated')), () => new Response(null, { status: 204 })])
    await line.put('f', 3, new ArrayBuffer(2))
    expect(calls).toEqual(['PUT /api/v1/files/f/parts/3 Bearer a', 'PUT /api/v1/files/f/parts/3 Bearer b'])
  })
  test('says what the server says, and when nothing answers', async () => {
    const { line } = made([() => answer(404, problem(404, 'not-found'))])
    await expect(line.read('f')).rejects.toMatchObject({ type: 'not-found' })
    await expect(line.read('f')).rejects.toBeInstanceOf(NetworkError)
  })
  test('takes nothing for a file that is none', async () => {
    const { line } = made([() => new Response('<html>', { status: 200, headers: { 'content-type': 'text/html' } })])
    await expect(line.read('f')).rejects.toMatchObject({ reason: 'gateway' })
  })
})

test('a file that was damaged on its way is sent again, but not for ever', async () => {
  let begun = 0
  const steps = {
    begin: async () => { begun++; return { id: 'f', partSize: 4, parts: 1, have: [], complete: false } },
    put: async () => undefined,
    complete: () => Promise.reject(new ProblemError(problem(409, 'file-digest'))),
  }
  await expect(upload(steps, new ArrayBuffer(3))).rejects.toMatchObject({ problem: { status: 409 } })
  expect(begun).toBe(3)
})
