// Item statistics against the real program: a released sitting, the suspicious
// item named in words, sent to the editors, found in their queue, kept.
import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { after, before, test } from 'node:test'
import { base, call, identity, of, signIn, skip } from './program.mjs'
import { clean, launch, signedIn } from './staff-harness.mjs'

const shots = process.env.GONGYUAN_SHOTS
let browser

async function sittingFor(admin, title, n, release) {
  const blueprint = (await call('GET', '/api/v1/blueprints', admin)).find((b) => b.bank.endsWith('-3'))
  let s = await call('POST', '/api/v1/sittings', admin, {
    title, level: 3, blueprint: blueprint.id, opens: new Date(Date.now() - 60_000).toISOString(), closes: new Date(Date.now() + 3 * 3_600_000).toISOString(),
    durationMinutes: blueprint.durationMinutes, oneSealer: true, release, explain: true,
  })
  const people = Array.from({ length: n }, (_, i) => ({ name: `统计${i}`, idNumber: identity(), room: '09', seat: String(i + 1).padStart(2, '0') }))
  const rows = await call('POST', `/api/v1/sittings/${s.id}/registrations`, admin, { candidates: people })
  for (const act of ['seal', 'open']) {
    s = await call('GET', `/api/v1/sittings/${s.id}`, admin)
    s = await call('POST', `/api/v1/sittings/${s.id}/acts`, admin, { act, version: s.version })
  }
  return { id: s.id, bank: blueprint.bank, people: people.map((p) => ({ ...p, ...rows.find((r) => r.seat === p.seat) })) }
}

/** Opens somebody's paper; `answer` hands it in with a response to each slot. */
async function enter(person) {
  const { accessToken: token } = await call('POST', '/api/v1/auth/candidate', null, { admission: person.admission, idNumber: person.idNumber })
  const attempt = (await call('GET', '/api/v1/candidate/exam', token)).attempt.id
  const entered = await call('POST', `/api/v1/attempts/${attempt}/enter`, token, { deviceId: randomUUID(), deviceLabel: 'e2e', rulesAccepted: true })
  const slots = entered.paper.slots
  const answer = async (by) => {
    let at = Date.now()
    const ops = slots.flatMap((slot) => { const response = by(slot); return response ? [{ slot: slot.number, response, flagged: false, clientMs: at += 20_000 + 500 * (slot.number % 7) }] : [] }).map((op, i) => ({ seq: i + 1, ...op }))
    for (let i = 0; i < ops.length; i += 64) await call('POST', `/api/v1/attempts/${attempt}/ops`, token, { epoch: entered.epoch, ops: ops.slice(i, i + 64) })
    await call('POST', `/api/v1/attempts/${attempt}/submit`, token, { epoch: entered.epoch, lastSeq: ops.length })
  }
  return { attempt, slots, answer }
}

/** Does it for everybody, a few at a time. */
async function each(list, work) {
  const out = []
  for (let i = 0; i < list.length; i += 4) out.push(...await Promise.all(list.slice(i, i + 4).map((x, k) => work(x, i + k))))
  return out
}

const close = async (admin, id) => {
  const { version } = await call('GET', `/api/v1/sittings/${id}`, admin)
  await call('POST', `/api/v1/sittings/${id}/acts`, admin, { act: 'close', version })
}

/** The bank's right answers, read off a practice sitting that was handed in empty. */
async function learn(admin) {
  const known = new Map()
  const practice = await sittingFor(admin, `示例练习 ${randomUUID().slice(0, 8)}`, 6, 'at-once')
  const attempts = await each(practice.people, async (p) => { const e = await enter(p); await e.answer(() => null); return e.attempt })
  await close(admin, practice.id)
  for (const attempt of attempts) {
    for (const { slot, right } of (await call('GET', `/api/v1/sittings/${practice.id}/results/${attempt}`, admin)).slots) {
      if (right && slot.options.length > 0) known.set(slot.stem, right.map((letter) => slot.options.find((o) => o.letter === letter)?.text))
    }
  }
  return known
}

/** A number between 0 and 1 that is always the same for the same text. */
const chance = (text) => [...text].reduce((h, c) => (Math.imul(h, 31) + c.codePointAt(0)) >>> 0, 7) % 1000 / 1000

async function release(admin, second, id) {
  const path = `/api/v1/sittings/${id}/release`
  const { digest } = await call('GET', path, admin)
  await call('POST', path, admin, { act: 'propose', digest })
  await call('POST', path, second, { act: 'approve', digest })
}

before(async () => { if (!skip) browser = await launch() })
after(async () => { await browser?.close() })

test('from a released sitting to the queue of the editors', { skip, timeout: 120_000 }, async (t) => {
  const [first, other] = of('administrator')
  const admin = await signIn(first)
  const known = await learn(admin)
  const title = `示例统计 ${randomUUID().slice(0, 8)}`
  const s = await sittingFor(admin, title, 24, 'after-release')
  // Everybody has an ability. One question is answered by the key by the weak
  // only, while the strong agree on another option. Papers are drawn at random,
  // so it is the one that most strong and weak people have.
  const sat = await each(s.people, enter)
  const ability = (i) => i / (s.people.length - 1)
  const strong = (i) => ability(i) > 0.45
  const holders = new Map()
  sat.forEach(({ slots }, i) => {
    for (const slot of slots) {
      if (known.get(slot.stem)?.length !== 1 || slot.options.length < 3) continue
      const h = holders.get(slot.stem) ?? { stem: slot.stem, text: slot.options.find((o) => !known.get(slot.stem).includes(o.text)).text, strong: 0, weak: 0 }
      h[strong(i) ? 'strong' : 'weak']++
      holders.set(slot.stem, h)
    }
  })
  const odd = [...holders.values()].sort((a, b) => Math.min(b.strong, b.weak) - Math.min(a.strong, a.weak))[0]
  assert.ok(Math.min(odd.strong, odd.weak) >= 4, JSON.stringify(odd))
  const answerBy = (i) => (slot) => {
    const right = known.get(slot.stem)
    if (!right || slot.options.length === 0) return null
    const at = (texts) => ({ choice: slot.options.filter((o) => texts.includes(o.text)).map((o) => o.letter) })
    if (slot.stem === odd.stem) return at(strong(i) ? [odd.text] : right)
    if (chance(`${slot.stem}${i}`) < 0.2 + 0.75 * ability(i)) return at(right)
    return at([slot.options[Math.floor(chance(`${i}${slot.stem}`) * slot.options.length)].text])
  }
  await each(sat, (e, i) => e.answer(answerBy(i)))
  await close(admin, s.id)
  await release(admin, await signIn(other), s.id)
  const limits = await call('GET', `/api/v1/banks/${s.bank}/statistics-limits`, admin)
  await call('PUT', `/api/v1/banks/${s.bank}/statistics-limits`, admin, { ...limits, minPeople: 4, rareOption: 0, omitted: 1, tooHard: 0 })

  const page = await signedIn(browser, base, of('editor')[0], `/staff/sittings/${s.id}/items`)
  const shot = async (name) => { if (shots) await page.screenshot({ path: `${shots}/statistics-${name}.png`, fullPage: name.endsWith('full') }) }
  let code
  let broken = false // each step stands on the one before
  const step = (name, work) => t.test(name, { skip: broken }, async () => { broken = true; await work(); broken = false })
  await step('the suspicious item is named in words', async () => {
    await page.getByRole('heading', { name: new RegExp(`试题统计：${title}`) }).waitFor()
    await page.getByText('24 人').first().waitFor()
    await page.locator('.fig-plot canvas').nth(2).waitFor()
    const line = page.locator('.fig-list li a', { hasText: '请核对答案' })
    const rows = (await call('GET', `/api/v1/sittings/${s.id}/item-statistics`, admin)).rows
    const row = rows.find((r) => r.stem === odd.stem.trim())
    assert.ok(row, 'the question is among the items')
    assert.equal(row.findings[0]?.kind, 'key', JSON.stringify(row))
    code = row.code
    assert.ok(row.figures.median > 15 && row.figures.median < 30, `${row.figures.median} seconds`)
    await line.filter({ hasText: code }).click()
    await page.locator('.fig-item').getByText(/高分组更多人选 [A-H]，请核对答案。/).waitFor()
    await page.locator('.fig-item').getByText(/若答案只是 [A-H]：/).waitFor()
    await clean(page, 'item statistics')
    await shot('sitting')
    await shot('sitting-full')
    await page.getByRole('button', { name: '答对率', exact: true }).click()
    assert.equal(await page.locator('.fig-table th[aria-sort="ascending"]').innerText(), '答对率 ↑')
  })
  await step('it is sent to the editors with the reason', async () => {
    await page.getByRole('button', { name: '送审题员…' }).click()
    const dialog = page.getByRole('dialog')
    assert.match(await dialog.getByLabel('理由').inputValue(), /请核对答案/)
    await clean(page, 'the dialog')
    await shot('dialog')
    await dialog.getByRole('button', { name: '送审题员', exact: true }).click()
    await page.locator('.fig-item').getByText(/送审题员：/).waitFor()
    await page.locator('.fig-list li a', { hasText: code }).getByText('已送审题').waitFor()
  })
  await step('it waits in the queue, and beside the item', async () => {
    await page.goto(`${base}/staff/reviews`)
    const entry = page.getByRole('link', { name: new RegExp(code) })
    await entry.getByText(/请核对答案/).waitFor()
    await clean(page, 'queue')
    await shot('queue')
    await entry.click()
    const form = page.getByRole('complementary', { name: `题目 ${code}` })
    await form.locator('.fig-plot canvas').waitFor()
    await form.getByRole('link', { name: title }).waitFor()
    await clean(page, 'item')
    await form.locator('#ed-fig').scrollIntoViewIfNeeded()
    await shot('item')
    await form.getByRole('button', { name: '标为无问题…' }).click()
    await page.getByRole('dialog').getByLabel('理由').fill('示例：答案无误')
    await page.getByRole('dialog').getByRole('button', { name: '标为无问题', exact: true }).click()
    await form.getByRole('button', { name: '标为无问题…' }).waitFor({ state: 'detached' })
  })
  await step('the list is filtered by it', async () => {
    await page.goto(`${base}/staff/banks/${s.bank}?suspicious=yes&below=0&sort=discrimination`)
    await page.getByRole('button', { name: code }).waitFor()
    await page.getByText('区分度 < 0.00').waitFor()
    await clean(page, 'list')
    await shot('list')
    assert.ok((await call('GET', '/api/v1/audit?limit=50', admin)).some((e) => e.act === 'item.doubt' && e.object.endsWith(code)), 'recorded')
    await page.setViewportSize({ width: 390, height: 844 })
    await page.goto(`${base}/staff/sittings/${s.id}/items`)
    await page.locator('.fig-plot canvas').first().waitFor()
    await clean(page, 'narrow')
    await shot('narrow-full')
  })
})
