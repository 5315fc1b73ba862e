// A candidate of each level takes a whole paper in the browser while the
// program is killed in the middle and started again on the same data. What was
// saved is there, and the result is what a computation by hand gives.
import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { launch, picture, watchConsole } from './harness.mjs'
import { newData, startServer } from './server.mjs'

const data = await newData()
let server = await startServer(data)
const computers = []
after(async () => {
  for (const c of computers) await c.close()
  await server.stop()
  await data.remove()
})

async function begin(level) {
  const who = server.demo.candidates.find((c) => c.level === level)
  const computer = await launch()
  computers.push(computer)
  const page = await computer.context.newPage()
  page.log = watchConsole(page)
  await page.goto(server.url)
  await page.fill('#admission', who.admission)
  await page.fill('#id-number', who.idNumber)
  await page.click('.form .primary')
  await page.waitForSelector('.person')
  await page.click('.act .primary')
  await page.waitForSelector('.rules')
  await page.click('.tick')
  await page.click('.act .primary')
  await page.waitForSelector('.exam', { timeout: 30_000 })
  return { level, page, admission: who.admission, given: new Map() }
}

const saved = (page) => page.waitForSelector('.top [data-save="saved"]', { timeout: 60_000 })

/** Answers the question on the screen and goes on; false at the last. */
async function answer(exam, turn) {
  const { page } = exam
  const slot = Number(await page.locator('[data-slot]').getAttribute('data-slot'))
  const options = page.locator('.opt')
  const n = await options.count()
  if (n > 0) {
    const multiple = await page.locator('.opt.many').count() > 0
    const picks = multiple ? [turn % n, (turn + 1) % n] : [turn % n]
    for (const i of picks) await options.nth(i).click()
    exam.given.set(slot, picks.map((i) => 'ABCDEFGH'[i]).sort().join(''))
  } else {
    const fields = page.locator('.blanks input')
    for (let i = 0; i < await fields.count(); i++) await fields.nth(i).fill(`答案${turn}`)
    exam.given.set(slot, `答案${turn}`)
  }
  const more = await page.locator('.bar .primary').getAttribute('aria-disabled') !== 'true'
  if (more) {
    await page.click('.bar .primary')
    await page.waitForSelector(`[data-slot="${slot + 1}"]`)
  }
  return more
}

async function staff() {
  const account = server.demo.staff.find((s) => s.role === 'administrator')
  const login = await fetch(`${server.url}/api/v1/auth/login`, {
    method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify({ login: account.login, password: account.password }),
  }).then((r) => r.json())
  return (path) => fetch(server.url + path, { headers: { Authorization: `Bearer ${login.accessToken}` } }).then((r) => r.json())
}

/** Full marks for what is right exactly, nothing else: the rule of the demo's papers. */
function byHand(slots) {
  let sum = 0
  for (const s of slots) {
    const chosen = (s.response.choice ?? []).join('')
    if (s.slot.type === 'T') {
      const accepted = s.right.map((r) => r.split(' / '))
      const each = (s.response.text ?? []).filter((t, i) => accepted[i].includes(t)).length
      assert.equal(each, 0, 'nobody answers 答案… rightly')
    } else if (chosen !== '' && chosen === s.right.join('')) sum += s.points
  }
  return sum
}

test('each level: a whole paper, the program killed in between, the result as by hand', { timeout: 400_000 }, async () => {
  const exams = []
  for (const level of [3, 2, 1]) exams.push(await begin(level))
  for (const exam of exams) {
    for (let i = 0; i < 25; i++) await answer(exam, i)
    await saved(exam.page)
  }
  await server.kill()
  // Written while nothing answers.
  for (const exam of exams) {
    await answer(exam, 25)
    await exam.page.waitForSelector('.banner.warn', { timeout: 60_000 })
  }
  await picture(exams[0].page, 'e2e-restart-offline')
  server = await startServer(data, server.port)
  for (const exam of exams) {
    await saved(exam.page)
    const before = await exam.page.locator('[data-slot]').getAttribute('data-slot')
    await exam.page.reload()
    await exam.page.waitForSelector('.exam', { timeout: 30_000 })
    assert.equal(await exam.page.locator('[data-slot]').getAttribute('data-slot'), before)
    for (let i = 26; await answer(exam, i); i++);
    await saved(exam.page)
    await exam.page.click('.nav .end .btn')
    await exam.page.click('.card .act .btn:not(.primary)')
    await exam.page.click('dialog .act .btn:not(.primary)')
    await exam.page.waitForSelector('.code', { timeout: 30_000 })
  }
  const get = await staff()
  const { sittings } = await get('/api/v1/sittings')
  for (const exam of exams) {
    const of = async (sitting) => ({ sitting, row: (await get(`/api/v1/sittings/${sitting.id}/results`)).find((r) => r.admission === exam.admission) })
    const { sitting, row } = (await Promise.all(sittings.filter((s) => s.level === exam.level).map(of))).find((x) => x.row)
    const detail = await get(`/api/v1/sittings/${sitting.id}/results/${row.attempt}`)
    for (const s of detail.slots) {
      const kept = s.slot.type === 'T' ? s.response.text[0] : (s.response.choice ?? []).join('')
      assert.equal(kept, exam.given.get(s.slot.number), `level ${exam.level}, question ${s.slot.number}`)
    }
    assert.equal(detail.slots.length, exam.given.size)
    assert.equal(row.result.awarded, byHand(detail.slots), `level ${exam.level}`)
    assert.equal(await exam.page.textContent('.code'), detail.receipt.code)
    assert.deepEqual(exam.page.log.filter((l) => !/ERR_CONNECTION/.test(l)), [])
  }
})
