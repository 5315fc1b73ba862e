// Regrades and appeals in a browser, against the real program that
// GONGYUAN_DEMO (and GONGYUAN_URL) name: a question that was wrong turns one
// fail into a pass, and taking it off the paper leaves a certificate to be
// looked at; an appeal goes from the candidate to the letter.
import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { after, before, test } from 'node:test'
import { base, call, identity, of, signIn, signInAs, skip } from './program.mjs'
import { certify } from './hall.mjs'
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
  const people = names.map((name, i) => ({ name, idNumber: identity(), room: '08', seat: String(i + 1).padStart(2, '0') }))
  const rows = await call('POST', `/api/v1/sittings/${s.id}/registrations`, admin, { candidates: people })
  for (const act of ['seal', 'open']) {
    s = await call('GET', `/api/v1/sittings/${s.id}`, admin)
    s = await call('POST', `/api/v1/sittings/${s.id}/acts`, admin, { act, version: s.version })
  }
  return { id: s.id, people: people.map((p) => ({ ...p, ...rows.find((r) => r.seat === p.seat) })) }
}

async function enter(p) {
  const token = await signInAs(p)
  const attempt = (await call('GET', '/api/v1/candidate/exam', token)).attempt.id
  const entered = await call('POST', `/api/v1/attempts/${attempt}/enter`, token, { deviceId: randomUUID(), deviceLabel: 'e2e', rulesAccepted: true })
  return { token, attempt, epoch: entered.epoch, slots: entered.paper.slots }
}

async function handIn({ token, attempt, epoch, slots }, answer) {
  const ops = slots.flatMap((slot) => { const response = answer(slot); return response ? [{ slot: slot.number, response, flagged: false, clientMs: Date.now() }] : [] }).map((op, i) => ({ seq: i + 1, ...op }))
  for (let i = 0; i < ops.length; i += 64) await call('POST', `/api/v1/attempts/${attempt}/ops`, token, { epoch, ops: ops.slice(i, i + 64) })
  await call('POST', `/api/v1/attempts/${attempt}/submit`, token, { epoch, lastSeq: ops.length })
}

const close = async (admin, id) => call('POST', `/api/v1/sittings/${id}/acts`, admin, { act: 'close', version: (await call('GET', `/api/v1/sittings/${id}`, admin)).version })
const nameOf = (slot) => `${slot.situation ?? ''}|${slot.stem}`

/** What the right answers are: read off a practice sitting that six handed in empty. */
async function learn(admin) {
  const known = new Map()
  const practice = await sittingFor(admin, `示例练习 ${randomUUID().slice(0, 8)}`, Array.from({ length: 6 }, (_, i) => `练习${'甲乙丙丁戊己'[i]}`), 'at-once')
  const attempts = []
  for (const person of practice.people) {
    const e = await enter(person)
    await handIn(e, () => null)
    attempts.push(e.attempt)
  }
  await close(admin, practice.id)
  for (const attempt of attempts) {
    for (const { slot, right } of (await call('GET', `/api/v1/sittings/${practice.id}/results/${attempt}`, admin)).slots) {
      if (right) known.set(nameOf(slot), slot.options.length > 0 ? right.map((letter) => slot.options.find((o) => o.letter === letter)?.text) : right)
    }
  }
  return known
}

const rightFor = (known, slot) => {
  const right = known.get(nameOf(slot))
  if (!right) return null
  return slot.options.length > 0 ? { choice: slot.options.filter((o) => right.includes(o.text)).map((o) => o.letter) } : { text: right }
}

/** Answers that come to the marks, with one question answered right or wrong. */
function answersFor(known, e, target, about, rightly) {
  let left = target
  const out = new Map()
  for (const slot of e.slots) {
    const right = rightFor(known, slot)
    if (nameOf(slot) === about) {
      const wrong = slot.options.find((o) => !right.choice.includes(o.letter)).letter
      out.set(slot.number, rightly ? right : { choice: [wrong] })
      if (rightly) left -= slot.points
    }
  }
  // Which of the others add up to the rest: sums that can be reached, each with the last slot on its way.
  const reached = new Map([[0, null]])
  for (const slot of e.slots) {
    if (nameOf(slot) === about || !rightFor(known, slot)) continue
    for (const [sum, way] of [...reached]) if (sum + slot.points <= left && !reached.has(sum + slot.points)) reached.set(sum + slot.points, { slot, way })
  }
  assert.ok(reached.has(left), `${left} of ${e.slots.length} slots can be reached`)
  for (let at = reached.get(left); at; at = at.way) out.set(at.slot.number, rightFor(known, at.slot))
  return (slot) => out.get(slot.number) ?? null
}

/** Skill of everybody by three examiners, without a deduction. */
async function scoreAll(admin, id) {
  const sheet = (await call('GET', '/api/v1/sheets?level=3', admin)).find((x) => x.kind === 'skill')
  const accounts = await call('GET', '/api/v1/accounts?role=examiner', admin)
  const panel = of('examiner').slice(0, 3)
  await call('POST', `/api/v1/sittings/${id}/panels`, admin, { kind: 'skill', sheet: sheet.id, rule: 'mean', examiners: panel.map((p) => accounts.find((a) => a.login === p.login).id) })
  for (const who of panel) {
    const token = await signIn(who)
    const list = await call('GET', `/api/v1/sittings/${id}/assess/skill`, token)
    for (const task of list.tasks) {
      const path = `/api/v1/sittings/${id}/assess/skill/${task.draw}`
      const put = await call('PUT', path, token, {
        version: 0, rows: list.sheet.sections.flatMap((x) => x.rows).map((r) => ({ row: r.id, touched: true, deductions: [], other: 0, note: '' })), vetoes: list.sheet.vetoes.map((v) => ({ veto: v.id, state: 'no', fact: '' })),
      })
      await call('POST', `${path}/lock`, token, { version: put.version })
    }
  }
}

async function release(admin, second, id) {
  const path = `/api/v1/sittings/${id}/release`
  const { digest } = await call('GET', path, admin)
  await call('POST', path, admin, { act: 'propose', digest })
  await call('POST', path, second, { act: 'approve', digest })
}

async function looked(page, where) {
  if (shots) await page.screenshot({ path: `${shots}/review-${where}.png` })
  await clean(page, where)
}

before(async () => { if (!skip) browser = await launch() })
after(async () => { await browser?.close() })

test('a question that was wrong, and an appeal', { skip, timeout: 290_000 }, async (t) => {
  const [first, second] = of('administrator')
  const admin = await signIn(first), other = await signIn(second)
  let s, x, gains, loses, number, page, two, regrade
  let broken = false
  const step = (name, work) => t.test(name, { skip: broken }, async () => {
    broken = true
    try {
      await work()
    } catch (e) {
      if (shots) for (const [i, p] of [page, two].entries()) await p?.screenshot({ path: `${shots}/review-failed-${i}.png` })
      throw e
    }
    broken = false
  })

  await step('one fails by the question, one passes by it and is certified', async () => {
    const known = await learn(admin)
    s = await sittingFor(admin, `示例重评 ${randomUUID().slice(0, 8)}`, Array.from({ length: 6 }, (_, i) => `重评${'甲乙丙丁戊己'[i]}`), 'after-release')
    const entered = []
    for (const p of s.people) entered.push({ p, ...await enter(p) })
    // Two whose papers share a single choice that is known, and enough else is.
    let pair = null
    for (const a of entered) for (const b of entered) {
      if (a === b || pair) continue
      const worth = (e) => e.slots.reduce((n, slot) => n + (rightFor(known, slot) ? slot.points : 0), 0)
      const shared = worth(a) >= 6200 && worth(b) >= 6200 && a.slots.find((slot) => slot.type === 'B' && !slot.situation && rightFor(known, slot) && b.slots.some((y) => nameOf(y) === nameOf(slot)))
      if (shared) pair = { a, b, shared }
    }
    assert.ok(pair, 'two papers share a question')
    x = { name: nameOf(pair.shared), points: pair.shared.points };
    [gains, loses] = [pair.a, pair.b]
    await handIn(gains, answersFor(known, gains, 6000 - x.points, x.name, false))
    await handIn(loses, answersFor(known, loses, 6000, x.name, true))
    await close(admin, s.id)
    await scoreAll(admin, s.id)
    await release(admin, other, s.id)
    number = (await certify(admin, other, s.id, [loses.p.id]))[0]
    assert.ok(number, 'a number')
  })

  await step('the preview is reached from the question, and prefers no remedy', async () => {
    page = await signedIn(browser, base, first, `/staff/sittings/${s.id}/results/${gains.attempt}`)
    const article = page.locator('article.slot', { hasText: x.name.split('|')[1] }).first()
    await article.getByRole('link', { name: '这题有问题…' }).click()
    await page.getByRole('heading', { name: /^重评预览/ }).waitFor()
    assert.equal(await page.locator('input[type=radio]:checked').count(), 0, 'no remedy is chosen beforehand')
    await page.getByText('没有更新的已发布修订').first().waitFor()
    await looked(page, 'preview')
    await page.getByRole('button', { name: '提交重评申请…' }).click({ force: true })
    assert.equal(await page.getByRole('dialog').count(), 0, 'nothing is submitted without a remedy')
  })

  await step('without the question, the certificate would be in doubt: losers first', async () => {
    await page.getByRole('radio', { name: /本题作废/ }).focus()
    await page.keyboard.press('Space')
    await page.getByRole('heading', { name: /结论会改变的 1\s人（本题作废/ }).waitFor()
    await page.locator('.re-list tbody tr.down', { hasText: loses.p.name }).waitFor()
    await page.getByText(/已发证书 1\s张不再成立/).waitFor()
    await page.getByText(number).waitFor()
    await looked(page, 'without')
  })

  await step('full marks turn one fail into a pass', async () => {
    await page.getByRole('radio', { name: /全体得满分/ }).check()
    await page.getByRole('heading', { name: /结论会改变的 1\s人（全体得满分/ }).waitFor()
    await page.getByText('没有人会由合格变为不合格。').waitFor()
    await page.getByText('不影响已发的证书').waitFor()
    await page.getByRole('heading', { name: new RegExp(`${gains.p.name}.*会怎样`) }).waitFor()
    await looked(page, 'full-marks')
    await page.setViewportSize({ width: 390, height: 844 })
    await looked(page, 'full-marks-390')
    assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= 390), 'no sideways scrolling of the page')
    await page.setViewportSize({ width: 1366, height: 768 })
    await page.getByRole('button', { name: '提交重评申请…' }).click()
    const dialog = page.getByRole('dialog')
    await dialog.getByRole('button', { name: '提交申请' }).click()
    await dialog.getByText('请写 2–500 个字。').waitFor()
    await dialog.getByLabel('理由').fill('示例：题干有歧义')
    await looked(page, 'propose')
    await dialog.getByRole('button', { name: '提交申请' }).click()
    await page.getByText('请另一名考务管理员登录后决定').waitFor()
    assert.equal(await page.getByRole('button', { name: '批准并重新评卷…' }).count(), 0, 'the first person cannot approve')
    regrade = new URL(page.url()).pathname
    await looked(page, 'proposed')
  })

  await step('the second person approves, and the result is a new version', async () => {
    two = await signedIn(browser, base, second, regrade)
    await two.getByRole('button', { name: '批准并重新评卷…' }).click()
    await looked(two, 'approve')
    await two.getByRole('dialog').getByRole('button', { name: '批准重评' }).click()
    await two.getByText(/^已生效：/).waitFor()
    await two.getByText('没有待核查的证书。').waitFor()
    await looked(two, 'applied')
    const detail = await call('GET', `/api/v1/sittings/${s.id}/outcomes/${gains.p.id}`, admin)
    assert.deepEqual([detail.row.verdict, detail.row.version, detail.versions.at(-1).cause], ['qualified', 2, 'regrade'])
    await page.goto(`${base}/staff/sittings/${s.id}/results/${gains.attempt}`)
    await page.getByText('已重评：全体得满分').first().waitFor()
    await looked(page, 'slot')
  })

  await step('a later regrade has the last word, and names the certificate', async () => {
    await page.locator('article.slot', { hasText: x.name.split('|')[1] }).first().getByRole('link', { name: '这题有问题…' }).click()
    await page.getByText(/这道题已有 1 次重评生效/).waitFor()
    await page.getByRole('radio', { name: /本题作废/ }).check()
    await page.getByRole('button', { name: '提交重评申请…' }).click()
    await page.getByRole('dialog').getByLabel('理由').fill('示例：专家组决定作废')
    await page.getByRole('dialog').getByRole('button', { name: '提交申请' }).click()
    await page.getByText('请另一名考务管理员登录后决定').waitFor()
    await two.goto(page.url())
    await two.getByRole('button', { name: '批准并重新评卷…' }).click()
    await two.getByRole('dialog').getByRole('button', { name: '批准重评' }).click()
    await two.getByText(/^已生效：/).waitFor()
    await two.getByRole('link', { name: number }).waitFor()
    await looked(two, 'doubts')
    await two.goto(`${base}/staff/sittings/${s.id}/outcomes/${loses.p.id}`)
    await two.getByText(/证书要核查/).waitFor()
    await looked(two, 'outcome')
    await two.goto(`${base}/staff/regrades`)
    await two.getByRole('row').nth(1).waitFor()
    await looked(two, 'list')
    await two.goto(`${base}/staff/regrades/new`)
    await two.getByLabel('题号或题干').fill('B-')
    await two.getByRole('button', { name: '查找' }).click()
    await two.getByText(/^符合/).waitFor()
    await looked(two, 'find')
  })

  await step('an appeal is filed, accepted and given to a reviewer', async () => {
    const code = (await call('GET', `/api/v1/sittings/${s.id}/codes`, admin)).find((c) => c.registration === gains.p.id || c.admission === gains.p.admission).code
    const context = await browser.newContext({ viewport: { width: 390, height: 844 }, locale: 'zh-CN', timezoneId: 'Asia/Shanghai', reducedMotion: 'reduce' })
    const mine = await context.newPage()
    mine.setDefaultTimeout(30_000)
    mine.faults = []
    mine.on('pageerror', (e) => mine.faults.push(e.message))
    await mine.goto(`${base}/result`)
    await mine.getByLabel('准考证号').fill(gains.p.admission)
    await mine.getByLabel(/^查询码/).fill(code)
    await mine.keyboard.press('Enter')
    await mine.getByRole('button', { name: /^申请复核/ }).click()
    await mine.getByLabel('身份证件号').fill('11010519491231002X')
    await mine.keyboard.press('Enter')
    await mine.getByRole('alert').waitFor() // somebody else who has the code
    await looked(mine, 'lookup-refused')
    await mine.getByLabel('身份证件号').fill(gains.p.idNumber)
    await mine.keyboard.press('Enter')
    await mine.getByLabel('申请内容').waitFor()
    await mine.getByRole('button', { name: '提交申请' }).click()
    await mine.getByText('请写 2–1000 个字。').waitFor()
    await mine.getByText('请选项目。').waitFor()
    await looked(mine, 'lookup-form')
    const file = async (text) => {
      await mine.getByLabel('项目', { exact: true }).selectOption({ label: '理论知识考试' })
      await mine.getByLabel('申请内容').fill(text)
      await mine.getByRole('button', { name: '提交申请' }).click()
      await mine.getByText(/^已收到，编号 /).waitFor()
    }
    await file('请重新加一遍分。')
    await mine.getByRole('button', { name: '撤回申请' }).click()
    assert.equal(await mine.evaluate(() => document.activeElement.textContent.trim()), '返回', 'the safe button has the focus')
    await mine.getByRole('button', { name: '撤回', exact: true }).click()
    await mine.getByText(/已撤回/).waitFor()
    await file('请重新加一遍分，我算的是 60 分。')
    await looked(mine, 'lookup-filed')
    assert.ok(await mine.evaluate(() => document.documentElement.scrollWidth <= 390), 'no sideways scrolling')
    await mine.getByRole('button', { name: '退出' }).click()
    await mine.getByText('已退出，填写的内容没有留在这台设备上。').waitFor()
    assert.equal((await context.cookies()).length, 0, 'no session stays behind')
    await context.close()
    await page.goto(`${base}/staff/appeals`)
    await page.getByText('还剩 10 个工作日').first().waitFor()
    await looked(page, 'appeals')
    await page.getByRole('row', { name: new RegExp(gains.p.name) }).getByRole('link').first().click()
    await page.getByText(/^一致：存档/).waitFor()
    await looked(page, 'appeal')
    await page.getByRole('button', { name: '受理', exact: true }).click()
    await page.getByRole('dialog').getByRole('button', { name: '受理', exact: true }).click()
    await page.getByRole('button', { name: '指派', exact: true }).click()
    await page.getByText('请选复核人。').waitFor()
    await page.getByLabel('复核人', { exact: true }).selectOption({ label: '考评员丙' })
    await looked(page, 'assign')
    await page.getByRole('button', { name: '指派', exact: true }).click()
    await page.getByRole('heading', { name: /^复核 / }).waitFor()
    await page.getByText('复核中').first().waitFor()
  })

  await step('the reviewer reports without knowing whose it is', async () => {
    const reviewer = await signedIn(browser, base, of('examiner')[0], '/staff/appeals')
    await reviewer.getByRole('row').nth(1).getByRole('link').first().click()
    await reviewer.getByRole('button', { name: '提交报告…' }).click()
    await reviewer.getByText('请选结论。').waitFor()
    assert.equal(await reviewer.getByText(gains.p.name).count(), 0, 'the name is not shown')
    await looked(reviewer, 'report')
    await reviewer.getByLabel('成绩无误，维持').check()
    await reviewer.getByLabel('复核情况').fill('示例：按存档试卷和作答逐题重加，与存档一致。')
    await reviewer.getByRole('button', { name: '提交报告…' }).click()
    await reviewer.getByRole('dialog').getByRole('button', { name: '提交报告' }).click()
    await reviewer.getByText('待第二人决定').first().waitFor()
    await reviewer.context().close()
  })

  await step('another administrator decides, and the letter is printed', async () => {
    await page.reload()
    await page.getByText('由没有经手过这件申请的考务管理员决定。').waitFor()
    await two.goto(page.url())
    await two.getByRole('button', { name: '决定…' }).click()
    await two.getByRole('dialog').getByLabel('给考生的答复').fill('示例：复核无误，维持原成绩。')
    await looked(two, 'decide')
    await two.getByRole('dialog').getByRole('button', { name: '维持原成绩' }).click()
    await two.getByText('维持原成绩').first().waitFor()
    await two.getByRole('link', { name: '答复书' }).click()
    await two.getByText(/维持原成绩 .* 分/).waitFor()
    await looked(two, 'letter')
    await two.emulateMedia({ media: 'print' })
    if (shots) await two.screenshot({ path: `${shots}/review-letter-print.png` })
    await two.emulateMedia({ media: 'screen' })
    const own = await call('GET', '/api/v1/candidate/appeals', await signInAs(gains.p))
    assert.equal(own.appeals.at(-1).answer, '示例：复核无误，维持原成绩。')
    await two.goto(`${base}/staff/sittings/${s.id}/outcomes/${loses.p.id}/appeal`)
    await two.getByRole('button', { name: '提交申请' }).click()
    await two.getByText('请选项目。').waitFor()
    await looked(two, 'file')
  })
  await page?.context().close()
  await two?.context().close()
})
