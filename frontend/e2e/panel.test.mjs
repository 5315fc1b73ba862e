// Who examines, in a browser against the real program that GONGYUAN_DEMO names:
// the register of examiners, a panel that breaks a rule and its second person,
// a second station, and a signed score that is opened again.
import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { after, before, test } from 'node:test'
import { base, call, identity, of, signIn, skip } from './program.mjs'
import { clean, launch, signedIn } from './staff-harness.mjs'

const shots = process.env.GONGYUAN_SHOTS
const WIDE = { width: 1366, height: 768 }
const TABLET = { width: 1024, height: 768 }
let browser

const as = (account, path, viewport = WIDE) => signedIn(browser, base, account, path, viewport)

/** Nothing wider than the page at both sizes, and clean. */
async function looked(page, where) {
  for (const size of [TABLET, WIDE]) {
    await page.setViewportSize(size)
    if (shots) await page.screenshot({ path: `${shots}/panel-${where}-${size.width}.png`, fullPage: !(await page.locator('dialog[open]').count()) })
    const over = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth)
    assert.ok(over <= 0, `${where} at ${size.width} is ${over} px too wide`)
  }
  await clean(page, where)
}

const focused = (page) => page.evaluate(() => document.activeElement.textContent.trim())

before(async () => {
  if (skip) return
  browser = await launch()
})
after(async () => { await browser?.close() })

test('from the register of examiners to a score that is opened again', { skip, timeout: 280_000 }, async (t) => {
  const [first, second] = of('administrator')
  const examiners = of('examiner').slice(0, 3)
  const admin = await signIn(first)
  const tokens = await Promise.all(examiners.map(signIn))
  const firm = `示例公司${randomUUID().slice(0, 6)}`
  let s, page, other, sheet, draw, before
  let broken = false
  const step = (name, work) => t.test(name, { skip: broken }, async () => { broken = true; await work(); broken = false })

  await step('candidates are registered with their employer', async () => {
    const blueprint = (await call('GET', '/api/v1/blueprints', admin)).find((b) => b.bank.endsWith('-3'))
    const now = Date.now()
    s = await call('POST', '/api/v1/sittings', admin, {
      title: `示例考评 ${randomUUID().slice(0, 8)}`, level: 3, blueprint: blueprint.id, opens: new Date(now - 60_000).toISOString(), closes: new Date(now + 3 * 3_600_000).toISOString(),
      durationMinutes: blueprint.durationMinutes, oneSealer: true, release: 'after-release', explain: true,
    })
    page = await as(first, `/staff/sittings/${s.id}/register`)
    await page.getByLabel('把表格粘贴在这里').fill(`姓名\t身份证件号\t考场\t座位\t工作单位\n考评甲\t${identity()}\t09\t01\t${firm}\n考评乙\t${identity()}\t09\t02\t`)
    await page.getByRole('cell', { name: firm }).waitFor()
    await looked(page, 'register')
    await page.getByRole('button', { name: /登记.*2/ }).click()
    await page.getByText(/已登记/).first().waitFor()
    for (const act of ['seal', 'open']) {
      s = await call('GET', `/api/v1/sittings/${s.id}`, admin)
      s = await call('POST', `/api/v1/sittings/${s.id}/acts`, admin, { act, version: s.version })
    }
  })

  await step('the register takes an employer, an assessment and a relation', async () => {
    before = (await call('GET', '/api/v1/examiners', admin)).find((e) => e.account.login === examiners[2].login)
    await page.goto(`${base}/staff/examiners`)
    await page.getByText(/就绪.3/).waitFor()
    await looked(page, 'examiners')
    await page.getByRole('button', { name: `查看 ${examiners[2].name}` }).click()
    assert.equal(await focused(page), `登记：${examiners[2].name}`)
    const entry = page.getByRole('complementary')
    await entry.getByLabel('有效期至').fill('2028-13-01')
    await entry.getByRole('button', { name: '保存登记' }).click()
    await entry.getByText('请填写日期').waitFor()
    await entry.getByLabel('有效期至').fill('2029-06-30')
    await entry.getByLabel('工作单位').fill(firm)
    await entry.getByRole('button', { name: '保存登记' }).click()
    await entry.getByText(`已保存${examiners[2].name}的登记`).waitFor()
    await page.getByRole('cell', { name: firm }).waitFor()
    await entry.getByRole('button', { name: '记入考核' }).click()
    await entry.getByText('请选择一种。').waitFor() // no result is chosen beforehand
    await entry.getByLabel('结果').selectOption('passed')
    await entry.getByRole('button', { name: '记入考核' }).click()
    await entry.getByText(/已记入/).waitFor()
    const number = identity()
    await entry.getByLabel('考生的身份证件号').fill(number)
    await entry.getByLabel('关系', { exact: true }).selectOption('teacher')
    await entry.getByRole('button', { name: '申报关系' }).click()
    await entry.getByText(/已申报/).waitFor()
    assert.equal((await page.content()).includes(number), false, 'the number is not shown again')
    await entry.getByLabel('考生的身份证件号').fill(identity())
    await entry.getByLabel('关系', { exact: true }).selectOption('relative')
    await entry.getByRole('button', { name: '申报关系' }).click()
    await entry.getByText('亲属').first().waitFor()
    await entry.getByRole('button', { name: /^撤回/ }).last().click()
    const asked = page.getByRole('dialog')
    await asked.getByRole('button', { name: '撤回' }).click()
    await asked.getByText('请填写 2 到 500 个字。').waitFor() // not without a reason
    await asked.getByLabel('理由').fill('号码填错，不是同一人')
    await asked.getByRole('button', { name: '撤回' }).click()
    await entry.getByText('已撤回与').waitFor()
    await entry.getByText(/撤回：号码填错，不是同一人/).waitFor()
    await looked(page, 'examiner')
  })

  await step('a panel that breaks a rule says so, and needs a reason', async () => {
    await page.goto(`${base}/staff/sittings/${s.id}/panels`)
    const card = page.locator('.panel-card').first()
    const box = (a) => card.getByRole('checkbox', { name: new RegExp(`\\b${a.login}$`) })
    await card.getByLabel('权重').fill('60')
    for (const a of examiners.slice(0, 2)) await box(a).check()
    await card.getByText('是双数').waitFor()
    await card.getByText('不能例外').first().waitFor()
    await box(examiners[2]).check()
    await card.getByText(`${examiners[2].name}与 1 名考生同一单位（${firm}）：考评甲。`).waitFor()
    await card.getByText('应当回避，请换人。').waitFor()
    await looked(page, 'breach')
    await card.getByLabel('考评组长').selectOption({ label: examiners[0].name })
    await card.getByRole('button', { name: '提交第二人确认…' }).click()
    await card.getByText('或写明例外理由').waitFor()
    await card.getByLabel('例外理由').fill('本地区没有别的考评员')
    await card.getByRole('button', { name: '提交第二人确认…' }).click()
    const dialog = page.getByRole('dialog')
    await dialog.waitFor()
    assert.equal(await focused(page), '返回')
    await dialog.getByRole('button', { name: '提交' }).click()
    await page.getByText('待另一位管理员确认。确认前不能评分。').waitFor()
    await page.getByText('还差 40%').waitFor()
    await page.getByText('您是提出的人').waitFor()
    assert.equal(await page.getByRole('button', { name: '确认组成…' }).count(), 0, 'the proposer cannot approve')
    await looked(page, 'proposed')
  })

  await step('another administrator approves', async () => {
    other = await as(second, `/staff/sittings/${s.id}/panels`)
    await other.getByRole('button', { name: '确认组成…' }).click()
    await other.getByRole('dialog').getByText('本地区没有别的考评员').waitFor()
    await looked(other, 'approve')
    await other.getByRole('dialog').getByRole('button', { name: '确认组成' }).click()
    await other.getByText('已确认技能考核的考评小组').waitFor()
    await other.getByText(`第二人：${second.name}`).waitFor()
    await looked(other, 'approved')
  })

  await step('a second station makes the weights whole', async () => {
    await page.reload()
    await page.getByRole('button', { name: /增加一站/ }).click()
    const card = page.locator('.panel-card').nth(1)
    assert.equal(await card.getByLabel('权重').inputValue(), '40')
    await card.getByLabel('站名').fill('消火栓')
    for (const a of examiners) await card.getByRole('checkbox', { name: new RegExp(`\\b${a.login}$`) }).check()
    await card.getByLabel('考评组长').selectOption({ label: examiners[0].name })
    await card.getByLabel('例外理由').fill('同第一站')
    await card.getByRole('button', { name: '提交第二人确认…' }).click()
    await page.getByRole('dialog').getByRole('button', { name: '提交' }).click()
    await page.getByText('权重合计 100%').waitFor()
    await page.getByText('第 2 站 消火栓').waitFor()
    await other.reload()
    await other.getByRole('button', { name: '退回…' }).click()
    await other.getByRole('dialog').getByRole('button', { name: '退回' }).click()
    await other.getByText('请填写 2 到 500 个字。').waitFor()
    await other.getByLabel('理由').fill('换一名考评员')
    await other.getByRole('dialog').getByRole('button', { name: '退回' }).click()
    await other.getByText('已退回技能考核 第 2 站的考评小组').waitFor()
    await looked(other, 'returned')
  })

  await step('a signed score is opened again by two people', async () => {
    const path = `/api/v1/sittings/${s.id}/assess/skill`
    const list = await call('GET', path, tokens[0])
    sheet = list.sheet
    draw = list.tasks[0].draw
    const whole = (off) => ({
      rows: sheet.sections.flatMap((x) => x.rows).map((r, i) => ({ row: r.id, touched: true, deductions: [], other: i === 0 ? off : 0, note: i === 0 && off > 0 ? '示例扣分' : '' })),
      vetoes: sheet.vetoes.map((v) => ({ veto: v.id, state: 'no', fact: '' })),
    })
    for (const [i, token] of tokens.entries()) {
      const got = await call('PUT', `${path}/${draw}`, token, { version: 0, ...whole(100 * i) })
      await call('POST', `${path}/${draw}/lock`, token, { version: got.version })
    }
    await page.reload()
    await page.getByRole('button', { name: '申请解锁…' }).click()
    const ask = page.getByRole('dialog')
    await ask.getByRole('button', { name: '申请', exact: true }).click()
    await ask.getByText('请填写抽签号').waitFor()
    await ask.getByLabel('抽签号').fill(draw)
    await ask.getByLabel('哪位考评员的评分').selectOption({ label: examiners[1].name })
    await ask.getByLabel('理由').fill('漏看一项')
    await looked(page, 'unlock-ask')
    await ask.getByRole('button', { name: '申请', exact: true }).click()
    await page.getByText(`已申请解锁抽签号 ${draw} 的评分`).waitFor()
    assert.equal(await page.getByRole('button', { name: /^决定/ }).count(), 0, 'who asked does not decide')
    await looked(page, 'unlock-asked')

    const chair = await as(examiners[0], `/staff/assess/${s.id}/skill`, TABLET)
    await chair.getByRole('button', { name: /^决定抽签号/ }).click()
    const decide = chair.getByRole('dialog')
    await decide.getByRole('button', { name: '决定' }).click()
    await decide.getByText('请选择一种。').waitFor()
    await decide.getByLabel(/^同意/).check()
    await looked(chair, 'unlock-decide')
    await decide.getByRole('button', { name: '决定' }).click()
    await chair.getByText(`已解锁抽签号 ${draw} 的评分`).waitFor()
    await looked(chair, 'unlocked')
    await chair.context().close()

    const mine = await call('GET', `${path}/${draw}`, tokens[1])
    assert.deepEqual([mine.state, mine.version], ['open', 3])
    await page.reload()
    await page.getByRole('button', { name: /^看原版/ }).click()
    await page.getByRole('dialog').getByText(/第.2.版/).waitFor()
    await page.getByRole('dialog').getByText('示例扣分').waitFor()
    await looked(page, 'versions')
    await page.keyboard.press('Escape')
    const row = (await call('GET', `/api/v1/sittings/${s.id}/outcomes`, admin)).find((r) => r.components.some((p) => p.stations?.some((x) => x.name === 'skill' && x.draw === draw)))
    await page.goto(`${base}/staff/sittings/${s.id}/outcomes/${row.registration}/skill`)
    await page.getByRole('region', { name: '现行的评分' }).getByText(/^全组签名后才显示/).waitFor()
    await page.getByRole('region', { name: '解锁前签名的评分' }).getByRole('cell', { name: /示例扣分/ }).waitFor()
    await looked(page, 'signed')
    await page.goto(`${base}/staff/sittings/${s.id}/panels`)
  })

  await step('an examiner sees their own entry', async () => {
    const own = await as(examiners[2], '/staff/qualification', TABLET)
    await own.getByText(firm).waitFor()
    await own.getByText('师徒').first().waitFor()
    await looked(own, 'own')
    await own.context().close()
  })

  if (before) {
    const now = (await call('GET', '/api/v1/examiners', admin)).find((e) => e.account.login === examiners[2].login)
    await call('PUT', `/api/v1/examiners/${now.account.id}`, admin, { version: now.version, grade: before.grade, cardNumber: before.cardNumber, cardUntil: before.cardUntil, employer: before.employer })
  }
  await page?.context().close()
  await other?.context().close()
})
