// What reaches a running page from outside: pushes, pauses, a full disk, the
// loss of the server, another computer, the attempt opened again. In a real
// browser against the mock, which can be told to do all of it; where
// GONGYUAN_DEMO names the real program, its pushes are looked at as well.
import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { after, before, test } from 'node:test'
import { axe, launch, picture, target, watchConsole } from './harness.mjs'
import { createMock } from './mock.mjs'

let mock
let url
let next = 0
const opened = []
before(async () => {
  mock = createMock({ size: 2 })
  url = await mock.listen()
})
after(async () => {
  for (const c of opened) await c.close()
  await mock.close()
})

async function signIn(page, who) {
  await page.fill('#admission', who.admission)
  await page.fill('#id-number', who.idNumber)
  await page.click('.form .primary')
  await page.waitForSelector('.person')
}

async function seat({ address = url, who = mock.demo(url).candidates[next++], prepare, until = '.exam' } = {}) {
  const computer = await launch()
  opened.push(computer)
  const page = await computer.context.newPage()
  page.log = watchConsole(page)
  if (prepare) await page.addInitScript(prepare)
  await page.goto(address)
  await signIn(page, who)
  await page.click('.act .primary')
  await page.waitForSelector('.rules')
  await page.click('.tick')
  await page.click('.act .primary')
  await page.waitForSelector(until, { timeout: 30_000 })
  return { page, who, context: computer.context, attempt: () => mock.attempts.get(who.admission) }
}

const saved = (page) => page.waitForSelector('.top [data-save="saved"]', { timeout: 20_000 })
const tops = (page) => page.$$eval('.opt', (all) => all.map((o) => o.getBoundingClientRect().top))
const focused = (page, selector) => page.evaluate((s) => document.activeElement.matches(s), selector)
/** A picture and axe at the desk's size and at the phone's. */
async function look(page, name) {
  for (const [width, height] of [[1366, 768], [390, 844]]) {
    await page.setViewportSize({ width, height })
    await picture(page, `live-${name}-${width}`)
    assert.deepEqual(await axe(page, `${name} ${width}`), [])
    assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), `${name}: no sideways scrolling at ${width}`)
  }
  await page.setViewportSize({ width: 1366, height: 768 })
}
const streaming = async (n = 1) => { for (let i = 0; i < 100 && mock.streams.size < n; i++) await new Promise((done) => setTimeout(done, 50)) }

test('a new deadline is pushed and moves no option', async () => {
  const { page } = await seat()
  await streaming()
  const before = await tops(page)
  const was = await page.textContent('.timer .at')
  mock.order('extend', 10)
  await page.waitForSelector('[data-banner="deadline"]', { timeout: 10_000 })
  assert.notEqual(await page.textContent('.timer .at'), was)
  assert.match(await page.textContent('.timer .why'), /考场补时 10 分钟/)
  assert.match(await page.textContent('[data-banner="deadline"]'), /考试时间已改变：截止 \d\d:\d\d:\d\d/)
  assert.deepEqual(await tops(page), before)
  await look(page, 'deadline')
  // Nor on a phone, where the sentence takes another line.
  await page.click('.fold')
  await page.setViewportSize({ width: 390, height: 844 })
  const narrow = await tops(page)
  mock.order('extend', 5)
  await page.waitForSelector('[data-banner="deadline"]')
  assert.deepEqual(await tops(page), narrow)
  assert.deepEqual(page.log, [])
})

test('a pause covers the questions, keeps what was typed, gives the focus back', async () => {
  const { page, attempt } = await seat()
  await streaming()
  await page.click('[role=tab]:has-text("填空")')
  await page.click('[data-cell="41"]')
  await page.waitForSelector('.blanks input')
  const field = page.locator('.blanks input').first()
  await field.click()
  await page.keyboard.type('xuncha')
  mock.order('pause')
  await page.waitForSelector('.paused')
  assert.ok(await focused(page, '#paused-title'))
  assert.match(await page.textContent('.paused'), /考试已暂停，时间已停止/)
  assert.equal(await page.isVisible('fieldset'), false)
  await page.waitForFunction(() => document.querySelector('[role=alert]').textContent.includes('考试已暂停'))
  const left = await page.textContent('.paused .left')
  await look(page, 'paused')
  await page.keyboard.type('zzz')
  await page.waitForTimeout(1_200)
  assert.equal(await page.textContent('.paused .left'), left)
  const kept = [...attempt().answers.values()].map((a) => a.response.text?.[0])
  assert.deepEqual(kept, ['xuncha'])
  mock.order('resume')
  await page.waitForSelector('.paused', { state: 'detached', timeout: 10_000 })
  await page.waitForFunction(() => document.activeElement.matches('.blanks input'))
  await page.keyboard.type('2')
  assert.equal(await field.inputValue(), 'xuncha2')
  await page.waitForSelector('[data-banner="deadline"]')
  // On the page of the check as well.
  await page.click('.nav .end .btn')
  await page.waitForSelector('#check-title')
  mock.order('pause')
  await page.waitForSelector('.paused')
  await look(page, 'paused-check')
  mock.order('resume')
  await page.waitForSelector('#check-title')
  assert.deepEqual(page.log, [])
})

test('a browser without storage says so in the header and works from memory', async () => {
  const { page } = await seat({ prepare: () => {
    Object.defineProperty(window, 'indexedDB', { get() { throw new DOMException('denied', 'SecurityError') } })
    Object.defineProperty(window, 'localStorage', { get() { throw new DOMException('denied', 'SecurityError') } })
  } })
  await page.waitForSelector('[data-save="no-store"]')
  assert.match((await page.textContent('.top .save')).replace(/\s/g, ''), /本机无法保存副本：不要刷新或关闭网页/)
  await page.locator('.opt').first().click()
  await page.waitForSelector('.echo [data-line="saved"]', { timeout: 10_000 })
  await look(page, 'no-store')
})

test('a disk that fills up in the middle says so and loses nothing', async () => {
  const { page, attempt } = await seat()
  await page.locator('.opt').first().click()
  await saved(page)
  const before = await page.evaluate(() => document.querySelector('.q').getBoundingClientRect().top)
  const options = await tops(page)
  await page.evaluate(() => { IDBObjectStore.prototype.put = () => { throw new DOMException('full', 'QuotaExceededError') } })
  await page.locator('.opt').nth(1).click()
  await page.waitForSelector('[data-save="no-store"]')
  await page.waitForSelector('.echo [data-line="saved"]', { timeout: 10_000 })
  assert.equal(await page.evaluate(() => document.querySelector('.q').getBoundingClientRect().top), before)
  assert.deepEqual(await tops(page), options)
  assert.deepEqual([...attempt().answers.values()].map((a) => a.response), [{ choice: ['B'] }])
})

test('a page that goes sends what it holds', async () => {
  const { page, attempt, context } = await seat()
  const sent = []
  context.on('request', (r) => { if (r.url().endsWith('/ops')) sent.push(r) })
  await page.locator('.opt').nth(2).click()
  await page.goto('about:blank')
  for (let i = 0; i < 40 && attempt().answers.size === 0; i++) await new Promise((done) => setTimeout(done, 50))
  assert.deepEqual([...attempt().answers.values()].map((a) => a.response), [{ choice: ['C'] }])
})

test('answers go into a file when the server stays away', { timeout: 200_000 }, async () => {
  const { page, who } = await seat()
  await page.locator('.opt').first().click()
  await saved(page)
  mock.manners.away = true
  mock.cut()
  await page.locator('.opt').nth(3).click()
  await page.click('.bar .primary')
  await page.locator('.opt').nth(1).click()
  await page.waitForSelector('[data-banner="away"]', { timeout: 100_000 })
  await look(page, 'away')
  const [download] = await Promise.all([page.waitForEvent('download'), page.click('[data-banner="away"] .save-file .btn')])
  assert.match(download.suggestedFilename(), new RegExp(`^作答_${who.admission}_\\d{8}-\\d{6}\\.json$`))
  const file = JSON.parse(await readFile(await download.path(), 'utf8'))
  assert.deepEqual([file.format, file.attempt, file.admission, file.epoch], ['gongyuan-answers-1', `att-${who.admission}`, who.admission, 1])
  assert.deepEqual(file.operations.map((op) => [op.seq, op.slot, op.response.choice]), [[2, 1, ['D']], [3, 2, ['B']]])
  const lines = [file.format, file.attempt, file.epoch, ...file.operations.map((op) => `${op.seq}:${op.slot}:${op.flagged ? 1 : 0}:${op.clientMs}:${JSON.stringify(op.response)}`)]
  assert.equal(file.digest, createHash('sha256').update(lines.join('\n') + '\n').digest('hex'))
  await picture(page, 'live-away-saved-1366')
  // The menu has it as well.
  await page.click('.disp summary')
  await look(page, 'menu')
  mock.manners.away = false
  await page.evaluate(() => window.dispatchEvent(new Event('online')))
  await saved(page)
})

test('the exam opened again brings the receipt back to the questions', async () => {
  const { page } = await seat()
  await streaming()
  await page.locator('.opt').first().click()
  await saved(page)
  await page.evaluate((u) => fetch(`${u}/mock`, { method: 'POST', body: JSON.stringify({ collect: '误收' }) }), url)
  await page.waitForSelector('.code', { timeout: 10_000 })
  mock.order('reopen', 10)
  await page.waitForSelector('.exam', { timeout: 10_000 })
  await page.waitForSelector('[data-banner="reopened"]')
  await look(page, 'reopened')
  assert.equal(await page.$eval('.opt input', (x) => x.checked), true)
  await page.locator('.opt').nth(1).click()
  await saved(page)
  // The same after a reload of the receipt, which has no stream.
  await page.evaluate((u) => fetch(`${u}/mock`, { method: 'POST', body: JSON.stringify({ collect: '误收' }) }), url)
  await page.waitForSelector('.code', { timeout: 10_000 })
  await page.reload()
  await page.waitForSelector('.code')
  mock.order('reopen', 10)
  await page.waitForSelector('.exam', { timeout: 25_000 })
})

test('taking over is told on both computers, and can be taken back', async () => {
  const { page, who } = await seat()
  await streaming()
  await page.locator('.opt').first().click()
  await saved(page)
  const other = await launch()
  opened.push(other)
  const second = await other.context.newPage()
  await second.goto(`${url}/?device=${encodeURIComponent('03考场备用机02')}`)
  await signIn(second, who)
  await second.waitForSelector('[data-elsewhere]')
  await look(second, 'elsewhere')
  await second.click('.act .primary')
  await second.waitForSelector('dialog[open] #took-title')
  await look(second, 'took-over')
  await second.keyboard.press('Enter')
  await second.waitForSelector('dialog', { state: 'detached' })
  // The first learns of it by the stream, without asking.
  await page.waitForSelector('dialog[open] #lost-title', { timeout: 10_000 })
  assert.match(await page.textContent('dialog'), /03考场备用机02/)
  assert.ok(await focused(page, 'dialog .primary'))
  await look(page, 'lost')
  await page.keyboard.press('Escape')
  await page.waitForSelector('dialog', { state: 'detached' })
  assert.ok(await page.$eval('fieldset', (f) => f.disabled))
  await look(page, 'read-only')
  await page.click('[data-banner="taken"] .btn')
  await page.click('dialog [data-take]')
  await page.waitForFunction(() => document.activeElement.matches('dialog .primary'))
  await look(page, 'take-back')
  await page.click('dialog [data-take]')
  await page.waitForSelector('dialog', { state: 'detached' })
  await page.locator('.opt').nth(1).click()
  await saved(page)
  await second.waitForSelector('dialog[open] #lost-title', { timeout: 10_000 })
  assert.deepEqual(page.log, [])
})

test('a paper that was sent ahead opens at the start, and a bad one does not stop anybody', async () => {
  for (const badSeal of [false, true]) {
    const ahead = createMock({ size: 1, papersAhead: true, badSeal, openInMs: 12_000 })
    const address = await ahead.listen() // 127.0.0.1 counts as secure, as TLS would
    try {
      const who = ahead.demo(address).candidates[0]
      const { page } = await seat({ address, who })
      const verbs = ahead.log.map(([, path, status]) => `${path.split('/').pop()} ${status}`)
      assert.equal(verbs.filter((v) => v === 'sealed-paper 200').length, 1)
      assert.equal(verbs.filter((v) => v === 'enter 200').length, badSeal ? 2 : 1)
      assert.ok((await page.$$('.opt')).length > 0)
      if (badSeal) continue
      await page.reload()
      await page.waitForSelector('.exam')
      assert.equal(ahead.log.filter(([, path]) => path.endsWith('/sealed-paper')).length, 1)
    } finally {
      await ahead.close()
    }
  }
})

const real = { skip: process.env.GONGYUAN_DEMO ? false : 'needs the real program: GONGYUAN_DEMO' }

/** The real program, and an administrator who calls it. */
async function office() {
  const server = await target()
  const call = async (method, path, token, body) => {
    const response = await fetch(server.url + path, { method, headers: { 'Content-Type': 'application/json', ...(token ? { Authorization: `Bearer ${token}` } : {}) }, ...(body ? { body: JSON.stringify(body) } : {}) })
    const text = await response.text()
    assert.ok(response.ok, `${method} ${path}: ${response.status} ${text}`)
    return JSON.parse(text)
  }
  const admin = server.staff.find((s) => s.role === 'administrator')
  const { accessToken: token } = await call('POST', '/api/v1/auth/login', null, { login: admin.login, password: admin.password })
  return { server, call: (method, path, body) => call(method, path, token, body) }
}

test('the real program pushes what staff order, and an exam opened again comes back', real, async () => {
  const { server, call } = await office()
  // The last of the demo's candidates: the other tests take theirs from the front.
  const who = server.candidates[server.candidates.length - 1]
  const { page } = await seat({ address: server.url, who })
  const { sittings } = await call('GET', '/api/v1/sittings')
  let mine = null
  for (const s of sittings) {
    const rows = (await call('GET', `/api/v1/sittings/${s.id}/progress`)).rows
    const row = rows.find((r) => r.admission === who.admission)
    if (row) mine = { sitting: s.id, registration: row.registration, attempt: row.attempt }
  }
  assert.ok(mine, 'the candidate is registered for a sitting')
  const order = (kind, minutes = 0) => call('POST', `/api/v1/sittings/${mine.sitting}/orders`, { id: `e2e-${kind}-${Date.now()}`, kind, minutes, scope: { registration: mine.registration }, reason: '网页测试' })
  await page.locator('.opt').first().click()
  await saved(page)
  await order('extend', 5)
  await page.waitForSelector('[data-banner="deadline"]', { timeout: 10_000 })
  await order('pause')
  await page.waitForSelector('.paused', { timeout: 10_000 })
  await picture(page, 'live-real-paused')
  await order('resume')
  await page.waitForSelector('.paused', { state: 'detached', timeout: 10_000 })
  await page.locator('.opt').nth(1).click()
  await saved(page)
  await call('POST', `/api/v1/sittings/${mine.sitting}/attempts/${mine.attempt}/collect`, { reason: '收错了人' })
  await page.waitForSelector('.exam', { state: 'detached', timeout: 20_000 })
  await order('reopen')
  await page.waitForSelector('.exam', { timeout: 25_000 })
  assert.ok(await page.locator('.opt input').nth(1).isChecked(), 'the answer is there again')
  await page.locator('.opt').first().click()
  await saved(page)
  await picture(page, 'live-real-reopened')
})

test('the real program sends a sealed paper ahead, and the start brings only its key', real, async () => {
  const { server, call } = await office()
  const blueprint = (await call('GET', '/api/v1/blueprints')).find((b) => b.id.includes('3'))
  const opens = new Date(Date.now() + 20_000)
  const plan = { title: '提前下发试卷的场次', level: 3, blueprint: blueprint.id, opens: opens.toISOString(), closes: new Date(opens.getTime() + 7_200_000).toISOString(), durationMinutes: 90, oneSealer: true, lateEntryMinutes: 0, release: 'after-release', explain: false, papersAhead: true }
  let sitting = await call('POST', '/api/v1/sittings', plan)
  const idNumber = '000000199001019995'.slice(0, 17)
  const weights = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2]
  const number = idNumber + '10X98765432'[weights.reduce((sum, w, i) => sum + w * Number(idNumber[i]), 0) % 11]
  const [registered] = await call('POST', `/api/v1/sittings/${sitting.id}/registrations`, { candidates: [{ name: '钱戊', idNumber: number, room: '09', seat: '01' }] })
  for (const act of ['seal', 'open']) {
    sitting = await call('GET', `/api/v1/sittings/${sitting.id}`)
    await call('POST', `/api/v1/sittings/${sitting.id}/acts`, { act, version: sitting.version })
  }
  const answers = []
  const computer = await launch()
  opened.push(computer)
  const page = await computer.context.newPage()
  page.on('response', async (r) => {
    if (/sealed-paper$/.test(r.url())) answers.push(['sealed', r.status()])
    if (/\/enter$/.test(r.url())) answers.push(['enter', r.status(), Object.keys(await r.json()).includes('paper')])
  })
  await page.goto(server.url)
  await signIn(page, { admission: registered.admission, idNumber: number })
  await page.click('.act .primary')
  await page.waitForSelector('.rules')
  await page.click('.tick')
  await page.waitForFunction(() => { const b = document.querySelector('.act .primary'); return b && !b.disabled }, null, { timeout: 60_000 })
  await page.click('.act .primary')
  await page.waitForSelector('.exam', { timeout: 60_000 })
  assert.ok((await page.textContent('.stem')).length > 5)
  assert.deepEqual(answers, [['sealed', 200], ['enter', 200, false]])
})
