// The staff pages in a browser, against the program that GONGYUAN_DEMO (and
// GONGYUAN_URL) name, or else against the stand-in of staff-mock.mjs.
import assert from 'node:assert/strict'
import { randomInt } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { after, before, test } from 'node:test'
import { chromium } from 'playwright-core'
import { startMock } from './staff-mock.mjs'

const axe = await readFile(new URL('../node_modules/axe-core/axe.min.js', import.meta.url), 'utf8')
let base, accounts, mock, browser

before(async () => {
  if (process.env.GONGYUAN_DEMO) {
    const demo = JSON.parse(await readFile(process.env.GONGYUAN_DEMO, 'utf8'))
    base = process.env.GONGYUAN_URL ?? demo.url
    accounts = demo.staff
  } else {
    mock = await startMock()
    base = mock.url
    accounts = mock.staff
  }
  browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'] })
})
after(async () => {
  await browser?.close()
  await mock?.close()
})

/** A page of somebody's own, signed in by the form; what the console complains of is kept. */
async function as(role, path = '/staff') {
  const account = accounts.find((a) => a.role === role || a.roles?.includes(role))
  const context = await browser.newContext({ viewport: { width: 1366, height: 768 }, locale: 'zh-CN', timezoneId: 'Asia/Shanghai', reducedMotion: 'reduce', acceptDownloads: true })
  const page = await context.newPage()
  page.setDefaultTimeout(20_000)
  page.faults = []
  page.on('console', (m) => { if (/Content Security Policy/.test(m.text())) page.faults.push(m.text()) })
  page.on('pageerror', (e) => page.faults.push(e.message))
  await page.goto(base + path)
  await page.getByLabel('账号').fill(account.login)
  await page.getByLabel('密码').fill(account.password)
  await page.keyboard.press('Enter')
  await page.locator('#main h1').waitFor()
  return page
}

async function clean(page, where) {
  await page.evaluate(axe)
  const found = await page.evaluate(() => globalThis.axe.run({ runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'] }))
  assert.deepEqual(found.violations.map((v) => `${v.id}: ${v.nodes.map((n) => n.html.slice(0, 120)).join(' | ')}`), [], `axe on ${where}`)
  assert.deepEqual(page.faults, [], `console on ${where}`)
}

function identity() {
  const body = `110105${1950 + randomInt(50)}0${1 + randomInt(9)}${String(10 + randomInt(18))}${String(randomInt(1000)).padStart(3, '0')}`
  const w = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2]
  return body + '10X98765432'[w.reduce((s, x, i) => s + x * Number(body[i]), 0) % 11]
}

const two = (n) => String(n).padStart(2, '0')
/** A moment as typed in Shanghai. */
const typed = (ms) => {
  const d = new Date(ms + 8 * 3600_000)
  return `${d.getUTCFullYear()}-${two(d.getUTCMonth() + 1)}-${two(d.getUTCDate())} ${two(d.getUTCHours())}:${two(d.getUTCMinutes())}`
}

async function typeTime(page, label, ms) {
  const box = page.getByLabel(label, { exact: true })
  await box.fill(typed(ms))
  await box.press('Enter')
  await box.press('Tab')
}

/** Asks, reads the question, and says yes. */
async function decide(page, open, title, verb) {
  await page.getByRole('button', { name: open }).click()
  const dialog = page.getByRole('dialog')
  await dialog.getByRole('heading', { name: title }).waitFor()
  assert.equal(await page.evaluate(() => document.activeElement.textContent), '返回', 'the safe button has the focus')
  await clean(page, title)
  await dialog.getByRole('button', { name: verb, exact: true }).click()
  await dialog.waitFor({ state: 'detached' })
}

/** Lets a candidate answer one question and hand in, by the contract; false where there is no such candidate (the stand-in has none). */
async function sit(admission, idNumber) {
  const call = async (method, path, body, token) => {
    const r = await fetch(`${base}/api/v1${path}`, { method, headers: { 'Content-Type': 'application/json', ...(token ? { Authorization: `Bearer ${token}` } : {}) }, ...(body ? { body: JSON.stringify(body) } : {}) })
    return { status: r.status, data: await r.json().catch(() => null) }
  }
  const login = await call('POST', '/auth/candidate', { admission, idNumber })
  if (login.status === 404) return false
  assert.equal(login.status, 200, JSON.stringify(login.data))
  const token = login.data.accessToken
  const exam = await call('GET', '/candidate/exam', null, token)
  const attempt = exam.data.attempt.id
  const entered = await call('POST', `/attempts/${attempt}/enter`, { deviceId: 'staff-e2e-device', deviceLabel: 'e2e', rulesAccepted: true }, token)
  assert.equal(entered.status, 200, JSON.stringify(entered.data))
  const slot = entered.data.paper.slots.find((s) => s.options.length > 0)
  const saved = await call('POST', `/attempts/${attempt}/ops`, { epoch: entered.data.epoch, ops: [{ seq: 1, slot: slot.number, response: { choice: [slot.options[0].letter] }, flagged: false, clientMs: 1000 }] }, token)
  assert.ok(saved.status === 200 || saved.status === 202, JSON.stringify(saved.data))
  for (let i = 0; i < 50; i++) {
    const handed = await call('POST', `/attempts/${attempt}/submit`, { epoch: entered.data.epoch, lastSeq: 1 }, token)
    if (handed.status === 200) return true
    await new Promise((r) => { setTimeout(r, 200) })
  }
  assert.fail('the paper was not taken')
}

test('a wrong password says so and keeps what was typed', async () => {
  const context = await browser.newContext({ locale: 'zh-CN' })
  const page = await context.newPage()
  page.faults = []
  await page.goto(`${base}/staff/sittings`)
  await page.getByRole('button', { name: '登录', exact: true }).click()
  await page.getByText('请填写账号。').waitFor()
  await page.getByLabel('账号').fill('nobody')
  await page.getByLabel('密码').fill('wrong')
  await page.keyboard.press('Enter')
  await page.getByRole('alert').waitFor()
  assert.equal(await page.getByLabel('账号').inputValue(), 'nobody')
  await clean(page, 'sign in')
  await page.getByRole('button', { name: 'English' }).click()
  await page.getByRole('heading', { name: 'Staff sign-in' }).waitFor()
  assert.equal(await page.evaluate(() => document.documentElement.lang), 'en')
  await page.getByRole('button', { name: 'High contrast' }).click()
  assert.equal(await page.evaluate(() => document.documentElement.dataset.theme), 'contrast')
  await clean(page, 'sign in, contrast')
  await context.close()
})

test('an administrator takes a sitting from the plan to the results', async () => {
  const page = await as('administrator')
  await page.getByRole('heading', { name: '场次', level: 1 }).waitFor()
  await clean(page, 'sittings')
  await page.getByRole('link', { name: '新建场次' }).click()

  // Wrong inputs are named below their fields.
  await page.getByLabel('名称').fill('三')
  await page.getByLabel('作答时长（分钟）').fill('9999')
  await page.getByRole('button', { name: '建立场次' }).click()
  await page.locator('#plan-title-e').waitFor()
  assert.match(await page.locator('#plan-title-e').textContent(), /2 到 80/)
  assert.match(await page.locator('#plan-durationMinutes-e').textContent(), /1 到 480/)
  assert.match(await page.locator('#plan-level-e').textContent(), /请选择等级/)
  assert.match(await page.locator('#plan-opens-e').textContent(), /日期和时间/)
  await clean(page, 'new sitting with errors')

  const title = `浏览器测试 ${Date.now()}`
  const now = Date.now()
  await page.getByLabel('名称').fill(title)
  await page.getByLabel('等级').selectOption('3')
  await page.getByLabel('组卷方案').selectOption({ index: 1 })
  await page.getByText('题库够用').waitFor()
  await typeTime(page, '开始', now - 5 * 60_000)
  await typeTime(page, '结束', now - 10 * 60_000)
  await page.getByText('结束要晚于开始。').first().waitFor()
  await typeTime(page, '结束', now + 120 * 60_000)
  await page.getByLabel('作答时长（分钟）').fill('60')
  await page.getByText('一律收卷（有个人延时的考生另加）').waitFor()
  await page.getByRole('button', { name: '建立场次' }).click()
  await page.getByRole('heading', { name: title, level: 1 }).waitFor()
  await page.getByText('还没有登记考生，不能封卷。').waitFor()
  assert.equal(await page.getByRole('button', { name: '封卷…' }).getAttribute('aria-disabled'), 'true')
  await clean(page, 'a draft')

  // A pasted table is checked before it is sent.
  const [a, b] = [identity(), identity()]
  await page.getByRole('link', { name: '登记考生' }).click()
  const box = page.getByLabel('把表格粘贴在这里')
  await box.fill(`姓名\t身份证件号\t考场\t座位\t延时分钟\t准考证号\n测试甲\t${a}\t01\t01\t10\t\n测试乙\t${b.slice(0, 17)}${b[17] === '1' ? '2' : '1'}\t01\t01`)
  await page.getByText('身份证件号：校验位不对，请核对号码。').waitFor()
  await page.getByText('座位：与第 2 行重复。').waitFor()
  assert.equal(await page.getByRole('button', { name: '登记 2 人' }).getAttribute('aria-disabled'), 'true')
  await clean(page, 'register with faults')
  await box.fill(`测试甲\t${a}\t01\t01\t10\n测试乙\t${b}\t01\t02`)
  await page.getByText('2 行都可以登记。').waitFor()
  await page.getByRole('button', { name: '登记 2 人' }).click()
  await page.getByText('已登记 2 人。').waitFor()

  // One more by the form, and off the roster again.
  await page.getByRole('button', { name: '逐名填写' }).click()
  await page.getByRole('button', { name: '登记这名考生' }).click()
  assert.match(await page.locator('#one-name-e').textContent(), /必须填写/)
  await page.getByLabel('姓名').fill('测试丙')
  await page.getByLabel('身份证件号').fill(identity())
  await page.getByLabel('考场').fill('01')
  await page.getByLabel('座位').fill('02')
  await page.getByRole('button', { name: '登记这名考生' }).click()
  await page.locator('#one-seat-e').waitFor() // the server says that the seat is taken
  await page.getByLabel('座位').fill('03')
  await page.getByRole('button', { name: '登记这名考生' }).click()
  await page.getByText('已登记 测试丙').waitFor()
  await page.getByRole('link', { name: '看名单' }).click()
  await page.getByRole('heading', { name: '名单 3 人' }).waitFor()
  await page.getByRole('row', { name: /测试丙/ }).getByRole('button').click()
  await page.getByRole('dialog').getByRole('button', { name: '取消登记' }).click()
  await page.getByText('已取消 测试丙 的登记。').waitFor()
  await page.getByRole('heading', { name: '名单 2 人' }).waitFor()
  const admission = (await page.getByRole('row', { name: /测试甲/ }).locator('td.mono').first().textContent()).trim()

  await decide(page, '封卷…', '现在封卷？', '封卷')
  await page.getByText('已封卷：2 份试卷。').waitFor()
  assert.match(await page.locator('.mono.break').textContent(), /^[0-9a-f]{64}$/)
  await clean(page, 'sealed')
  await page.getByRole('link', { name: '打印名单' }).click()
  await page.getByRole('columnheader', { name: '签到' }).waitFor()
  await clean(page, 'roster on paper')
  await page.getByRole('link', { name: '返回场次' }).click()

  await decide(page, '开考…', '现在开考？', '开考')
  await page.getByText('已开考。').waitFor()
  const sat = await sit(admission, a)
  await page.getByRole('link', { name: '监考' }).click()
  await page.getByRole('heading', { name: '座位 2' }).waitFor()
  if (sat) await page.getByRole('row', { name: /测试甲.*已收卷/ }).waitFor()
  await clean(page, 'invigilation')
  await page.getByRole('link', { name: '计划与名单' }).click()

  await decide(page, '结束考试…', '现在结束考试？', '结束考试')
  await page.getByText('已结束，试卷已收齐。').waitFor()
  await decide(page, '公布成绩…', '现在公布成绩？', '公布成绩')
  await page.getByText('本场次已全部办完，成绩已公布。').waitFor()

  await page.getByRole('link', { name: '成绩' }).last().click()
  await page.getByText(/^2\s人：/).waitFor()
  await page.getByRole('row', { name: /测试乙.*缺考|测试乙/ }).waitFor()
  await clean(page, 'results')
  const [file] = await Promise.all([page.waitForEvent('download'), page.getByRole('button', { name: '下载 CSV' }).click()])
  const csv = await readFile(await file.path(), 'utf8')
  assert.ok(csv.startsWith('\ufeff"考场","座位","准考证号","姓名"'))
  assert.match(csv, new RegExp(`"${admission}","测试甲"`))
  if (sat) {
    await page.getByRole('link', { name: '测试甲' }).click()
    await page.getByRole('heading', { name: '怎样得出' }).waitFor()
    const sum = await page.locator('.sums tfoot td').nth(1).textContent()
    const cents = (x) => Math.round(Number(x) * 100)
    assert.equal(sum.split('+').reduce((n, x) => n + cents(x), 0), cents(await page.locator('.sums tfoot td').nth(2).textContent()), 'the sums can be checked by hand')
    assert.equal(await page.locator('.sums .bad').count(), 0)
    await clean(page, 'one result')
  }
  await page.context().close()
})

test('an editor sees the bank and not the sittings', async () => {
  const page = await as('editor')
  await page.getByRole('heading', { name: '题库', level: 1 }).waitFor()
  assert.deepEqual(await page.locator('.bar .app a:not(.brand)').allTextContents(), ['题库', '组卷'])
  await clean(page, 'banks')
  await page.locator('table a.row').first().click()
  await page.locator('table button.row').first().waitFor()
  await page.getByLabel('题型').selectOption('B')
  await page.getByRole('button', { name: '去掉条件：单选题' }).waitFor()
  await page.locator('table button.row').first().focus()
  await page.keyboard.press('ArrowDown')
  await page.keyboard.press('Enter')
  await page.locator('tr.detail').waitFor()
  await clean(page, 'items')
  await page.getByLabel('题干、选项或题号').fill('绝无此题绝无此题')
  await page.keyboard.press('Enter')
  await page.getByText('没有符合条件的题。').waitFor()
  await page.goto(`${base}/staff/blueprints`)
  await page.getByText(/题库够用|题库不够/).first().waitFor()
  await clean(page, 'blueprints')
  await page.goto(`${base}/staff/sittings`)
  await page.getByRole('heading', { name: '您的账号不能看这一页。' }).waitFor()
  await clean(page, 'a page that is not theirs')
  await page.context().close()
})

test('signing out keeps the place for whoever signs in next', async () => {
  const page = await as('administrator', '/staff/blueprints')
  await page.getByRole('heading', { name: '组卷方案' }).waitFor()
  await page.getByRole('button', { name: /账号与显示/ }).click()
  await page.getByRole('button', { name: '退出登录' }).click()
  await page.getByRole('heading', { name: '工作人员登录' }).waitFor()
  await page.reload()
  await page.getByRole('heading', { name: '工作人员登录' }).waitFor()
  assert.ok(page.url().endsWith('/staff/blueprints'))
  await page.context().close()
})
