// The line after the theory exam in a browser, against the real program that
// GONGYUAN_DEMO (and GONGYUAN_URL) name: panel, scoring by three examiners (one
// with the network cut in between), outcomes, certificate, public check,
// revocation.
import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { after, before, test } from 'node:test'
import { base, call, identity, of, signIn, skip } from './program.mjs'
import { clean, launch, signedIn } from './staff-harness.mjs'

const shots = process.env.GONGYUAN_SHOTS
let browser

/** Plans a sitting of level 3, registers people, seals and opens it. */
async function sittingFor(admin, title, names, release) {
  const blueprint = (await call('GET', '/api/v1/blueprints', admin)).find((b) => b.bank.endsWith('-3'))
  const now = Date.now()
  let s = await call('POST', '/api/v1/sittings', admin, {
    title, level: 3, blueprint: blueprint.id, opens: new Date(now - 60_000).toISOString(), closes: new Date(now + 3 * 3_600_000).toISOString(),
    durationMinutes: blueprint.durationMinutes, oneSealer: true, release, explain: true,
  })
  const people = names.map((name, i) => ({ name, idNumber: identity(), room: '09', seat: String(i + 1).padStart(2, '0') }))
  const rows = await call('POST', `/api/v1/sittings/${s.id}/registrations`, admin, { candidates: people })
  for (const act of ['seal', 'open']) {
    s = await call('GET', `/api/v1/sittings/${s.id}`, admin)
    s = await call('POST', `/api/v1/sittings/${s.id}/acts`, admin, { act, version: s.version })
  }
  return { id: s.id, people: people.map((p) => ({ ...p, ...rows.find((r) => r.seat === p.seat) })) }
}

/** Takes the theory exam: `answer` gives the response to each slot. */
async function take(person, answer) {
  const { accessToken: token } = await call('POST', '/api/v1/auth/candidate', null, { admission: person.admission, idNumber: person.idNumber })
  const exam = await call('GET', '/api/v1/candidate/exam', token)
  const attempt = exam.attempt.id
  const entered = await call('POST', `/api/v1/attempts/${attempt}/enter`, token, { deviceId: randomUUID(), deviceLabel: 'e2e', rulesAccepted: true })
  const ops = entered.paper.slots.flatMap((slot) => { const response = answer(slot); return response ? [{ slot: slot.number, response, flagged: false, clientMs: Date.now() }] : [] }).map((op, i) => ({ seq: i + 1, ...op }))
  for (let i = 0; i < ops.length; i += 64) await call('POST', `/api/v1/attempts/${attempt}/ops`, token, { epoch: entered.epoch, ops: ops.slice(i, i + 64) })
  await call('POST', `/api/v1/attempts/${attempt}/submit`, token, { epoch: entered.epoch, lastSeq: ops.length })
  return { token, attempt }
}

/**
 * What the bank's right answers are: read off the results of a practice
 * sitting that six people handed in empty.
 */
async function learn(admin) {
  const known = new Map()
  const practice = await sittingFor(admin, `示例练习 ${randomUUID().slice(0, 8)}`, Array.from({ length: 6 }, (_, i) => `练习${'甲乙丙丁戊己'[i]}`), 'at-once')
  const attempts = []
  for (const person of practice.people) attempts.push((await take(person, () => null)).attempt)
  const { version } = await call('GET', `/api/v1/sittings/${practice.id}`, admin)
  await call('POST', `/api/v1/sittings/${practice.id}/acts`, admin, { act: 'close', version })
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

/** A page of somebody's own, signed in, or a stranger's. */
async function as(account, path, viewport = { width: 1366, height: 768 }) {
  if (account) return signedIn(browser, base, account, path, viewport)
  const page = await browser.newPage({ viewport, locale: 'zh-CN', timezoneId: 'Asia/Shanghai', reducedMotion: 'reduce' })
  page.faults = []
  await page.goto(base + path)
  return page
}

async function looked(page, where) {
  if (shots) await page.screenshot({ path: `${shots}/line-real-${where}.png` })
  await clean(page, where)
}

const saved = (page) => page.locator('.save-tag', { hasText: '全部评分已保存' }).waitFor({ timeout: 40_000 })

/** Scores the open sheet: no deduction but in the first row, no veto; then signs. */
async function score(page, { off = 0, cut = false } = {}) {
  await page.locator('.srow').first().waitFor()
  const rows = await page.locator('.srow').count()
  for (let i = 0; i < rows; i++) {
    const row = page.locator('.srow').nth(i)
    if (cut && i === 2) {
      await page.context().setOffline(true)
      await row.getByRole('button', { name: '无扣分', exact: true }).click()
      await page.locator('.save-tag', { hasText: '记在本机' }).waitFor()
      continue
    }
    if (i === 0 && off > 0) {
      await row.getByRole('button', { name: '其他扣分…' }).click()
      await row.getByLabel('其他扣分（分）').fill(String(off))
      await row.getByLabel('说明').fill('示例扣分')
    } else await row.getByRole('button', { name: '无扣分', exact: true }).click()
  }
  if (cut) {
    assert.equal(await page.locator('.save-tag', { hasText: '全部评分已保存' }).count(), 0, 'nothing is said to be saved while the network is cut')
    await page.context().setOffline(false)
    await saved(page)
    await page.reload() // and it is there for the next page
    await page.locator('.srow').first().waitFor()
  }
  for (const veto of await page.locator('.vrow').all()) await veto.getByRole('button', { name: '未发生' }).click()
  await saved(page)
  await page.getByRole('button', { name: '签名并锁定…' }).click()
  await page.getByRole('dialog').getByRole('button', { name: '签名并锁定' }).click()
    .catch(async (e) => { throw new Error(`${e.message}\nThe page says: ${await page.locator('body').innerText()}`) })
  await page.locator('.save-tag', { hasText: '只读' }).waitFor()
}

before(async () => {
  if (skip) return
  browser = await launch()
})
after(async () => { await browser?.close() })

test('from the theory exam to a certificate that is revoked', { skip, timeout: 280_000 }, async (t) => {
  const [adminAccount] = of('administrator')
  const examiners = of('examiner').slice(0, 3)
  assert.equal(examiners.length, 3, 'three examiner accounts')
  const admin = await signIn(adminAccount)
  let s, page, number, statement
  // Each step stands on the one before: after a failure the rest says nothing new.
  let broken = false
  const step = (name, work) => t.test(name, { skip: broken }, async () => { broken = true; await work(); broken = false })

  await step('two candidates take the theory exam', async () => {
    const answer = await learn(admin)
    s = await sittingFor(admin, `示例全线 ${randomUUID().slice(0, 8)}`, ['全线甲', '全线乙'], 'after-release')
    for (const person of s.people) await take(person, answer)
  })

  await step('the administrator appoints a panel of three', async () => {
    page = await as(adminAccount, `/staff/sittings/${s.id}/panels`)
    const card = page.locator('.panel-card').first()
    const box = (a) => card.getByRole('checkbox', { name: new RegExp(`\\b${a.login}$`) })
    for (const a of examiners.slice(0, 2)) await box(a).check()
    await card.getByLabel('考评组长').selectOption({ index: 1 })
    await card.getByRole('button', { name: '组成小组…' }).click()
    await card.getByText('至少要 3').waitFor() // two are not enough
    await box(examiners[2]).check()
    await card.getByRole('button', { name: '组成小组…' }).click()
    await page.getByRole('dialog').getByRole('button', { name: '组成小组' }).click()
    await page.getByText('已组成技能考核的考评小组').waitFor()
    await looked(page, 'panels')
  })

  await step('three examiners score both, one through a cut network', async () => {
    for (const [i, account] of examiners.entries()) {
      const p = await as(account, '/staff/assess', { width: 1024, height: 768 })
      await p.locator('.card', { hasText: '技能考核' }).first().waitFor()
      await p.goto(`${base}/staff/assess/${s.id}/skill`)
      await p.locator('.q-draw').first().waitFor()
      const draws = await p.locator('.q-draw').allInnerTexts()
      assert.equal(draws.length, 2)
      for (const [k, draw] of draws.entries()) {
        await p.goto(`${base}/staff/assess/${s.id}/skill/${draw.trim()}`)
        await score(p, { off: i + k, cut: i === 1 && k === 0 })
      }
      await looked(p, `sheet-${i}`)
      await p.goto(`${base}/staff/assess/${s.id}/skill`)
      await p.getByText('已锁定 2').waitFor()
      await p.context().close()
    }
  })

  await step('outcomes say how they came about', async () => {
    const now = await call('GET', `/api/v1/sittings/${s.id}`, admin)
    await call('POST', `/api/v1/sittings/${s.id}/acts`, admin, { act: 'close', version: now.version })
    const rows = await call('GET', `/api/v1/sittings/${s.id}/outcomes`, admin)
    assert.deepEqual(rows.map((r) => r.verdict), ['qualified', 'qualified'], JSON.stringify(rows))
    await page.goto(`${base}/staff/sittings/${s.id}/outcomes`)
    await page.getByRole('link', { name: '全线甲' }).waitFor()
    await page.getByText(/合格.2 · 不合格.0/).waitFor()
    await looked(page, 'outcomes')
    await page.getByRole('link', { name: '全线甲' }).click()
    await page.getByText(/平均：\(.+\) ÷ 3 = /).waitFor()
    await page.getByText('总评合格').waitFor()
    await looked(page, 'outcome')
  })

  await step('misconduct takes two people, and so does the release', async () => {
    await page.getByRole('button', { name: '暂缓公布…' }).click()
    await page.getByRole('dialog').getByRole('button', { name: '暂缓公布' }).click()
    await page.getByText('请写 2–500 个字。').waitFor() // a reason is asked for
    await page.getByRole('dialog').getByLabel('事实和依据').fill('示例：身份待核实')
    await page.getByRole('dialog').getByRole('button', { name: '暂缓公布' }).click()
    await page.getByText('已生效').waitFor()
    await page.getByText('由您记录，须由另一名考务管理员处理。').waitFor()
    await looked(page, 'withheld')
    await page.goto(`${base}/staff/sittings/${s.id}/release`)
    await page.getByRole('button', { name: '提请公布…' }).click()
    await page.getByRole('dialog').getByRole('button', { name: '提请公布' }).click()
    await page.getByText('请另一名考务管理员登录后决定').waitFor()
    assert.equal(await page.getByRole('button', { name: '批准公布…' }).count(), 0, 'who proposed does not approve')
    await looked(page, 'release-proposed')
    const other = await as(of('administrator')[1], `/staff/sittings/${s.id}/release`)
    // Lifting what was withheld changes a result: the first signature is void.
    await other.getByRole('button', { name: '批准公布…' }).waitFor()
    await other.goto(`${base}/staff/sittings/${s.id}/outcomes`)
    await other.getByRole('link', { name: '全线甲' }).click()
    await other.getByRole('button', { name: '解除…' }).click()
    await other.getByRole('dialog').getByLabel('事实和依据').fill('示例：已核实')
    await other.getByRole('dialog').getByRole('button', { name: '解除' }).click()
    await other.getByText('已解除').waitFor()
    await other.goto(`${base}/staff/sittings/${s.id}/release`)
    await other.getByText('提请以后成绩有变化').waitFor()
    await other.getByRole('button', { name: '批准公布…' }).click()
    await other.getByRole('dialog').getByRole('button', { name: '批准公布' }).click()
    await other.getByRole('dialog').getByText('别人刚刚改过').waitFor()
    await other.getByRole('dialog').getByRole('button', { name: '返回' }).click()
    await page.reload()
    await page.getByText('已作废（成绩有变化）').waitFor()
    await page.getByRole('button', { name: '提请公布…' }).click()
    await page.getByRole('dialog').getByLabel('说明（可不填）').fill('示例：已逐人核对')
    await page.getByRole('dialog').getByRole('button', { name: '提请公布' }).click()
    await page.getByText('请另一名考务管理员登录后决定').waitFor()
    await other.reload()
    await other.getByText('示例：已逐人核对').first().waitFor()
    await looked(other, 'release-second')
    await other.getByRole('button', { name: '批准公布…' }).click()
    await other.getByRole('dialog').getByRole('button', { name: '批准公布' }).click()
    await other.getByText('成绩已公布，没有新的变化。').waitFor()
    await looked(other, 'released')
    await other.context().close()
  })

  await step('a batch is checked, confirmed by somebody else, and issued', async () => {
    await page.goto(`${base}/staff/sittings/${s.id}/outcomes`)
    for (const name of ['全线甲', '全线乙']) await page.getByLabel(`选择 ${name}`).check()
    await page.getByRole('button', { name: /人发证…$/ }).click()
    await page.getByRole('dialog').getByRole('button', { name: '收成一批' }).click()
    await page.getByText('没有照片', { exact: true }).first().waitFor()
    await looked(page, 'batch')
    await page.getByRole('button', { name: '接受缺照片… 全线甲' }).click()
    await page.getByRole('dialog').getByLabel('理由').fill('示例：补拍来不及')
    await page.getByRole('dialog').getByRole('button', { name: '接受缺照片' }).click()
    await page.getByText('接受缺照片：示例：补拍来不及').waitFor()
    await page.getByRole('button', { name: '不列入… 全线乙' }).click()
    await page.getByRole('dialog').getByLabel('理由').fill('示例：本人要求暂缓')
    await page.getByRole('dialog').getByRole('button', { name: '不列入' }).click()
    await page.getByText('不列入：示例：本人要求暂缓').waitFor()
    await page.getByRole('button', { name: '提请确认…' }).click()
    await page.getByRole('dialog').getByRole('button', { name: '提请确认' }).click()
    await page.getByText('请另一名考务管理员登录后确认。').waitFor()
    assert.equal(await page.getByRole('button', { name: '确认发证…' }).count(), 0, 'who proposed does not confirm')
    await looked(page, 'batch-proposed')
    const path = new URL(page.url()).pathname
    const other = await as(of('administrator')[1], path)
    await other.getByRole('button', { name: '确认发证…' }).waitFor()
    await looked(other, 'batch-second')
    await other.getByRole('button', { name: '确认发证…' }).click()
    await other.getByRole('dialog').getByRole('button', { name: '确认发证' }).click()
    await other.getByText(/已发.1.张证书/).waitFor()
    await looked(other, 'batch-issued')
    await other.context().close()
    await page.reload()
    await page.getByRole('link', { name: '看证书' }).click()
    const link = page.locator('.numbers a.row')
    await link.first().waitFor()
    assert.equal(await link.count(), 1)
    number = (await link.first().innerText()).replace(/\s/g, '')
    assert.match(number, /^[SY]\d{21}$/)
    await looked(page, 'certificates')
    await link.first().click()
    await page.locator('.paper img').waitFor()
    statement = await page.getByRole('textbox', { name: '签名声明' }).inputValue()
    assert.match(statement, /^[\w-]+\.[\w-]+\.[\w-]+$/)
    const [paper] = await Promise.all([page.waitForEvent('download'), page.getByRole('button', { name: '下载 PDF' }).click()])
    assert.equal((await readFile(await paper.path())).subarray(0, 5).toString(), '%PDF-')
    await looked(page, 'certificate')
  })

  const check = async (p, name) => {
    await p.locator('#number').fill(number)
    await p.locator('#name').fill(name)
    await p.getByRole('button', { name: '查验', exact: true }).click()
  }
  await step('anyone can check it, and a wrong name finds nothing', async () => {
    const p = await as(null, `/verify?number=${number}`, { width: 390, height: 844 })
    assert.equal(await p.locator('#number').inputValue(), number)
    await p.locator('#name').fill('全线甲')
    await p.keyboard.press('Enter')
    await p.getByText('证书有效').waitFor()
    assert.equal(await p.getByText('全线甲').count(), 0, 'the name is masked')
    await looked(p, 'verify-valid')
    await check(p, '全线乙')
    await p.getByRole('heading', { name: '没有查到' }).waitFor()
    await looked(p, 'verify-none')
    await p.context().close()
    const scanned = await as(null, `/verify#${statement}`, { width: 390, height: 844 })
    await scanned.getByText('证书有效').waitFor()
    await scanned.context().close()
    const [head, body, sign] = statement.split('.')
    const forged = await as(null, `/verify#${head}.${body.slice(0, 40)}${body[40] === 'A' ? 'B' : 'A'}${body.slice(41)}.${sign}`, { width: 390, height: 844 })
    await forged.getByRole('heading', { name: '签名不符' }).waitFor()
    await looked(forged, 'verify-forged')
    await forged.context().close()
  })

  await step('two people revoke it, and the check says so', async () => {
    const propose = async (kind) => {
      await page.getByRole('button', { name: `${kind}…`, exact: true }).click()
      const dialog = page.getByRole('dialog')
      await dialog.getByRole('button', { name: '提请' }).click()
      await dialog.getByText('请写 2–500 个字。').first().waitFor() // a reason is asked for
      await dialog.getByLabel('理由').fill('示例：登记信息有误')
      await dialog.getByLabel('依据').fill('示例：来函，档案 3 卷')
      await dialog.getByRole('button', { name: '提请' }).click()
      await page.getByText('由您提请，请另一名考务管理员登录后决定。').waitFor()
      assert.equal(await page.getByRole('button', { name: `批准${kind}…` }).count(), 0, 'who proposed does not decide')
      const other = await as(of('administrator')[1], new URL(page.url()).pathname)
      await other.getByRole('button', { name: `批准${kind}…` }).click()
      await other.getByRole('dialog').getByRole('button', { name: `批准${kind}` }).click()
      await other.getByText(kind === '作废' ? '证书已作废' : '已补发，可以下载新的 PDF。').first().waitFor()
      await looked(other, `motion-${kind === '作废' ? 'revoke' : 'reissue'}`)
      await other.context().close()
      await page.reload()
    }
    await propose('补发')
    await page.getByText(/已补发.1.次/).waitFor()
    const again = await as(null, '/verify', { width: 390, height: 844 })
    await check(again, '全线甲')
    await again.getByText(/这张证书补发过.1.次/).waitFor()
    await looked(again, 'verify-reissued')
    await again.context().close()
    await propose('作废')
    await page.getByText('证书已作废').first().waitFor()
    await looked(page, 'revoked')
    const p = await as(null, '/verify', { width: 390, height: 844 })
    await check(p, '全线甲')
    await p.getByRole('heading', { name: '证书已作废' }).waitFor()
    assert.equal(await p.getByText(/^\s*(＊|1年1月1日)\s*$/).count(), 0, 'no line says nothing')
    await looked(p, 'verify-void')
    await p.context().close()
  })
  await page.context().close()
})
