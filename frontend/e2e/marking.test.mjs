// Marking of theory by people in a browser, against the real program that
// GONGYUAN_DEMO (and GONGYUAN_URL) name: plan, three markers who use the
// keyboard alone, one with the network cut, a third where two disagree, the
// result and how it came about.
import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { after, before, test } from 'node:test'
import { base, call, identity, of, skip } from './program.mjs'
import { clean, launch, signedIn } from './staff-harness.mjs'

const shots = process.env.GONGYUAN_SHOTS
let browser

/** A sitting with questions in words, of which one candidate answers all and another none. */
async function writtenSitting(admin) {
  const now = Date.now()
  let s = await call('POST', '/api/v1/sittings', admin, {
    title: `示例阅卷 ${randomUUID().slice(0, 8)}`, level: 2, blueprint: 'bwgly-2-written', opens: new Date(now - 60_000).toISOString(),
    closes: new Date(now + 3 * 3_600_000).toISOString(), durationMinutes: 90, oneSealer: true, release: 'after-release', explain: true,
  })
  const people = ['阅卷甲', '阅卷乙'].map((name, i) => ({ name, idNumber: identity(), room: '08', seat: `0${i + 1}` }))
  const rows = await call('POST', `/api/v1/sittings/${s.id}/registrations`, admin, { candidates: people })
  const act = async (name) => {
    s = await call('GET', `/api/v1/sittings/${s.id}`, admin)
    s = await call('POST', `/api/v1/sittings/${s.id}/acts`, admin, { act: name, version: s.version })
  }
  await act('seal')
  await act('open')
  let pieces = 0
  const attempts = []
  for (const [i, p] of people.entries()) {
    const admission = rows.find((r) => r.seat === p.seat).admission
    const { accessToken: token } = await call('POST', '/api/v1/auth/candidate', null, { admission, idNumber: p.idNumber })
    const attempt = (await call('GET', '/api/v1/candidate/exam', token)).attempt.id
    attempts.push(attempt)
    const { epoch, paper } = await call('POST', `/api/v1/attempts/${attempt}/enter`, token, { deviceId: randomUUID(), deviceLabel: 'e2e', rulesAccepted: true })
    const words = paper.slots.filter((x) => i === 0 && (x.type === 'D' || x.type === 'W'))
    pieces += words.length
    const ops = words.map((x, n) => ({ seq: n + 1, slot: x.number, response: { text: [`先报警 <script>\n    再疏散（第 ${x.number} 题）`] }, flagged: false, clientMs: now }))
    if (ops.length > 0) await call('POST', `/api/v1/attempts/${attempt}/ops`, token, { epoch, ops })
    await call('POST', `/api/v1/attempts/${attempt}/submit`, token, { epoch, lastSeq: ops.length })
  }
  await act('close')
  return { id: s.id, title: s.title, pieces, attempt: attempts[0] }
}

const shoot = async (page, name) => { if (shots) await page.screenshot({ path: `${shots}/marking-${name}.png` }) }

/** Presses Tab until the focus is on what the test looks for. */
async function tabTo(page, wanted) {
  for (let i = 0; i < 60; i++) {
    await page.keyboard.press('Tab')
    if (await page.evaluate((text) => document.activeElement?.textContent?.includes(text) ?? false, wanted)) return
  }
  assert.fail(`Tab does not reach ${wanted}`)
}

/** The marker's page, reached by the keyboard alone. */
async function markerPage(account, s, viewport) {
  const page = await signedIn(browser, base, account, '/staff/assess', viewport)
  await page.getByText(s.title).first().waitFor()
  await tabTo(page, s.title)
  await page.keyboard.press('Enter')
  await page.locator('.mk-words').waitFor()
  return page
}

const worth = async (page) => Number((await page.locator('.mk-box span').innerText()).replace(/[^\d.]/g, ''))
const ticket = async (page) => page.locator('.mk-words').innerText()
const stored = (page) => page.locator('.save-tag', { hasText: '上一份已保存' }).waitFor({ timeout: 40_000 })

/** Types a share of what each piece is worth, until nothing is left. */
async function markAll(page, share) {
  let n = 0
  for (; await page.locator('.mk-words').count() > 0; n++) {
    assert.ok(n < 20, 'it never ends')
    const before = await ticket(page)
    const full = await worth(page)
    await page.keyboard.type(String(Math.round(full * share(n) * 100) / 100))
    await page.keyboard.press('Enter')
    await page.waitForFunction((text) => document.querySelector('.mk-words')?.textContent !== text, before)
  }
  return n
}

before(async () => { if (!skip) browser = await launch() })
after(async () => { await browser?.close() })

test('two markers and a third make a result', { skip, timeout: 240_000 }, async (t) => {
  const [adminAccount] = of('administrator')
  const markers = of('examiner').slice(0, 3)
  const admin = (await call('POST', '/api/v1/auth/login', null, { login: adminAccount.login, password: adminAccount.password })).accessToken
  let s, page
  let broken = false
  const step = (name, work) => t.test(name, { skip: broken }, async () => { broken = true; await work(); broken = false })

  await step('the administrator plans the marking', async () => {
    s = await writtenSitting(admin)
    assert.ok(s.pieces >= 3, `${s.pieces} answers in words`)
    page = await signedIn(browser, base, adminAccount, `/staff/sittings/${s.id}/marking`)
    await page.getByText('还没有安排阅卷员').waitFor()
    await page.getByRole('checkbox', { name: markers[0].name }).check()
    await page.getByRole('button', { name: '保存安排…' }).click()
    await page.getByText('至少要 2').waitFor() // one is not enough
    for (const m of markers.slice(1)) await page.getByRole('checkbox', { name: m.name }).check()
    await page.getByLabel('每评多少份').fill('0')
    await page.getByLabel('评完后多少分钟内还可以改').fill('0')
    await page.getByRole('button', { name: '保存安排…' }).click()
    await clean(page, 'plan')
    await page.getByRole('dialog').getByRole('button', { name: '保存安排' }).click()
    await page.getByText('已保存阅卷安排').waitFor()
    await page.getByText(new RegExp(`^${s.pieces}.份作答`)).waitFor()
    await shoot(page, 'plan')
    await clean(page, 'progress')
  })

  await step('the first marks by points and by number, corrects, and loses the network', async () => {
    const p = await markerPage(markers[0], s, { width: 1366, height: 768 })
    assert.match(await ticket(p), /先报警 <script>\n {4}再疏散/) // as it was written
    assert.equal(await p.getByText('阅卷甲').count(), 0)
    await clean(p, 'mark')
    await p.keyboard.press('Enter')
    await p.getByText('还没有给分').waitFor()
    await p.keyboard.press('ArrowDown') // moves, and chooses nothing
    assert.equal(await p.locator('.mk-box input').inputValue(), '')
    await p.keyboard.press('Space')
    const some = Number(await p.locator('.mk-box input').inputValue())
    assert.ok(some > 0 && some < await worth(p))
    await shoot(p, 'points')
    const full = String(await worth(p))
    await p.keyboard.type(full) // goes to the mark, wherever the focus is
    assert.equal(await p.locator('.mk-box input').inputValue(), full)
    await p.keyboard.press('?')
    await p.getByRole('dialog').getByText('键盘操作').waitFor()
    await clean(p, 'keys')
    await p.keyboard.press('Escape')
    const before = await ticket(p)
    await p.keyboard.press('Enter')
    await stored(p)
    await p.waitForFunction((text) => document.querySelector('.mk-words')?.textContent !== text, before)

    await p.keyboard.press('b')
    await p.getByText('这是您先前评过的一份').waitFor()
    assert.equal(await ticket(p), before)
    assert.equal(await p.locator('.mk-box input').inputValue(), full)
    await p.keyboard.press('Enter') // as it is: goes on
    await p.waitForFunction((text) => document.querySelector('.mk-words')?.textContent !== text, before)

    await p.context().setOffline(true)
    const cut = await ticket(p)
    await p.keyboard.type(String(await worth(p)))
    await p.keyboard.press('Enter')
    await p.locator('.save-tag', { hasText: '网络断开，已记在本机' }).waitFor()
    assert.equal(await p.locator('.save-tag', { hasText: '已保存' }).count(), 0, 'nothing is said to be saved while the network is cut')
    assert.equal(await ticket(p), cut)
    await clean(p, 'cut')
    await shoot(p, 'cut')
    await p.context().setOffline(false)
    await stored(p)

    // What is typed and not stored is there after a reload.
    await p.waitForFunction((text) => document.querySelector('.mk-words')?.textContent !== text, cut)
    await p.keyboard.type('1')
    await p.locator('.save-tag', { hasText: '已记在本机' }).waitFor()
    await p.reload()
    await p.locator('.mk-words').waitFor()
    await p.waitForFunction(() => document.querySelector('.mk-box input')?.value === '1')
    await p.keyboard.press('Backspace')
    assert.equal(await markAll(p, () => 1), s.pieces - 2)
    await p.getByText('正在等其他阅卷员').waitFor()
    await clean(p, 'waiting')
    await p.context().close()
  })

  await step('the second disagrees once, and a third decides', async () => {
    const second = await markerPage(markers[1], s, { width: 1024, height: 768 })
    await shoot(second, '1024')
    assert.equal(await markAll(second, (n) => (n === 0 ? 0 : 0.9)), s.pieces)
    await second.context().close()
    const third = await markerPage(markers[2], s, { width: 1366, height: 768 })
    assert.equal(await markAll(third, () => 0.8), 1)
    await third.getByText('全部评完').waitFor()
    await third.context().close()
  })

  await step('the result says how it came about', async () => {
    for (let i = 0; ; i++) {
      const row = (await call('GET', `/api/v1/sittings/${s.id}/results`, admin)).find((r) => r.attempt === s.attempt)
      if (row.state === 'complete') break
      assert.ok(i < 40, 'the result is not complete')
      await new Promise((done) => setTimeout(done, 500))
    }
    await page.reload()
    await page.getByText('比他人平均高').waitFor()
    await page.getByText(new RegExp(`已定分.${s.pieces}`)).waitFor()
    await shoot(page, 'progress')
    await clean(page, 'progress after')
    await page.goto(`${base}/staff/sittings/${s.id}/results/${s.attempt}`)
    await page.getByText('由第三人评；取最接近的两个的平均').waitFor()
    assert.equal(await page.getByText('两人分差不超过允许值').count(), s.pieces - 1)
    assert.ok(await page.getByText(`三评（${markers[2].name}）`).count() > 0)
    await page.locator('.slot .people').last().scrollIntoViewIfNeeded()
    await shoot(page, 'result')
    await clean(page, 'result')
  })
  await page?.context().close()
})
