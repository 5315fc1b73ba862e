// What the tests of the hall share: calls to the program, a sitting that is
// planned, sealed and opened, its theory exam taken and its sheets filled, all
// without a browser.
import assert from 'node:assert/strict'
import { createHash, randomUUID } from 'node:crypto'
import { base, call, identity } from './program.mjs'

/** Does an act of a sitting as it is now. */
export async function act(admin, id, name) {
  const { version } = await call('GET', `/api/v1/sittings/${id}`, admin)
  return call('POST', `/api/v1/sittings/${id}/acts`, admin, { act: name, version })
}

/** Plans a draft of a level. */
export async function plan(admin, title, level, release = 'after-release') {
  const blueprint = (await call('GET', '/api/v1/blueprints', admin)).find((b) => b.bank.endsWith(`-${level}`))
  const now = Date.now()
  return call('POST', '/api/v1/sittings', admin, {
    title: `${title} ${randomUUID().slice(0, 8)}`, level, blueprint: blueprint.id, opens: new Date(now - 60_000).toISOString(), closes: new Date(now + 3 * 3_600_000).toISOString(),
    durationMinutes: blueprint.durationMinutes, oneSealer: true, release, explain: true,
  })
}

/** Registers people ({name, idNumber}), seals and opens; returns them with their registrations. */
export async function open(admin, id, people) {
  const rows = await call('POST', `/api/v1/sittings/${id}/registrations`, admin, { candidates: people.map((p, i) => ({ room: '05', seat: String(i + 1).padStart(2, '0'), ...p })) })
  await act(admin, id, 'seal')
  await act(admin, id, 'open')
  return people.map((p, i) => ({ ...p, ...rows.find((r) => r.seat === String(i + 1).padStart(2, '0')) }))
}

/** Takes the theory exam: `answer` gives the response to each slot. */
export async function take(person, answer) {
  const { accessToken: token } = await call('POST', '/api/v1/auth/candidate', null, { admission: person.admission, idNumber: person.idNumber })
  const { attempt } = await call('GET', '/api/v1/candidate/exam', token)
  const entered = await call('POST', `/api/v1/attempts/${attempt.id}/enter`, token, { deviceId: randomUUID(), deviceLabel: 'e2e', rulesAccepted: true })
  const ops = entered.paper.slots.flatMap((slot) => { const response = answer(slot); return response ? [{ slot: slot.number, response, flagged: false, clientMs: Date.now() }] : [] }).map((op, i) => ({ seq: i + 1, ...op }))
  for (let i = 0; i < ops.length; i += 64) await call('POST', `/api/v1/attempts/${attempt.id}/ops`, token, { epoch: entered.epoch, ops: ops.slice(i, i + 64) })
  await call('POST', `/api/v1/attempts/${attempt.id}/submit`, token, { epoch: entered.epoch, lastSeq: ops.length })
  return attempt.id
}

/**
 * What the right answers of a level's bank are: read off the results of a
 * practice sitting that some people handed in empty.
 */
export async function learn(admin, level) {
  const known = new Map()
  const practice = await plan(admin, '示例练习', level, 'at-once')
  const people = await open(admin, practice.id, Array.from({ length: 5 }, (_, i) => ({ name: `练习${'甲乙丙丁戊'[i]}`, idNumber: identity() })))
  const attempts = await Promise.all(people.map((p) => take(p, () => null)))
  await act(admin, practice.id, 'close')
  for (const attempt of attempts) {
    for (const { slot, right } of (await call('GET', `/api/v1/sittings/${practice.id}/results/${attempt}`, admin)).slots) {
      if (right) known.set(`${slot.situation ?? ''}|${slot.stem}`, slot.options.length > 0 ? right.map((letter) => slot.options.find((o) => o.letter === letter)?.text) : right)
    }
  }
  return (slot) => {
    const right = known.get(`${slot.situation ?? ''}|${slot.stem}`)
    if (!right) return null
    return slot.options.length > 0 ? { choice: slot.options.filter((o) => right.includes(o.text)).map((o) => o.letter) } : { text: right }
  }
}

/** A sheet with so many hundredths off, taken from the first rows, and no veto. */
export function filled(sheet, off = 0) {
  let left = off
  const rows = sheet.sections.flatMap((x) => x.rows).map((row) => {
    const step = row.step || 1
    const other = Math.floor(Math.min(left, row.full) / step) * step
    left -= other
    return { row: row.id, touched: true, deductions: [], other, note: other > 0 ? '示例扣分' : '' }
  })
  assert.equal(left, 0, `the rows do not take ${off} hundredths in their steps`)
  return { rows, vetoes: sheet.vetoes.map((v) => ({ veto: v.id, state: 'no', fact: '' })) }
}

/** Attaches a signed paper to a sheet that asks for one. */
async function attach(token, at, draw, slot) {
  const bytes = Buffer.from(`%PDF-1.7\n1 0 obj\n<</Type/Catalog>>\nendobj\n%${randomUUID()}\ntrailer\n<</Root 1 0 R>>\nstartxref\n9\n%%EOF\n`)
  const id = randomUUID()
  await call('POST', `${at}/${draw}/files`, token, { id, slot, name: '评审表.pdf', size: bytes.length, sha256: createHash('sha256').update(bytes).digest('hex') })
  const put = await fetch(`${base}/api/v1/files/${id}/parts/0`, { method: 'PUT', headers: { Authorization: `Bearer ${token}`, 'Content-Type': 'application/octet-stream' }, body: bytes })
  assert.ok(put.ok, `part of a file: ${put.status} ${await put.text()}`)
  await call('POST', `/api/v1/files/${id}/complete`, token)
}

/** Scores and signs one draw number as somebody who has the token. */
export async function score(token, sitting, station, draw, off = 0) {
  const at = `/api/v1/sittings/${sitting}/assess/${station}`
  const form = await call('GET', `${at}/${draw}`, token)
  const { sheet } = await call('GET', at, token)
  for (const a of sheet.attachments ?? []) if (a.required) await attach(token, at, draw, a.id)
  const saved = await call('PUT', `${at}/${draw}`, token, { version: form.version, ...filled(sheet, off) })
  return call('POST', `${at}/${draw}/lock`, token, { version: saved.version })
}

/** Two administrators release what a sitting came to. */
export async function release(first, second, id) {
  const { digest } = await call('GET', `/api/v1/sittings/${id}/release`, first)
  await call('POST', `/api/v1/sittings/${id}/release`, first, { act: 'propose', digest })
  return call('POST', `/api/v1/sittings/${id}/release`, second, { act: 'approve', digest })
}

/** Two people certify registrations in one batch; their numbers. */
export async function certify(first, second, sitting, registrations) {
  let b = await call('POST', '/api/v1/certificate-batches', first, { sittings: [sitting], registrations })
  const path = `/api/v1/certificate-batches/${b.id}`
  for (const { registration } of b.entries.filter((e) => e.findings.some((f) => f.code === 'portrait')))
    b = await call('POST', path, first, { act: 'accept', version: b.version, registration, reason: '示例：没有照片' })
  const { digest } = await call('POST', path, first, { act: 'propose', digest: b.current })
  await call('POST', path, second, { act: 'approve', digest })
  for (let i = 0; i < 100; i++) {
    const now = await call('GET', path, first)
    if (now.state === 'issued') return now.entries.map((e) => e.number)
    await new Promise((done) => { setTimeout(done, 100) })
  }
  throw new Error('the batch was not issued')
}
