// Every signal from a real browser, against the real program: what a candidate
// does at the page stands at the seat as a fact, and nothing follows from it.
import assert from 'node:assert/strict'
import { mkdir } from 'node:fs/promises'
import { after, before, test } from 'node:test'
import { axe, launch } from './harness.mjs'
import { base, call, identity, of, signIn, skip } from './program.mjs'
import { clean, launch as launchStaff, signedIn } from './staff-harness.mjs'

const shots = process.env.GONGYUAN_SHOTS ?? '/tmp/shots'
let admin, sitting, people, rules, computer, page

before(async () => {
  if (skip) return
  await mkdir(shots, { recursive: true })
  admin = await signIn(of('administrator')[0])
  const ask = (method, path, body) => call(method, `/api/v1${path}`, admin, body)
  const blueprint = (await ask('GET', '/blueprints')).find((b) => b.bank.endsWith('-3'))
  sitting = (await ask('POST', '/sittings', { title: `信号 ${Date.now()}`, level: 3, blueprint: blueprint.id, opens: new Date(Date.now() - 60_000).toISOString(), closes: new Date(Date.now() + 3 * 3600_000).toISOString(), durationMinutes: 60, oneSealer: true, release: 'after-release', explain: false })).id
  people = ['考生甲', '考生乙'].map((name, i) => ({ name, idNumber: identity(), room: '01', seat: `0${i + 1}` }))
  const rows = await ask('POST', `/sittings/${sitting}/registrations`, { candidates: people })
  people = people.map((p) => ({ ...p, ...rows.find((r) => r.name === p.name), idNumber: p.idNumber }))
  for (const act of ['seal', 'open']) await ask('POST', `/sittings/${sitting}/acts`, { act, version: (await ask('GET', `/sittings/${sitting}`)).version })
  rules = { version: 0, ranges: [], outside: 'note', code: false, fullScreen: false, seb: { on: false, startUrl: '' } }
  computer = await launch()
  page = await computer.context.newPage()
})
after(() => computer?.close())

async function enter(on, person) {
  await on.fill('#admission', person.admission)
  await on.fill('#id-number', person.idNumber)
  await on.click('.form .primary')
  await on.click('.person ~ .act .primary')
  await on.click('.tick')
  await on.click('.act .primary')
  await on.waitForSelector('.exam', { timeout: 15_000 })
}
const seat = async (person) => (await call('GET', `/api/v1/sittings/${sitting}/board`, admin)).seats.find((s) => s.registration === person.id)
async function until(person, signal, n = 1) {
  for (let i = 0; i < 100; i++) {
    if ((await seat(person)).signals?.some((s) => s.signal === signal && s.n === n)) return
    await page.waitForTimeout(200)
  }
  assert.fail(`no ${signal}: ${JSON.stringify(await seat(person))}`)
}

test('what a candidate does at the page stands at the seat', { skip }, async () => {
  const [one] = people
  await page.goto(base)
  await enter(page, one)
  await page.waitForSelector('.help') // what watches the page is loaded after it

  // The window is left for another one; a blink is nothing.
  const cdp = await computer.context.newCDPSession(page)
  await cdp.send('Emulation.setFocusEmulationEnabled', { enabled: false })
  const { windowId } = await cdp.send('Browser.getWindowForTarget')
  const away = async (ms) => {
    await cdp.send('Browser.setWindowBounds', { windowId, bounds: { windowState: 'minimized' } })
    await page.waitForTimeout(ms)
    await cdp.send('Browser.setWindowBounds', { windowId, bounds: { windowState: 'normal' } })
  }
  await away(200)
  await away(1_600)
  await until(one, 'left-window')
  await page.locator('[data-notice="left"]').getByText(/^您刚才离开考试页面 [12]\s秒。离开页面会记下来，由监考员核实，不自动认定违纪。/).waitFor()
  for (const [width, height] of [[390, 844], [1366, 768]]) {
    await page.setViewportSize({ width, height })
    await page.screenshot({ path: `${shots}/signals-left-${width}.png` })
    await axe(page, `left ${width}`)
  }
  await cdp.send('Emulation.setFocusEmulationEnabled', { enabled: true })

  // Copied and pasted with the keyboard.
  await page.locator('.q h2').first().click({ clickCount: 3 })
  await page.keyboard.press('Control+C')
  await until(one, 'copied')
  await page.keyboard.press('Control+V')
  await until(one, 'pasted')

  // Twelve questions within a few seconds.
  for (let n = 0; n < 12; n++) {
    await page.locator('.opt').first().click()
    await page.keyboard.press('PageDown')
  }
  await until(one, 'fast')

  // From outside the room's range, noted with the next sign of life.
  rules = await call('PUT', `/api/v1/sittings/${sitting}/access`, admin, { ...rules, ranges: [{ room: '01', range: '10.3.1.0/24' }] })
  await until(one, 'outside-address')

  // At another computer.
  const second = await launch()
  try {
    const there = await second.context.newPage()
    await there.goto(base)
    await there.fill('#admission', one.admission)
    await there.fill('#id-number', one.idNumber)
    await there.click('.form .primary')
    await there.click('.person ~ .act .primary')
    await there.waitForSelector('.exam', { timeout: 15_000 })
    await until(one, 'resumed')
  } finally {
    await second.close()
  }

  const staff = await launchStaff()
  try {
    const board = await signedIn(staff, base, of('invigilator')[0], `/staff/sittings/${sitting}/watch`, undefined, 'picture')
    await board.locator('.seat').filter({ hasText: '考生甲' }).click()
    const dialog = board.getByRole('dialog', { name: /考生甲/ })
    await dialog.getByText(/离开考试页面.*复制.*粘贴.*在另一台电脑继续.*短时间连答多题.*不在考场网段/s).waitFor()
    await board.screenshot({ path: `${shots}/signals-seat.png` })
    await clean(board, 'a seat with signals')
  } finally {
    await staff.close()
  }
  const { state, expelled, warned } = await seat(one)
  assert.deepEqual({ state, expelled, warned }, { state: 'running', expelled: undefined, warned: 0 }, 'nothing follows by itself')
})

test('who sits down next inherits no signal', { skip }, async () => {
  const fresh = await launch()
  try {
    const [one, two] = people
    const there = await fresh.context.newPage()
    await there.goto(base)
    await there.route('**/signals', (route) => route.abort())
    await there.fill('#admission', one.admission)
    await there.fill('#id-number', one.idNumber)
    await there.click('.form .primary')
    await there.click('.person ~ .act .primary')
    await there.waitForSelector('.exam', { timeout: 15_000 })
    await there.waitForSelector('.help')
    const tried = there.waitForRequest((r) => r.url().endsWith('/signals'))
    await there.evaluate(() => { document.dispatchEvent(new ClipboardEvent('copy')) })
    await tried
    const before = (await seat(one)).signals.find((s) => s.signal === 'copied').n
    await call('POST', `/api/v1/sittings/${sitting}/attempts/${(await seat(one)).attempt}/collect`, admin, { reason: '收卷' })
    await there.getByRole('button', { name: '结束，离开本页' }).click({ timeout: 30_000 })
    await there.unroute('**/signals')
    await there.getByRole('button', { name: '回到登录页' }).click()
    await enter(there, two)
    await there.evaluate(() => { dispatchEvent(new Event('online')) }) // what waits is sent within 3 s
    await there.waitForTimeout(5_000)
    assert.equal((await seat(two)).signals?.find((s) => s.signal === 'copied'), undefined)
    assert.equal((await seat(one)).signals.find((s) => s.signal === 'copied').n, before)
  } finally {
    await fresh.close()
  }
})
