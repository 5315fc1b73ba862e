// The staff pages in a browser, against the program that GONGYUAN_DEMO (and
// GONGYUAN_URL) name, or else against the stand-in of staff-mock.mjs.
import assert from 'node:assert/strict'
import { randomInt } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { after, before, test } from 'node:test'
import { clean, launch, signedIn, typeTime } from './staff-harness.mjs'
import { digestOf } from './staff-mock-time.mjs'
import { startMock } from './staff-mock.mjs'

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
  browser = await launch()
})
after(async () => {
  await browser?.close()
  await mock?.close()
})

function as(role, path) {
  return signedIn(browser, base, accounts.find((a) => a.role === role || a.roles?.includes(role)), path)
}

function identity() {
  const body = `110105${1950 + randomInt(50)}0${1 + randomInt(9)}${String(10 + randomInt(18))}${String(randomInt(1000)).padStart(3, '0')}`
  const w = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2]
  return body + '10X98765432'[w.reduce((s, x, i) => s + x * Number(body[i]), 0) % 11]
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

/** Calls an operation by the contract, whatever comes of it. */
async function call(method, path, body, token) {
  const r = await fetch(`${base}/api/v1${path}`, { method, headers: { 'Content-Type': 'application/json', ...(token ? { Authorization: `Bearer ${token}` } : {}) }, ...(body ? { body: JSON.stringify(body) } : {}) })
  return { status: r.status, data: await r.json().catch(() => null) }
}

/** As call, where anything but success is a failure. */
async function ask(method, path, body, token) {
  const r = await call(method, path, body, token)
  assert.ok(r.status >= 200 && r.status < 300, `${method} ${path}: ${r.status} ${JSON.stringify(r.data)}`)
  return r.data
}

/** Signs a candidate in and lets them begin; null where there is no such candidate (the stand-in has none). */
async function enter(admission, idNumber) {
  const login = await call('POST', '/auth/candidate', { admission, idNumber })
  if (login.status === 404) return null
  assert.equal(login.status, 200, JSON.stringify(login.data))
  const token = login.data.accessToken
  const exam = await ask('GET', '/candidate/exam', null, token)
  const attempt = exam.attempt.id
  const entered = await ask('POST', `/attempts/${attempt}/enter`, { deviceId: 'staff-e2e-device', deviceLabel: 'e2e', rulesAccepted: true }, token)
  const slot = entered.paper.slots.find((x) => x.options.length > 0)
  const op = (seq, letter) => ({ seq, slot: slot.number, response: { choice: [slot.options[letter].letter] }, flagged: false, clientMs: Date.now() })
  return { token, attempt, epoch: entered.epoch, op, save: (...ops) => call('POST', `/attempts/${attempt}/ops`, { epoch: entered.epoch, ops }, token) }
}

/** Lets a candidate answer one question and hand in; false where there is no such candidate. */
async function sit(admission, idNumber) {
  const c = await enter(admission, idNumber)
  if (!c) return false
  const saved = await c.save(c.op(1, 0))
  assert.ok(saved.status === 200 || saved.status === 202, JSON.stringify(saved.data))
  for (let i = 0; i < 50; i++) {
    const handed = await call('POST', `/attempts/${c.attempt}/submit`, { epoch: c.epoch, lastSeq: 1 }, c.token)
    if (handed.status === 200) return true
    await new Promise((r) => { setTimeout(r, 200) })
  }
  assert.fail('the paper was not taken')
}

/**
 * An open sitting in which two people answer, with the second one's page; the
 * stand-in has one ready. Each sits in a room of their own: two of one room that
 * fall silent together are the room's loss.
 */
async function underWay() {
  if (mock) {
    const id = mock.state.sittings.find((s) => s.state === 'open').id
    const second = mock.state.rosters.get(id)[1]
    return { id, names: ['李乙', '张丙'], file: { attempt: second.attempt, epoch: 1, op: (seq) => ({ seq, slot: 7, response: { choice: ['A'] }, flagged: false, clientMs: Date.now() }) } }
  }
  const admin = accounts.find((a) => a.role === 'administrator' || a.roles?.includes('administrator'))
  const token = (await ask('POST', '/auth/login', { login: admin.login, password: admin.password })).accessToken
  const blueprint = (await ask('GET', '/blueprints', null, token)).find((b) => b.bank.endsWith('-3'))
  const plan = { title: `计时测试 ${Date.now()}`, level: 3, blueprint: blueprint.id, opens: new Date(Date.now() - 60_000).toISOString(), closes: new Date(Date.now() + 3 * 3600_000).toISOString(), durationMinutes: 60, oneSealer: true, release: 'after-release', explain: false }
  const id = (await ask('POST', '/sittings', plan, token)).id
  const people = ['计时甲', '计时乙'].map((name, i) => ({ name, idNumber: identity(), room: `0${8 + i}`, seat: '01' }))
  const rows = await ask('POST', `/sittings/${id}/registrations`, { candidates: people }, token)
  for (const act of ['seal', 'open']) await ask('POST', `/sittings/${id}/acts`, { act, version: (await ask('GET', `/sittings/${id}`, null, token)).version }, token)
  const [first, second] = await Promise.all(people.map((p) => enter(rows.find((r) => r.room === p.room).admission, p.idNumber)))
  for (const c of [first, second]) await c.save(c.op(1, 0))
  return { id, names: people.map((p) => p.name), first, file: second }
}

test('a wrong password says so and keeps what was typed', async () => {
  const context = await browser.newContext({ locale: 'zh-CN', reducedMotion: 'reduce' })
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

  await decide(page, '提请封卷…', '提请封卷？', '提请封卷')
  await page.getByText('已提请封卷，等第二人批准。').waitFor()
  await page.getByText('您是第一人。').waitFor()
  assert.equal(await page.getByRole('button', { name: '批准封卷…' }).count(), 0, 'who proposed does not approve')
  const other = await signedIn(browser, base, accounts.filter((a) => a.role === 'administrator')[1], new URL(page.url()).pathname)
  await decide(other, '批准封卷…', '现在封卷？', '批准并封卷')
  await other.getByText('已封卷：名单 2 人。').waitFor()
  await other.context().close()
  await page.reload()
  await page.getByText('已封卷', { exact: true }).first().waitFor()
  assert.match(await page.locator('.mono.break').textContent(), /^[0-9a-f]{64}$/)
  await clean(page, 'sealed')
  await page.getByRole('link', { name: '打印名单' }).click()
  await page.getByRole('columnheader', { name: '签到' }).waitFor()
  await clean(page, 'roster on paper')
  await page.getByRole('link', { name: '返回场次' }).click()

  await page.getByRole('button', { name: '开考…' }).click()
  const opening = page.getByRole('dialog', { name: '现在开考？' })
  await opening.getByText(/^考生机只检查了 0 \/ 2\s台$/).waitFor()
  await clean(page, 'opening what is not ready')
  await opening.getByLabel(/^仍要开考的理由/).fill('备用监考员在路上')
  await opening.getByRole('button', { name: '开考', exact: true }).click()
  await page.getByText('已开考。').waitFor()
  if (!mock) await page.getByText('理由：备用监考员在路上').waitFor()
  const sat = await sit(admission, a)
  await page.getByRole('link', { name: '监考', exact: true }).click()
  await page.getByRole('heading', { name: '座位 2' }).waitFor()
  if (sat) await page.getByRole('row', { name: /测试甲.*已收卷/ }).waitFor()
  await clean(page, 'invigilation')
  await page.getByRole('link', { name: '计划与名单' }).click()

  await decide(page, '结束考试…', '现在结束考试？', '结束考试')
  await page.getByText('已结束，试卷已收齐。').waitFor()
  await page.getByRole('link', { name: '去公布成绩' }).waitFor() // by two people: line.test.mjs

  await page.getByRole('link', { name: '成绩', exact: true }).last().click()
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
  assert.deepEqual(await page.locator('.bar .app a:not(.brand)').allTextContents(), ['题库', '审核', '组卷'])
  await clean(page, 'banks')
  await page.locator('table a.row').first().click()
  await page.locator('table button.row').first().waitFor()
  await page.getByLabel('题型').selectOption('B')
  await page.getByRole('button', { name: '去掉条件：单选题' }).waitFor()
  await page.locator('table button.row').first().focus()
  await page.keyboard.press('Enter')
  await page.locator('table button.row[aria-current]').waitFor()
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

test('time is stopped, given and recorded, and what came in a file is decided', async () => {
  const { id, names: [first, second], first: silent, file } = await underWay()
  const began = Date.now()
  const page = await as('administrator', `/staff/sittings/${id}/watch`)
  const row = (name) => page.getByRole('row').filter({ hasText: name }).first()
  const choose = async (name, act) => {
    await row(name).getByRole('button', { name: /^操作/ }).click()
    await page.getByRole('menuitem', { name: act }).click()
  }
  const close = async () => {
    await page.getByRole('button', { name: '关闭' }).click()
    await page.getByRole('dialog').waitFor({ state: 'detached' })
  }
  await row(second).getByText('作答中').waitFor()
  const deadline = async () => (await row(second).getByRole('cell').nth(5).innerText()).trim()
  const before = await deadline()

  await choose(second, '暂停…')
  await page.getByLabel('原因').fill('更换电脑')
  await page.getByRole('button', { name: /^暂停 1\s人$/ }).click()
  await page.getByRole('dialog').getByText(/已停表，剩余/).waitFor()
  await clean(page, 'paused')
  await close()
  await row(second).getByText('已暂停').waitFor()
  await choose(second, '恢复…')
  await page.getByLabel('原因').fill('已换好')
  await page.getByRole('button', { name: /^恢复 1\s人$/ }).click()
  await page.getByRole('dialog').getByText(/截止 \d\d:\d\d:\d\d/).waitFor()
  await close()
  await choose(second, '补时…')
  await page.getByLabel('补时多少分钟').fill('10')
  await page.getByLabel('原因').fill('更换电脑用时')
  await page.getByRole('button', { name: /^给 1\s人补时 10\s分钟$/ }).click()
  await page.getByRole('dialog', { name: /已给 1\s人补时 10\s分钟/ }).waitFor()
  await close()
  const seconds = (t) => t.split(':').reduce((n, x) => n * 60 + Number(x), 0)
  const gained = (seconds(await deadline()) - seconds(before) + 86_400) % 86_400
  assert.ok(gained >= 600 && gained < 660, `${before} → ${await deadline()}`)

  // Collected by mistake, a file handed in afterwards, and decided.
  await choose(second, '收卷…')
  await page.getByLabel('收卷原因').fill('误操作')
  await page.getByRole('dialog').getByRole('button', { name: '收卷', exact: true }).click()
  await page.getByText(/已收取 .* 的试卷/).waitFor()
  await choose(second, '录入作答文件…')
  const content = { format: 'gongyuan-answers-1', attempt: file.attempt, writtenAt: new Date().toISOString(), epoch: file.epoch, operations: [file.op(2, 2), file.op(3, 1)] }
  await page.locator('#answers-file').setInputFiles({ name: 'answers.json', mimeType: 'application/json', buffer: Buffer.from(JSON.stringify({ ...content, digest: digestOf(content) })) })
  await page.getByRole('button', { name: /^录入 2\s条$/ }).click()
  await page.getByText('单独保存的还没有计入').waitFor()
  await page.getByRole('link', { name: '去决定' }).click()
  await page.getByRole('row').filter({ hasText: '文件录入' }).nth(1).waitFor()
  await clean(page, 'late answers of a file')
  await page.getByLabel(/^全选待决定的/).check()
  await page.getByRole('button', { name: /^计入/ }).click()
  await page.getByRole('dialog').getByLabel('原因').fill('断网，核实无误')
  await page.getByRole('button', { name: /^计入 2\s条$/ }).click()
  await page.getByText(/已计入 2\s条，成绩已重新计算。/).waitFor()

  await page.getByRole('link', { name: '监考', exact: true }).click()
  await choose(second, '重开…')
  await page.getByLabel('原因').fill('误收卷，继续作答')
  await page.getByRole('button', { name: /^重开 1\s人$/ }).click()
  await page.getByRole('dialog', { name: /已重开 1\s人/ }).waitFor()
  await close()
  await row(second).getByText('作答中').waitFor()
  await page.getByRole('link', { name: '时间记录' }).click()
  await page.getByRole('row').filter({ hasText: '误收卷，继续作答' }).waitFor()
  assert.deepEqual((await page.locator('tbody .tag').allInnerTexts()).map((x) => x.trim()).slice(0, 4), ['重开', '补时', '恢复', '暂停'])
  await clean(page, 'the time record')

  // The first one's page was silent all the while: it is measured and proposed.
  if (!mock) {
    await page.getByRole('link', { name: '监考', exact: true }).click()
    const card = page.getByRole('article').filter({ hasText: first }).filter({ hasText: '断线' }).first()
    await card.waitFor({ timeout: 90_000 })
    assert.ok(Date.now() - began > 35_000, 'a short silence is none')
    await call('POST', `/attempts/${silent.attempt}/ops`, { epoch: silent.epoch, ops: [silent.op(2, 1)] }, silent.token)
    await card.getByText(/→ 建议补时 [12]\s分钟/).waitFor()
    await card.getByRole('button', { name: /^补时/ }).click()
    await page.getByRole('dialog').getByRole('button', { name: /^给 1\s人补时 [12]\s分钟$/ }).click()
    await page.getByRole('dialog', { name: /已给 1\s人补时/ }).waitFor()
    await close()
    await card.waitFor({ state: 'detached' })
    await clean(page, 'made good')
  }
  await page.context().close()
})
