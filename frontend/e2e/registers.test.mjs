// The registers against the real program that GONGYUAN_DEMO names: filing of
// bodies and sites, and what follows when the own filing ends.
import assert from 'node:assert/strict'
import { mkdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { act, base, call, certify, identity, learn, of, open, plan, release, score, signIn, skip, take } from './hall.mjs'
import { clean, launch, signedIn } from './staff-harness.mjs'

const shots = process.env.GONGYUAN_SHOTS
const PHONE = { width: 390, height: 844 }
const WIDE = { width: 1366, height: 768 }
let browser, admin

async function looked(page, name) {
  if (shots) {
    await mkdir(shots, { recursive: true })
    await page.screenshot({ path: join(shots, `registers-${name}.png`), fullPage: true })
  }
  await clean(page, name)
}

before(async () => { if (!skip) { browser = await launch(); admin = await signIn(of('administrator')[0]) } })
after(async () => { await browser?.close() })

test('filing: a body that is not filed opens no sitting', { skip, timeout: 120_000 }, async () => {
  const one = await plan(admin, '备案场次', 3)
  await call('POST', `/api/v1/sittings/${one.id}/registrations`, admin, { candidates: [{ name: '备案甲', idNumber: identity(), room: '09', seat: '01' }] })
  const page = await signedIn(browser, base, of('administrator')[0], '/staff/filings', WIDE)
  await page.getByText(/本机构的备案有效/).waitFor()
  await looked(page, 'filing-list')

  // A site of the own body: a wrong serial is named at its field, then it is entered.
  await page.getByRole('button', { name: '登记机构或站点' }).click()
  await page.getByLabel('名称', { exact: true }).fill('示例站点')
  await page.getByLabel('所属机构').selectOption({ index: 1 })
  await page.getByLabel('站点序列号').fill('12a')
  await page.getByRole('button', { name: '登记申请' }).click()
  await page.getByText('站点序列号是 6 位数字。').waitFor()
  await looked(page, 'filing-form')
  await page.getByLabel('站点序列号').fill('000001')
  await page.getByRole('button', { name: '登记申请' }).click()
  await page.getByText('已登记 示例站点 的申请。').waitFor()
  await page.getByLabel('文件名称或文号').fill('示例评估 1 号')
  await page.getByRole('button', { name: '登记“评估”' }).click()
  await page.getByText('已登记 示例站点 的“评估”。').waitFor()
  await looked(page, 'filing-site')

  const own = async () => (await call('GET', '/api/v1/filings', admin)).filings.find((f) => f.own)
  const { today } = await call('GET', '/api/v1/filings', admin)
  const step = async (body) => call('POST', '/api/v1/filings/own/steps', admin, { version: (await own()).version, on: today, document: '示例文件', ...body })
  await page.getByRole('button', { name: /^打开 示例职业技能评价中心/ }).click()
  await page.getByLabel('这一步').selectOption({ label: '终止' })
  await page.getByLabel('终止的原因').fill('测试终止')
  await page.getByRole('button', { name: '登记“终止”' }).click()
  await page.getByText('本机构还没有备案，或备案已终止。').waitFor()
  await looked(page, 'filing-ended')
  try {
    const { version } = await call('GET', `/api/v1/sittings/${one.id}`, admin)
    const sealed = await call('POST', `/api/v1/sittings/${one.id}/acts`, admin, { act: 'seal', version })
    await page.goto(`${base}/staff/sittings`)
    await page.getByText('本机构还没有备案，或备案已终止。').waitFor()
    await looked(page, 'filing-notice')
    await page.goto(`${base}/staff/sittings/${one.id}`)
    await page.getByRole('button', { name: /开考|开放/ }).first().click()
    await page.getByRole('dialog').getByRole('button').last().click()
    await page.getByRole('dialog').getByText('本机构没有有效的备案').waitFor()
    await looked(page, 'filing-refused')
    assert.equal((await call('GET', `/api/v1/sittings/${one.id}`, admin)).state, sealed.state)
  } finally {
    for (const act of ['apply', 'assess', 'opine', 'review']) await step({ act })
    await step({ act: 'file', from: today, until: `${Number(today.slice(0, 4)) + 3}-12-31` })
    await step({ act: 'register' })
  }
  await page.getByRole('dialog').getByRole('button').last().click()
  await page.getByRole('dialog').waitFor({ state: 'detached' })
  assert.equal((await call('GET', `/api/v1/sittings/${one.id}`, admin)).state, 'open')
  await page.setViewportSize(PHONE)
  await page.goto(`${base}/staff/filings`)
  await page.getByRole('button', { name: /^打开 示例站点/ }).click()
  await page.getByRole('heading', { name: '示例站点' }).waitFor()
  await looked(page, 'filing-phone')
  await page.context().close()
})

test('certificates leave in the columns of a receiver, and again byte for byte', { skip, timeout: 180_000 }, async () => {
  const [first, second] = of('administrator')
  const other = await signIn(second)
  const accounts = of('examiner').slice(0, 3)
  const tokens = await Promise.all(accounts.map(signIn))
  const answer = await learn(admin, 3)
  const examiners = (await call('GET', '/api/v1/accounts?role=examiner', admin)).filter((x) => accounts.some((a) => a.login === x.login)).map((x) => x.id)
  const one = await plan(admin, '导出场次', 3)
  const [person] = await open(admin, one.id, [{ name: '导出甲', idNumber: identity() }])
  await take(person, answer)
  const sheet = (await call('GET', '/api/v1/sheets?level=3', admin)).filter((x) => x.kind === 'skill').at(-1)
  await call('POST', `/api/v1/sittings/${one.id}/panels`, admin, { kind: 'skill', sheet: sheet.id, examiners, rule: 'mean' })
  const { tasks } = await call('GET', `/api/v1/sittings/${one.id}/assess/skill`, tokens[0])
  await Promise.all(tokens.map(async (token) => { for (const { draw } of tasks) await score(token, one.id, 'skill', draw, 500) }))
  await act(admin, one.id, 'close')
  await release(admin, other, one.id)
  const numbers = await certify(admin, other, one.id, [person.id])
  assert.equal(numbers.length, 1)

  const page = await signedIn(browser, base, first, '/staff/certificates', WIDE)
  await page.getByRole('link', { name: '导出证书…' }).click()
  await page.getByText('还没有证书的列方案。').waitFor()
  await page.getByRole('button', { name: '新建列方案' }).click()
  await page.getByLabel('方案名称').fill('示例报送')
  await page.getByLabel('接收方').fill('示例单位')
  // The level has to be one that the receiver knows: 3 is not in the list yet.
  await page.locator('.columns li').nth(4).getByLabel('只能是').fill('一级 二级')
  await looked(page, 'export-map')
  await page.getByRole('button', { name: '保存方案' }).click()
  await page.getByRole('button', { name: '检查并预览' }).click()
  await page.getByText(/处不符合要求/).waitFor()
  await looked(page, 'export-faults')
  await page.getByRole('button', { name: '修改' }).click()
  await page.locator('.columns li').nth(4).getByLabel('只能是').fill('')
  await page.getByRole('button', { name: '保存方案' }).click()
  await page.getByRole('button', { name: '检查并预览' }).click()
  await page.getByText(/已检查，\d+ 张证书都符合要求。/).waitFor()
  await looked(page, 'export-checked')
  const [file] = await Promise.all([page.waitForEvent('download'), page.getByRole('button', { name: '导出 CSV' }).click()])
  const before = await readFile(await file.path())
  assert.ok(before.toString('utf8').includes(numbers[0]), 'the certificate is in the file')
  const [again] = await Promise.all([page.waitForEvent('download'), page.getByRole('button', { name: /^再取一次/ }).first().click()])
  assert.ok(before.equals(await readFile(await again.path())), 'the same bytes')
  await page.getByText(/SHA-256 与原来一致/).waitFor()
  await looked(page, 'export-runs')
  await page.setViewportSize(PHONE)
  await looked(page, 'export-phone')
  await page.context().close()
})

test('a report counts profiles, is submitted, and shows what changed since', { skip, timeout: 120_000 }, async () => {
  const person = { name: '上报甲', idNumber: identity() }
  const one = await plan(admin, '上报场次', 3)
  await call('POST', `/api/v1/sittings/${one.id}/registrations`, admin, { candidates: [{ ...person, room: '11', seat: '01' }] })
  const page = await signedIn(browser, base, of('administrator')[0], '/staff/profiles', WIDE)
  await page.getByText('还没有考生档案。').waitFor()
  await page.getByRole('button', { name: '录入一名' }).click()
  await page.getByLabel('身份证件号', { exact: true }).fill(person.idNumber)
  await page.getByLabel('姓名', { exact: true }).fill('别的名')
  await page.getByLabel('单位', { exact: true }).fill('示例医院')
  await page.getByLabel('城市', { exact: true }).fill('示例市')
  await page.getByLabel('行业', { exact: true }).selectOption('学校医院')
  await page.getByLabel('重点单位', { exact: true }).selectOption('是')
  await page.getByRole('button', { name: '保存', exact: true }).click()
  await page.locator('.field.wrong .err').waitFor()
  await looked(page, 'profile-refused')
  await page.getByLabel('姓名', { exact: true }).fill(person.name)
  await page.getByRole('button', { name: '保存', exact: true }).click()
  await page.getByText('已保存 上报甲 的档案。').waitFor()
  await looked(page, 'profile-list')
  await page.getByRole('link', { name: '返回上报' }).click()
  await page.getByRole('row', { name: /^学校医院 1 / }).waitFor()
  await looked(page, 'report')
  await page.getByRole('button', { name: '上报', exact: true }).click()
  await page.getByRole('dialog').getByRole('button', { name: '上报', exact: true }).click()
  await page.getByText(/存为第 1 版。/).waitFor()
  await call('POST', '/api/v1/profiles', admin, { dry: false, rows: [{ ...person, unit: '示例医院', city: '另市', industry: '学校医院', keyUnit: '是' }] })
  await page.reload()
  await page.getByText(/上报第 1 版之后有 2 处变化。/).waitFor()
  await looked(page, 'report-changed')
  await page.locator('.bar-line select').nth(1).selectOption('1')
  await page.getByRole('row', { name: /^示例市 1 / }).waitFor()
  const [file] = await Promise.all([page.waitForEvent('download'), page.getByRole('button', { name: '下载 Excel' }).click()])
  assert.match(file.suggestedFilename(), /^\d{4}-Q\d-1\.xlsx$/)
  await page.setViewportSize(PHONE)
  assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= window.innerWidth), 'nothing sticks out on a phone')
  await looked(page, 'report-phone')
  await page.context().close()
})
