// The exam room on the candidate's page, against the real program: what the
// invigilator says, asking for help, a locked page, a start code. The
// invigilator is requests here. Without GONGYUAN_DEMO there is nothing to look
// at: run it by run.mjs.
import assert from 'node:assert/strict'
import { randomInt, randomUUID } from 'node:crypto'
import { mkdir, readFile } from 'node:fs/promises'
import { after, before, test } from 'node:test'
import { axe, launch } from './harness.mjs'
import { of } from './program.mjs'
import { clean, launch as launchStaff, signedIn } from './staff-harness.mjs'

const shots = process.env.GONGYUAN_SHOTS ?? '/tmp/shots'
let base, admin, page, computer, sitting, other, rules

before(async () => {
  const demo = JSON.parse(await readFile(process.env.GONGYUAN_DEMO, 'utf8'))
  base = process.env.GONGYUAN_URL ?? demo.url
  const a = demo.staff.find((x) => x.role === 'administrator' || x.roles?.includes('administrator'))
  admin = (await ask('POST', '/auth/login', { login: a.login, password: a.password })).accessToken
  computer = await launch()
  page = await computer.context.newPage()
  await mkdir(shots, { recursive: true })
})
after(() => computer?.close())

async function ask(method, path, body, token = admin) {
  const r = await fetch(`${base}/api/v1${path}`, { method, headers: { 'Content-Type': 'application/json', ...(token ? { Authorization: `Bearer ${token}` } : {}) }, ...(body ? { body: JSON.stringify(body) } : {}) })
  const data = await r.json().catch(() => null)
  assert.ok(r.ok, `${method} ${path}: ${r.status} ${JSON.stringify(data)}`)
  return data
}
function identity() {
  const body = `110105${1950 + randomInt(50)}0${1 + randomInt(9)}${String(10 + randomInt(18))}${String(randomInt(1000)).padStart(3, '0')}`
  const w = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2]
  return body + '10X98765432'[w.reduce((s, x, i) => s + x * Number(body[i]), 0) % 11]
}
async function look(name) {
  for (const [width, height] of [[390, 844], [1366, 768]]) {
    await page.setViewportSize({ width, height })
    await page.screenshot({ path: `${shots}/room-${name}-${width}.png` })
    assert.deepEqual(await axe(page), [], `${name} ${width}`)
    assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), `${name}: no sideways scrolling at ${width}`)
  }
}

test('a candidate enters by the start code, is told, asks and is locked', async () => {
  const blueprint = (await ask('GET', '/blueprints')).find((b) => b.bank.endsWith('-3'))
  const { id } = await ask('POST', '/sittings', { title: `考场 ${Date.now()}`, level: 3, blueprint: blueprint.id, opens: new Date(Date.now() - 60_000).toISOString(), closes: new Date(Date.now() + 3 * 3600_000).toISOString(), durationMinutes: 60, oneSealer: true, release: 'after-release', explain: false })
  sitting = id
  const idNumber = identity()
  const second = identity()
  const [row, next] = await ask('POST', `/sittings/${id}/registrations`, { candidates: [{ name: '考生甲', idNumber, room: '01', seat: '01' }, { name: '考生乙', idNumber: second, room: '01', seat: '02' }] })
  other = { ...next, idNumber: second }
  for (const act of ['seal', 'open']) await ask('POST', `/sittings/${id}/acts`, { act, version: (await ask('GET', `/sittings/${id}`)).version })
  rules = await ask('PUT', `/sittings/${id}/access`, { version: 0, ranges: [], outside: 'note', code: true, fullScreen: false, seb: { on: false, startUrl: '' } })
  const act = (kind, more = {}) => ask('POST', `/sittings/${id}/proctor-acts`, { id: randomUUID(), kind, scope: { registration: row.id }, reason: '依据考场情况', ...more })
  const seat = async () => (await ask('GET', `/sittings/${id}/board`)).seats.find((x) => x.seat === '01')
  const until = async (what, fits) => {
    for (let n = 0; n < 50; n++) {
      if (fits(await seat())) return
      await page.waitForTimeout(100)
    }
    assert.fail(`${what}: ${JSON.stringify(await seat())}`)
  }

  // The code is asked for, and let nobody in without.
  await page.goto(base)
  await page.fill('#admission', row.admission)
  await page.fill('#id-number', idNumber)
  await page.click('.form .primary')
  await page.click('.person ~ .act .primary')
  await page.click('.tick')
  await page.click('.act .primary')
  await page.getByText('开考口令不对').waitFor()
  await page.fill('#start-code', rules.startCode)
  await look('code')
  await page.keyboard.press('Enter')
  await page.waitForSelector('.exam', { timeout: 15_000 })

  // A warning is pushed, moves no option, and until it is read.
  const top = () => page.locator('.opt').first().evaluate((o) => o.getBoundingClientRect().top)
  const before = await top()
  await page.waitForSelector('.help')
  await page.waitForResponse((r) => r.url().endsWith('/notices'), { timeout: 10_000 })
  await act('warn', { text: '不得交谈' })
  await page.locator('[data-notice="warn"]').getByText('不得交谈').waitFor({ timeout: 10_000 })
  assert.equal(await top(), before, 'no option moved')
  await look('warned')
  await until('unread', (s) => s.unread === 1)
  await page.getByRole('button', { name: '我已阅读' }).click()
  await page.locator('[data-notice]').waitFor({ state: 'detached' })
  await until('read', (s) => s.unread === 0)

  // Help, and a question that seems faulty.
  await page.getByRole('button', { name: '求助', exact: true }).click()
  await look('help')
  await page.getByRole('button', { name: '举手求助' }).click()
  await page.locator('[data-help]').getByText('已通知监考员').waitFor()
  await page.getByRole('button', { name: '返回作答' }).click()
  await page.getByRole('button', { name: '已求助' }).click()
  await page.getByText(/已送到监考台/).waitFor()
  await page.getByRole('button', { name: /报告第 1\s题有疑问/ }).click()
  await page.getByRole('button', { name: '报告', exact: true }).click()
  await page.getByText('请写 2 到 200 个字。').waitFor()
  await page.fill('#help-words', '没有正确选项')
  await page.getByRole('button', { name: '报告', exact: true }).click()
  await page.locator('[data-help]').getByText(/已报告第 1\s题/).waitFor()
  await page.keyboard.press('Escape')
  await until('two calls', (s) => s.help === 2)

  // Copying is a fact on the seat.
  await page.evaluate(() => { document.dispatchEvent(new ClipboardEvent('copy')) })
  await until('copied', (s) => s.signals?.some((x) => x.signal === 'copied'))

  // A locked page covers the questions and cannot be closed; what was chosen is saved.
  await page.locator('.opt').first().click()
  await act('lock', { text: '请等监考员' })
  const lock = page.locator('dialog[data-locked]')
  await lock.getByText('请等监考员').waitFor({ timeout: 10_000 })
  await look('locked')
  await page.keyboard.press('Escape')
  await page.keyboard.press('Escape')
  assert.ok(await lock.isVisible(), 'Escape opens nothing')
  await until('locked and saved', (s) => s.locked === true && s.answered === 1)
  await act('unlock')
  await lock.waitFor({ state: 'detached', timeout: 10_000 })
  await page.waitForSelector('.top [data-save="saved"]')

  // A room that is left: the questions are covered, and nobody is told to stay.
  await act('evacuate', { scope: { room: '01' }, text: '请立即有序离开考场' })
  await page.locator('.paused .go').getByText('请立即有序离开考场').waitFor({ timeout: 10_000 })
  assert.doesNotMatch(await page.locator('.paused').innerText(), /座位等候/)
  assert.equal(await page.locator('.opt').first().isVisible(), false, 'the questions are covered')
  await look('left')
  await page.getByRole('button', { name: '我已阅读' }).click()
  await page.locator('.paused .go').waitFor({ state: 'detached' })
  await act('return', { scope: { room: '01' } })
  await page.locator('.paused').waitFor({ state: 'detached', timeout: 10_000 })
})

test('the same goes on with paper: two type it in, a third settles', async () => {
  const browser = await launchStaff()
  const open = async (account, path) => signedIn(browser, base, account, `/staff/sittings/${sitting}/paper-sheets${path}`)
  const [invigilator] = of('invigilator')
  const [first, second] = of('administrator')
  try {
    const staff = await open(invigilator, '')
    await staff.getByText('没有人改用纸笔。').waitFor()
    await staff.getByRole('button', { name: '改用纸笔' }).click()
    const asked = staff.getByRole('dialog')
    await asked.getByLabel('考生').selectOption({ index: 1 })
    await asked.getByLabel('理由').fill('电脑坏了，没有备用机')
    await clean(staff, 'give')
    await asked.getByRole('button', { name: '改用纸笔' }).click()
    const given = await staff.getByText(/^考生甲 已改用纸笔，编号/).textContent()
    const code = /[A-Z0-9]{5}-[A-Z0-9]{5}/.exec(given)[0]
    await page.locator('[data-banner="taken"]').getByText(code).waitFor({ timeout: 20_000 })
    const [file] = await Promise.all([staff.waitForEvent('download'), staff.getByRole('button', { name: '打印试卷' }).click()])
    assert.equal(await file.failure(), null)
    assert.match(file.suggestedFilename(), new RegExp(`^${code}.*\\.pdf$`))

    // What two people read differs at the first question.
    for (const [account, letter, says] of [[invigilator, 'A', '已录入，等另一人录入。'], [first, 'B', '与另一次录入有不同，等第三人核对。']]) {
      const typist = await open(account, `/${code}`)
      await typist.locator('#slot-1-0').fill('Z')
      await typist.getByRole('button', { name: '录入完毕' }).click()
      await typist.getByText(/^没有这个选项/).waitFor()
      await clean(typist, 'type')
      await typist.locator('#slot-1-0').fill(letter)
      await typist.getByRole('button', { name: '录入完毕' }).click()
      await typist.getByRole('dialog').getByText(/^填写了 1 题/).waitFor()
      await typist.getByRole('dialog').getByRole('button', { name: '录入完毕' }).click()
      await typist.getByText(says).waitFor()
      await typist.context().close()
    }
    const third = await open(second, `/${code}`)
    await third.getByText('两次录入：A / B').waitFor()
    await third.screenshot({ path: `${shots}/room-settle.png`, fullPage: true })
    await clean(third, 'settle')
    await third.locator('#slot-1-0').fill('b')
    await third.getByRole('button', { name: '核对完毕' }).click()
    await third.getByRole('dialog').getByRole('button', { name: '核对完毕' }).click()
    await third.getByText('答案已进入答卷。').waitFor()
    await staff.reload()
    await staff.getByText('1 题已存入').waitFor()
    await staff.screenshot({ path: `${shots}/room-paper.png`, fullPage: true })
    await clean(staff, 'entered')
  } finally {
    await browser.close()
  }
})

test('who leaves full screen is asked back, and the seat tells of it', async () => {
  rules = await ask('PUT', `/sittings/${sitting}/access`, { version: rules.version, ranges: [], outside: 'note', code: true, fullScreen: true, seb: { on: false, startUrl: '' } })
  const browser = await launchStaff()
  try {
    // A window that does not fill its screen.
    const candidate = await (await browser.newContext({ viewport: { width: 1366, height: 668 }, screen: { width: 1366, height: 768 }, locale: 'zh-CN' })).newPage()
    await candidate.goto(base)
    await candidate.fill('#admission', other.admission)
    await candidate.fill('#id-number', other.idNumber)
    await candidate.click('.form .primary')
    await candidate.click('.person ~ .act .primary')
    await candidate.click('.tick')
    await candidate.click('.act .primary') // the code is asked for then
    await candidate.fill('#start-code', rules.startCode)
    await candidate.keyboard.press('Enter')
    const asked = candidate.locator('[data-notice="full"]')
    await asked.getByRole('button').click()
    await asked.waitFor({ state: 'detached' })
    assert.equal(await candidate.evaluate(() => document.fullscreenElement !== null), true)
    await candidate.evaluate(() => document.exitFullscreen())
    await asked.waitFor()
    await candidate.screenshot({ path: `${shots}/room-full.png` })
    for (let n = 0; ; n++) {
      const seat = (await ask('GET', `/sittings/${sitting}/board`)).seats.find((x) => x.seat === '02')
      if (seat.signals?.some((x) => x.signal === 'left-full-screen')) break
      assert.ok(n < 100, JSON.stringify(seat))
      await candidate.waitForTimeout(200)
    }
  } finally {
    await browser.close()
  }
})
