// A candidate of level 2 against the real program that GONGYUAN_DEMO names:
// theory and skill are passed, the review is not; at a second sitting the
// review alone is taken and passed. What the administrator and the candidate
// see of it, and the choice to take everything anew.
import assert from 'node:assert/strict'
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { act, learn, open, plan, release, score, take } from './hall.mjs'
import { base, call, identity, of, signIn, skip } from './program.mjs'
import { clean, launch, signedIn } from './staff-harness.mjs'

const shots = process.env.GONGYUAN_SHOTS
const TABLET = { width: 1024, height: 768 }
let browser

async function looked(page, name) {
  if (shots) {
    await mkdir(shots, { recursive: true })
    await page.screenshot({ path: join(shots, `retake-${name}.png`), fullPage: true })
  }
  await clean(page, name)
}

before(async () => { if (!skip) browser = await launch() })
after(async () => { await browser?.close() })

test('level 2: the review is failed, taken again alone, and passed', { skip, timeout: 180_000 }, async (t) => {
  const [first, second] = of('administrator')
  const accounts = of('examiner').slice(0, 3)
  const [admin, other] = await Promise.all([signIn(first), signIn(second)])
  const tokens = await Promise.all(accounts.map(signIn))
  const person = { name: '补考甲', idNumber: identity() }
  const mate = { name: '补考乙', idNumber: identity() }
  let examiners, one, two, seat, page
  let broken = false
  const step = (name, work) => t.test(name, { skip: broken }, async () => { broken = true; await work(); broken = false })

  async function assessed(sitting, kind, off) {
    const sheet = (await call('GET', '/api/v1/sheets?level=2', admin)).filter((x) => x.kind === kind).at(-1)
    await call('POST', `/api/v1/sittings/${sitting}/panels`, admin, { kind, sheet: sheet.id, examiners, rule: 'mean' })
    const { tasks } = await call('GET', `/api/v1/sittings/${sitting}/assess/${kind}`, tokens[0])
    await Promise.all(tokens.map(async (token) => { for (const { draw } of tasks) await score(token, sitting, kind, draw, off) }))
  }
  /** The candidate's own page, looked up with the code of that sitting. */
  async function lookUp(sitting, candidate) {
    const { code } = (await call('GET', `/api/v1/sittings/${sitting}/codes`, admin)).find((c) => c.registration === candidate.id)
    const context = await browser.newContext({ viewport: { width: 390, height: 844 }, locale: 'zh-CN', timezoneId: 'Asia/Shanghai', reducedMotion: 'reduce' })
    const phone = await context.newPage()
    phone.faults = []
    phone.on('pageerror', (e) => phone.faults.push(e.message))
    await phone.goto(`${base}/result`)
    await phone.getByLabel('准考证号').fill(candidate.admission)
    await phone.getByLabel('查询码（8 位）').fill(code)
    await phone.keyboard.press('Enter')
    await phone.locator('[data-answer]').waitFor()
    return phone
  }

  await step('the first sitting: theory and skill passed, the review failed', async () => {
    const answer = await learn(admin, 2)
    examiners = (await call('GET', '/api/v1/accounts?role=examiner', admin)).filter((x) => accounts.some((a) => a.login === x.login)).map((x) => x.id)
    one = await plan(admin, '示例二级', 2)
    const [candidate, also] = await open(admin, one.id, [person, mate])
    await Promise.all([candidate, also].map((p) => take(p, answer)))
    await assessed(one.id, 'skill', 1000)
    await assessed(one.id, 'review', 4500)
    await act(admin, one.id, 'close')
    await release(admin, other, one.id)
    page = await signedIn(browser, base, first, `/staff/sittings/${one.id}/outcomes/${candidate.id}`, TABLET)
    await page.getByText('总评不合格').first().waitFor()
    await page.getByText('3 项中 2 项合格').waitFor()
    await looked(page, 'first')
    const auditor = await signedIn(browser, base, of('auditor')[0], `/staff/sittings/${one.id}/outcomes/${candidate.id}`)
    await auditor.getByRole('link', { name: '逐行看签名的评分' }).last().click()
    const signed = auditor.getByRole('region', { name: '现行的评分' })
    await signed.getByRole('columnheader', { name: /签名$/ }).nth(2).waitFor() // a column for each examiner
    assert.ok(await signed.getByRole('cell', { name: /其他扣 .*示例扣分/ }).count() >= 3, 'what each took off, and why')
    await looked(auditor, 'signed')
    await auditor.context().close()
    const phone = await lookUp(one.id, candidate)
    await phone.getByRole('heading', { name: '还差一项：综合评审' }).waitFor()
    await phone.getByText('合格的保留，只需重考综合评审。').waitFor()
    await looked(phone, 'candidate-first')
    await phone.context().close()
  })

  await step('the second registers for the review only; who wants to takes all anew', async () => {
    two = await plan(admin, '示例二级补考', 2)
    await page.goto(`${base}/staff/sittings/${two.id}/register`)
    await page.getByRole('button', { name: '逐名填写' }).click()
    const add = async (p, seatNumber, anew) => {
      await page.getByLabel('姓名').fill(p.name)
      await page.getByLabel('身份证件号').fill(p.idNumber)
      await page.getByLabel('考场').fill('05')
      await page.getByLabel('座位').fill(seatNumber)
      await page.getByLabel(/^全部重考：/).setChecked(anew)
      if (anew) await looked(page, 'register')
      await page.locator('form button[type=submit]').click()
      await page.getByRole('status').getByText(p.name).waitFor()
      assert.equal(await page.getByLabel(/^全部重考：/).isChecked(), false, 'the next one is not anew by oversight')
    }
    await add(person, '01', false)
    await add(mate, '02', true)
    const roster = await call('GET', `/api/v1/sittings/${two.id}/registrations`, admin)
    const takes = (name) => roster.find((r) => r.name === name).takes
    assert.deepEqual([takes(person.name), takes(mate.name)], [['review'], undefined])
    await page.goto(`${base}/staff/sittings/${two.id}`)
    await page.getByRole('row', { name: /补考甲/ }).getByText(/综合评审/).waitFor()
    await looked(page, 'roster')
    // Names that the table cannot read say so; here nothing is sent.
    await page.goto(`${base}/staff/sittings/${two.id}/register`)
    await page.getByLabel('把表格粘贴在这里').fill(`姓名\t身份证件号\t考场\t座位\t全部重考\n补考丙\t${identity()}\t05\t03\t也许\n补考丁\t${identity()}\t05\t04\t是`)
    await page.getByText('只能填“是”“否”，或留空。').waitFor()
  })

  await step('the second sitting: the review alone, passed, and the level is reached', async () => {
    for (const name of ['seal', 'open']) await act(admin, two.id, name)
    seat = (await call('GET', `/api/v1/sittings/${two.id}/registrations`, admin)).find((r) => r.name === person.name)
    assert.ok(!seat.attempt, 'no paper is drawn for a theory exam that is carried over')
    await assessed(two.id, 'review', 2000)
    await act(admin, two.id, 'close')
    await page.goto(`${base}/staff/sittings/${two.id}/outcomes/${seat.id}`)
    await page.getByText('总评合格').first().waitFor()
    await page.getByText('3 项中 3 项合格').waitFor()
    assert.equal(await page.locator('.part').getByText(/沿用/).count() >= 2, true, 'theory and skill are carried over')
    await looked(page, 'second')
    await release(admin, other, two.id)
    await page.goto(`${base}/staff/sittings/${two.id}/outcomes`)
    await page.getByRole('row', { name: /补考甲/ }).getByText('合格', { exact: true }).first().waitFor()
    await looked(page, 'outcomes')
    const phone = await lookUp(two.id, seat)
    await phone.locator('.part p', { hasText: '沿用您' }).first().waitFor()
    assert.equal(await phone.locator('.part p', { hasText: '沿用您' }).count(), 2)
    await looked(phone, 'candidate-second')
    await phone.context().close()
    await page.context().close()
  })
})
