// The real program that GONGYUAN_DEMO (and GONGYUAN_URL) name: its accounts, and
// calls to it without a browser.
import assert from 'node:assert/strict'
import { randomInt } from 'node:crypto'
import { readFile } from 'node:fs/promises'

export const demo = process.env.GONGYUAN_DEMO ? JSON.parse(await readFile(process.env.GONGYUAN_DEMO, 'utf8')) : null
export const base = process.env.GONGYUAN_URL ?? demo?.url
export const skip = demo ? false : 'needs the real program: GONGYUAN_DEMO'

export const of = (role) => demo.staff.filter((a) => a.role === role || a.roles?.includes(role))

/** Calls an operation and returns its answer; anything but success is a failure. */
export async function call(method, path, token, body) {
  const response = await fetch(base + path, {
    method, headers: { Accept: 'application/json', 'Accept-Language': 'zh-CN', ...(body ? { 'Content-Type': 'application/json' } : {}), ...(token ? { Authorization: `Bearer ${token}` } : {}) },
    ...(body ? { body: JSON.stringify(body) } : {}),
  })
  const text = await response.text()
  assert.ok(response.ok, `${method} ${path}: ${response.status} ${text}`)
  return text ? JSON.parse(text) : null
}

export const signIn = async (account) => (await call('POST', '/api/v1/auth/login', null, { login: account.login, password: account.password })).accessToken

/** A candidate's token. */
export const signInAs = async (p) => (await call('POST', '/api/v1/auth/candidate', null, { admission: p.admission, idNumber: p.idNumber })).accessToken

/** A number that is valid by GB 11643 and of a region that is not given out. */
export function identity() {
  const body = `000000${1950 + randomInt(50)}0${1 + randomInt(9)}${10 + randomInt(18)}${String(randomInt(1000)).padStart(3, '0')}`
  const w = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2]
  return body + '10X98765432'[w.reduce((s, x, i) => s + x * Number(body[i]), 0) % 11]
}
