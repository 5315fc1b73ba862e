// Results on their way out, in a browser against the real program: codes on the
// roster, statistics, an export by a column map, and a candidate who looks the
// result up and keeps the transcript.
import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { mkdir, readFile } from 'node:fs/promises'
import { after, before, test } from 'node:test'
import { base, call, identity, of, signIn, skip } from './program.mjs'
import { clean, launch, signedIn } from './staff-harness.mjs'

const shots = process.env.GONGYUAN_SHOTS
let browser, s

async function take(person) {
  const { accessToken: token } = await call('POST', '/api/v1/auth/candidate', null, { admission: person.admission, idNumber: person.idNumber })
  const { attempt } = await call('GET', '/api/v1/candidate/exam', token)
  const { epoch } = await call('POST', `/api/v1/attempts/${attempt.id}/enter`, token, { deviceId: randomUUID(), deviceLabel: 'e2e', rulesAccepted: true })
  await call('POST', `/api/v1/attempts/${attempt.id}/submit`, token, { epoch, lastSeq: 0 })
}

/** Scores everybody as one examiner, with so much off the first rows. */
async function scoreAll(examiner, sitting, off) {
  const token = await signIn(examiner)
  const at = `/api/v1/sittings/${sitting}/assess/skill`
  const { tasks, sheet } = await call('GET', at, token)
  for (const [i, task] of tasks.entries()) {
    let left = off + 600 * i
    const rows = sheet.sections.flatMap((sec) => sec.rows).map((row) => {
      const other = Math.min(left, row.full)
      left -= other
      return { row: row.id, touched: true, deductions: [], other, note: other > 0 ? '示例扣分' : '' }
    })
    const saved = await call('PUT', `${at}/${task.draw}`, token, { version: 0, rows, vetoes: sheet.vetoes.map((v) => ({ veto: v.id, state: 'no', fact: '' })) })
    await call('POST', `${at}/${task.draw}/lock`, token, { version: saved.version })
  }
}

before(async () => {
  if (skip) return
  browser = await launch()
  const [admin, second] = await Promise.all(of('administrator').map(signIn))
  const blueprint = (await call('GET', '/api/v1/blueprints', admin)).find((b) => b.bank.endsWith('-3'))
  const now = Date.now()
  s = await call('POST', '/api/v1/sittings', admin, {
    title: '示例查分场次', level: 3, blueprint: blueprint.id, opens: new Date(now - 60_000).toISOString(), closes: new Date(now + 3 * 3_600_000).toISOString(),
    durationMinutes: blueprint.durationMinutes, oneSealer: true, release: 'after-release', explain: true,
  })
  const people = ['周壬', '吴癸', '郑𬭎', '王甲'].map((name, i) => ({ name, idNumber: identity(), room: '07', seat: String(i + 1) }))
  const rows = await call('POST', `/api/v1/sittings/${s.id}/registrations`, admin, { candidates: people })
  for (const act of ['seal', 'open']) {
    s = await call('GET', `/api/v1/sittings/${s.id}`, admin)
    s = await call('POST', `/api/v1/sittings/${s.id}/acts`, admin, { act, version: s.version })
  }
  s.people = people.map((p) => ({ ...p, ...rows.find((r) => r.seat === p.seat) }))
  for (const p of s.people.slice(0, 3)) await take(p)
  const sheet = (await call('GET', '/api/v1/sheets?level=3', admin)).find((x) => x.kind === 'skill')
  const examiners = of('examiner').slice(0, 3)
  const accounts = await call('GET', '/api/v1/accounts?role=examiner', admin)
  await call('POST', `/api/v1/sittings/${s.id}/panels`, admin, { kind: 'skill', sheet: sheet.id, rule: 'mean', examiners: examiners.map((e) => accounts.find((a) => a.login === e.login).id) })
  for (const [i, e] of examiners.entries()) await scoreAll(e, s.id, 1200 + (i === 1 ? 400 : 0))
  const { version } = await call('GET', `/api/v1/sittings/${s.id}`, admin)
  await call('POST', `/api/v1/sittings/${s.id}/acts`, admin, { act: 'close', version })
  const { digest } = await call('GET', `/api/v1/sittings/${s.id}/release`, admin)
  await call('POST', `/api/v1/sittings/${s.id}/release`, admin, { act: 'propose', digest, remark: '示例' })
  await call('POST', `/api/v1/sittings/${s.id}/release`, second, { act: 'approve', digest })
})
after(async () => { await browser?.close() })

async function looked(page, name) {
  if (shots) {
    await mkdir(shots, { recursive: true })
    await page.screenshot({ path: `${shots}/${name}.png`, fullPage: true })
  }
  await clean(page, name)
}

test('a candidate looks the result up and keeps the transcript', { skip, timeout: 120_000 }, async () => {
  const admin = await signedIn(browser, base, of('administrator')[0], `/staff/sittings/${s.id}/roster`)
  await admin.getByRole('button', { name: '显示查询码' }).click()
  await admin.getByRole('columnheader', { name: '查询码' }).first().waitFor()
  const row = admin.getByRole('row', { name: /周壬/ })
  const code = (await row.getByText(/^[0-9A-Z]{4}-[0-9A-Z]{4}$/).textContent()) ?? ''
  await looked(admin, 'roster-codes')
  await admin.context().close()

  const context = await browser.newContext({ viewport: { width: 390, height: 844 }, locale: 'zh-CN', timezoneId: 'Asia/Shanghai', reducedMotion: 'reduce', acceptDownloads: true })
  const page = await context.newPage()
  page.faults = []
  page.on('pageerror', (e) => page.faults.push(e.message))
  page.on('console', (m) => { if (/Content Security Policy/.test(m.text())) page.faults.push(m.text()) })
  await page.goto(`${base}/result`)
  await page.getByRole('button', { name: '查询' }).click()
  await page.getByText('应为 8 位字母或数字。').waitFor()
  assert.equal(await page.evaluate(() => document.activeElement.id), 'admission')
  await looked(page, 'lookup-empty')
  const p = s.people[0]
  await page.getByLabel('准考证号').fill(p.admission.toLowerCase())
  await page.getByLabel('查询码（8 位）').fill('0000-0000')
  await page.keyboard.press('Enter')
  await page.getByText('没有查到成绩').waitFor()
  await looked(page, 'lookup-none')
  await page.getByLabel('查询码（8 位）').fill(code.toLowerCase().replace('-', ''))
  await page.keyboard.press('Enter')
  await page.getByRole('heading', { name: '还差一项：理论知识考试' }).waitFor()
  assert.equal(await page.evaluate(() => document.activeElement.hasAttribute('data-answer')), true, 'the answer is read first')
  assert.equal(new URL(page.url()).search, '', 'nothing of it stands in the address')
  await page.getByText('满分 100，合格线 60，差 60.00').waitFor()
  await page.getByText(/可在 \d+年\d+月\d+日（含当天）前/).waitFor()
  await looked(page, 'lookup-result')
  assert.equal(await page.evaluate(() => document.documentElement.scrollWidth <= 390), true)
  const [file] = await Promise.all([page.waitForEvent('download'), page.getByRole('button', { name: '下载成绩单（PDF）' }).click()])
  const pdf = await readFile(await file.path())
  assert.equal(pdf.subarray(0, 8).toString(), '%PDF-1.7')
  assert.match(file.suggestedFilename(), /\.pdf$/)
  await page.setViewportSize({ width: 320, height: 700 })
  assert.equal(await page.evaluate(() => document.documentElement.scrollWidth <= 320), true, 'no sideways scrolling at 320')
  await page.getByRole('button', { name: 'English' }).click()
  await page.getByRole('heading', { name: 'One is missing: theory exam' }).waitFor()
  await looked(page, 'lookup-english')
  await context.close()
})

test('statistics say in words who scores lower', { skip, timeout: 120_000 }, async () => {
  const page = await signedIn(browser, base, of('administrator')[0], `/staff/sittings/${s.id}/statistics`)
  await page.getByText(new RegExp(`${of('examiner')[1].name} 平均比他人低 4\\.00 分。`)).first().waitFor()
  await page.getByText('不在图中：缺考 1 人').waitFor()
  await looked(page, 'statistics')
  await page.setViewportSize({ width: 390, height: 844 })
  assert.equal(await page.evaluate(() => document.documentElement.scrollWidth <= 390), true)
  await looked(page, 'statistics-narrow')
  await page.context().close()
})

test('results go out in the columns of a receiver', { skip, timeout: 120_000 }, async () => {
  const page = await signedIn(browser, base, of('administrator')[0], `/staff/sittings/${s.id}/export`)
  await page.getByText('还没有列方案。').waitFor()
  await page.getByRole('button', { name: '新建列方案' }).click()
  await page.getByLabel('方案名称').fill('季度上报')
  await page.getByRole('button', { name: '保存方案' }).click()
  await page.getByText('请填写 1 到 60 个字。').waitFor()
  assert.equal(await page.evaluate(() => document.activeElement.id), 'map-receiver', 'what is wrong has the focus')
  await page.getByLabel('接收方').fill('示例接收方')
  await page.getByRole('button', { name: '姓名：上移' }).focus()
  await page.keyboard.press('Enter')
  assert.match(await page.evaluate(() => document.activeElement.getAttribute('aria-label')), /姓名：上移/, 'the focus goes along')
  await page.getByLabel('第 4 列的内容').selectOption('document')
  await looked(page, 'export-editor')
  await page.getByRole('button', { name: '保存方案' }).click()
  await page.getByRole('heading', { name: '预览：前 4 行，共 4 行' }).waitFor()
  await page.getByRole('cell', { name: '郑𬭎' }).waitFor()
  await looked(page, 'export')
  await page.getByRole('button', { name: '导出 CSV' }).click()
  const dialog = page.getByRole('dialog')
  await dialog.getByRole('button', { name: '导出' }).click()
  await page.getByText('请写 2–500 个字。').waitFor()
  await dialog.getByLabel('原因').fill('示例：按文件要求上报')
  const [file] = await Promise.all([page.waitForEvent('download'), dialog.getByRole('button', { name: '导出' }).click()])
  const text = await readFile(await file.path(), 'utf8')
  assert.ok(text.startsWith('\uFEFF序号,姓名,准考证号,'), text)
  assert.ok(text.includes(s.people[0].idNumber), 'document numbers in full')
  await page.getByText(/已导出 季度上报-示例查分场次\.csv，并已记录。/).waitFor()
  await looked(page, 'export-done')
  await page.context().close()
})
