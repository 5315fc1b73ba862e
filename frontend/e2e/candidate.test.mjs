// The candidate page in a real browser, against the server that GONGYUAN_DEMO
// describes or, without it, against the mock. Each test takes a candidate of
// its own: an attempt is used up by it.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { axe, launch, picture, target, watchConsole } from './harness.mjs'

let server
let computer
let next = 0
const opened = []

before(async () => {
  server = await target()
})
after(async () => {
  for (const c of opened) await c.close()
  await server?.close()
})

/** A fresh computer and a candidate who has not begun, signed in and in the exam. */
async function seat(options = {}) {
  const who = server.candidates[next++]
  assert.ok(who, 'the demo has too few candidates for these tests')
  computer = await launch()
  opened.push(computer)
  const page = await computer.context.newPage()
  page.log = watchConsole(page)
  await page.goto(server.url)
  await signIn(page, who)
  await page.waitForSelector('.person')
  if (options.each) await options.each(page, 'person')
  await page.click('.act .primary')
  await page.waitForSelector('.rules')
  if (options.each) await options.each(page, 'rules')
  await page.click('.tick')
  await page.click('.act .primary')
  await page.waitForSelector('.exam', { timeout: 30_000 })
  return { page, who, context: computer.context }
}

async function signIn(page, who) {
  await page.fill('#admission', who.admission)
  await page.fill('#id-number', who.idNumber)
  await page.click('.form .primary')
}

const tag = (page) => page.locator('.top [data-save]').getAttribute('data-save')
const saved = (page) => page.waitForSelector('.top [data-save="saved"]', { timeout: 20_000 })
const chosen = (page) => page.$$eval('.opt input', (all) => all.filter((x) => x.checked).map((x) => x.value).join(''))
const line = (page) => page.locator('.echo .line').getAttribute('data-line')
async function goTo(page, n) {
  for (const tab of await page.$$('[role=tab]')) {
    if (await page.$(`[data-cell="${n}"]`)) break
    await tab.click()
  }
  await page.click(`[data-cell="${n}"]`)
  await page.waitForSelector(`[data-slot="${n}"]`)
}
const box = (page) => page.$$eval('.opt', (all) => all.map((o) => o.getBoundingClientRect().top))

test('the pages before the exam are clean', async () => {
  const c = await launch()
  opened.push(c)
  const page = await c.context.newPage()
  const log = watchConsole(page)
  await page.goto(server.url)
  await page.waitForSelector('#admission')
  assert.deepEqual(await axe(page, 'sign in'), [])
  await page.click('.form .primary')
  await page.waitForSelector('#admission-error')
  assert.equal(await page.evaluate(() => document.activeElement.id), 'admission')
  await page.fill('#admission', 'NOBODY')
  await page.fill('#id-number', '11010519491231002X')
  await page.click('.form .primary')
  await page.waitForSelector('.form .banner')
  assert.deepEqual(await axe(page, 'sign in refused'), [])
  assert.equal(await page.inputValue('#admission'), 'NOBODY')
  assert.deepEqual(log, [])

  // English is loaded when it is asked for; without a network the page says so and stays as it is.
  await c.context.setOffline(true)
  await page.click('header .btn')
  await page.locator('header [role=alert]').waitFor()
  assert.equal(await page.getAttribute('html', 'lang'), 'zh-CN')
  await picture(page, 'e2e-no-english')
  await c.context.setOffline(false)
  await page.click('header .btn')
  await page.waitForSelector('text=Candidate sign-in')
  assert.equal(await page.getAttribute('html', 'lang'), 'en')
  await page.reload()
  await page.waitForSelector('text=Candidate sign-in')
})

test('a candidate takes and submits a paper', async () => {
  const { page } = await seat({ each: async (p, where) => { await picture(p, `e2e-${where}`); assert.deepEqual(await axe(p, where), []) } })
  assert.deepEqual(await axe(page, 'exam'), [])
  const total = (await page.$$('.cell[data-cell]')).length
  assert.ok(total > 0)
  for (let n = 1; n <= 3; n++) {
    await page.locator('.opt').nth(n % 2).click()
    await page.click('.bar .primary')
  }
  await saved(page)
  await picture(page, 'e2e-exam')
  await page.click('.nav .end .btn')
  await page.waitForSelector('#check-title')
  assert.deepEqual(await axe(page, 'check'), [])
  await page.click('.card .act .btn:not(.primary)')
  await page.waitForSelector('dialog[open]')
  assert.deepEqual(await axe(page, 'dialog'), [])
  await page.click('dialog .act .btn:not(.primary)')
  await page.waitForSelector('.code', { timeout: 20_000 })
  assert.match(await page.textContent('.code'), /^[0-9A-F]{4} [0-9A-F]{4} [0-9A-F]{4}$/)
  assert.match(await page.textContent('.facts'), /3\s题/)
  assert.equal(await page.evaluate(() => document.activeElement.id), 'receipt-title')
  assert.deepEqual(await axe(page, 'receipt'), [])
  await picture(page, 'e2e-receipt')
  // Coming back shows the receipt again, not the exam.
  await page.reload()
  await page.waitForSelector('.code')
  await page.click('.act .primary')
  await page.waitForSelector('text=已退出')
  await page.reload()
  await page.waitForSelector('#admission')
  assert.deepEqual(page.log, [])
})

test('arrows move the focus and never the answer', async () => {
  const { page } = await seat()
  await page.locator('.opt').first().click()
  assert.equal(await chosen(page), 'A')
  await page.keyboard.press('ArrowDown')
  await page.keyboard.press('ArrowDown')
  await page.keyboard.press('ArrowUp')
  assert.equal(await chosen(page), 'A')
  assert.equal(await page.evaluate(() => document.activeElement.value), 'B')
  await page.mouse.move(300, 300)
  await page.mouse.wheel(0, 400)
  assert.equal(await chosen(page), 'A')
  await page.keyboard.press('Space')
  assert.equal(await chosen(page), 'B')
})

test('an answer is called saved only after the durable receipt', async () => {
  const { page } = await seat()
  let durable = 0
  let release
  const held = new Promise((resolve) => { release = resolve })
  await page.route('**/ops', async (route) => {
    await held
    const response = await route.fetch()
    const body = await response.json()
    if (response.status() === 200) durable = body.durableSeq
    await route.fulfill({ response, json: body })
  })
  await page.locator('.opt').first().click()
  for (let i = 0; i < 15; i++) {
    assert.equal(durable, 0)
    assert.notEqual(await line(page), 'saved')
    assert.notEqual(await tag(page), 'saved')
    assert.ok(!(await page.textContent('.echo')).includes('已保存'))
    await page.waitForTimeout(200)
  }
  release()
  await saved(page)
  assert.equal(durable, 1)
  assert.match(await page.textContent('.echo .line'), /^已保存 \d\d:\d\d:\d\d$/)
})

test('a received answer is not a saved one', async () => {
  const { page } = await seat()
  let hold = true
  await page.route('**/ops', async (route) => {
    const response = await route.fetch()
    const body = await response.json()
    // The server has it, and its storage takes its time.
    if (hold) await route.fulfill({ status: 202, contentType: 'application/json', body: JSON.stringify({ ...body, durableSeq: 0 }) })
    else await route.fulfill({ response, json: body })
  })
  await page.locator('.opt').first().click()
  await page.waitForSelector('.echo [data-line="stored"]')
  await page.waitForTimeout(2_500)
  assert.equal(await line(page), 'stored')
  hold = false
  await saved(page)
})

test('a banner moves no option by a pixel, neither coming nor going', async () => {
  const { page, context } = await seat()
  let turn = 0
  for (const height of [768, 600]) {
    await page.setViewportSize({ width: 1366, height })
    for (const scroll of [0, 10_000]) {
      await page.evaluate((y) => { document.querySelector('.q').scrollTop = y }, scroll)
      const before = await box(page)
      await context.setOffline(true)
      await page.waitForSelector('[data-banner="offline"]')
      await page.locator('.opt').nth(++turn % 2).click() // another answer each time
      assert.deepEqual(await box(page), before)
      await picture(page, `e2e-offline-${height}`)
      assert.deepEqual(await axe(page, 'offline'), [])
      await context.setOffline(false)
      await saved(page)
      await page.waitForSelector('[data-banner="offline"]', { state: 'detached' })
      assert.deepEqual(await box(page), before)
      await page.waitForSelector('[data-banner="back"]')
      await page.click('.fold')
      await page.waitForSelector('.banner', { state: 'detached' })
      assert.deepEqual(await box(page), before)
    }
  }
})

test('Escape and a click beside the dialog never submit', async () => {
  const { page } = await seat()
  const submits = []
  page.on('request', (r) => { if (r.url().endsWith('/submit')) submits.push(r.url()) })
  await page.click('.nav .end .btn')
  const ask = page.locator('.card .act .btn:not(.primary)')
  await ask.click()
  await page.waitForSelector('dialog[open]')
  assert.ok(await page.evaluate(() => document.activeElement.matches('dialog .primary')), 'the safe button has the focus')
  await page.keyboard.press('Escape')
  await page.waitForSelector('dialog', { state: 'detached' })
  await ask.click()
  await page.waitForSelector('dialog[open]')
  for (const [x, y] of [[5, 5], [1360, 760], [683, 20]]) await page.mouse.click(x, y)
  assert.ok(await page.isVisible('dialog[open]'))
  for (let i = 0; i < 6; i++) {
    await page.keyboard.press('Tab')
    assert.ok(await page.evaluate(() => document.activeElement === document.body || document.querySelector('dialog').contains(document.activeElement)), 'Tab stays inside')
  }
  await page.keyboard.press('Escape')
  await page.keyboard.press('Escape')
  await page.waitForTimeout(500)
  assert.equal(submits.length, 0)
  await page.waitForSelector('#check-title')
})

test('a cut of a minute and a reload lose nothing', { timeout: 180_000 }, async () => {
  const { page, context } = await seat()
  await page.locator('.opt').first().click()
  await saved(page)
  await context.setOffline(true)
  await page.click('.bar .primary')
  await page.locator('.opt').nth(1).click()
  await page.click('.bar .primary')
  await page.locator('.opt').nth(2).click().catch(() => page.locator('.opt').nth(1).click())
  await page.keyboard.press('m')
  const third = await chosen(page)
  await page.waitForSelector('[data-banner="offline"]')
  assert.match(await page.textContent('[data-banner="offline"]'), /2\s题答案已记在本机/)
  await page.waitForTimeout(Number(process.env.GONGYUAN_CUT_MS ?? 60_000))
  await context.setOffline(false)
  // At once, before anything could be sent again.
  await page.reload()
  await page.waitForSelector('.exam')
  assert.equal(await page.locator('[data-slot]').getAttribute('data-slot'), '3', 'comes back to the same place')
  await saved(page)
  assert.equal(await chosen(page), third)
  assert.equal(await page.getAttribute('.flag', 'aria-pressed'), 'true')
  await goTo(page, 2)
  assert.equal(await chosen(page), 'B')
  await goTo(page, 1)
  assert.equal(await chosen(page), 'A')
  // Nor with a second reload, from the server alone.
  await page.reload()
  await page.waitForSelector('.exam')
  await goTo(page, 2)
  assert.equal(await chosen(page), 'B')
})

test('a second tab makes the first read-only', async () => {
  const { page, context } = await seat()
  await page.locator('.opt').first().click()
  const second = await context.newPage()
  await second.goto(server.url)
  await second.waitForSelector('.exam')
  await page.waitForSelector('[data-banner="taken-tab"], [data-banner="taken"]', { timeout: 20_000 })
  assert.ok(await page.$eval('fieldset', (f) => f.disabled))
  assert.deepEqual(await axe(page, 'read-only'), [])
  await picture(page, 'e2e-taken')
  // What the first had not sent yet came along.
  await saved(second)
  assert.equal(await chosen(second), 'A')
  await page.locator('.opt').nth(1).click({ force: true })
  await page.keyboard.press('b')
  assert.equal(await chosen(page), 'A')
})

test('another computer makes the first read-only and is named', async () => {
  const { page, who } = await seat()
  await page.locator('.opt').first().click()
  await saved(page)
  const other = await launch()
  opened.push(other)
  const second = await other.context.newPage()
  await second.goto(`${server.url}/?device=${encodeURIComponent('03考场备用机02')}`)
  await signIn(second, who)
  await second.waitForSelector('.person')
  await second.click('.act .primary')
  await second.waitForSelector('.exam')
  assert.equal(await chosen(second), 'A')
  await page.waitForSelector('[data-banner="taken"]', { timeout: 30_000 })
  assert.match(await page.textContent('[data-banner="taken"]'), /03考场备用机02/)
})

test('the keyboard alone is enough', async () => {
  const who = server.candidates[next++]
  const c = await launch()
  opened.push(c)
  const page = await c.context.newPage()
  await page.goto(server.url)
  await page.waitForSelector('#admission')
  const press = (key) => page.keyboard.press(key)
  const focus = async (selector, limit = 20) => {
    for (let i = 0; i < limit; i++) {
      if (await page.evaluate((s) => document.activeElement.matches(s), selector)) return
      await press('Tab')
    }
    assert.fail(`Tab does not reach ${selector}`)
  }
  await focus('#admission')
  await page.keyboard.type(who.admission)
  await press('Tab')
  await page.keyboard.type(who.idNumber)
  await press('Enter')
  await page.waitForSelector('.person')
  await focus('.act .primary')
  await press('Enter')
  await page.waitForSelector('.rules')
  await focus('.tick input')
  await press('Space')
  await focus('.act .primary')
  await press('Enter')
  await page.waitForSelector('.exam', { timeout: 30_000 })
  await press('b')
  assert.equal(await chosen(page), 'B')
  await press('1')
  assert.equal(await chosen(page), 'A')
  await press('m')
  assert.equal(await page.getAttribute('.flag', 'aria-pressed'), 'true')
  await press('PageDown')
  await page.waitForSelector('[data-slot="2"]')
  await press('ArrowRight')
  await page.waitForSelector('[data-slot="3"]')
  await press('ArrowLeft')
  await press('PageUp')
  await page.waitForSelector('[data-slot="1"]')
  assert.equal(await chosen(page), 'A')
  await focus('.clear')
  await press('Enter')
  assert.equal(await chosen(page), '')
  await focus('.cell', 30)
  await press('ArrowRight')
  await press('Enter')
  await page.waitForSelector('[data-slot="2"]')
  await press('a')
  await saved(page)
  await focus('.nav .end .btn', 30)
  await press('Enter')
  await focus('.card .act .btn:not(.primary)', 60)
  await press('Enter')
  await page.waitForSelector('dialog[open]')
  await press('Tab')
  await press('Enter')
  await page.waitForSelector('.code', { timeout: 20_000 })
})

test('a session that ends on an open exam comes back to the same place', async () => {
  const { page, who } = await seat()
  await page.click('.bar .primary')
  let out = true
  const refuse = (route) => (out ? route.fulfill({ status: 401, contentType: 'application/problem+json', body: JSON.stringify({ type: 'urn:gongyuan:problem:unauthenticated', title: '登录已过期', status: 401, requestId: 'r' }) }) : route.continue())
  await page.route('**/ops', refuse)
  await page.route('**/auth/refresh', refuse)
  await page.locator('.opt').nth(1).click()
  await page.waitForSelector('dialog[open] #admission')
  assert.deepEqual(await axe(page, 'signed out'), [])
  await picture(page, 'e2e-signed-out')
  out = false
  await signIn(page, who)
  await saved(page)
  assert.equal(await page.locator('[data-slot]').getAttribute('data-slot'), '2')
  assert.equal(await chosen(page), 'B')
})
