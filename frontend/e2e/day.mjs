// A day of an examination with several people at once: candidates in browsers
// and others that are requests, an invigilator at the board. A room is cut off
// and given the time it lost, a candidate moves to another computer, a room is
// evacuated and comes back, papers are collected, the sitting is closed.
// GONGYUAN_DAY=full has twelve browsers, everybody on the list and three minutes
// without network; else a few of each, and not much more than what counts as lost.
import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { mkdir } from 'node:fs/promises'
import { act } from './hall.mjs'
import { base, call as api, signInAs } from './program.mjs'
import { clean, signedIn } from './staff-harness.mjs'

const full = process.env.GONGYUAN_DAY === 'full'
const SIZE = full ? { browsers: 4, requests: Infinity, cutMs: 180_000 } : { browsers: 1, requests: 6, cutMs: 50_000 }
const shots = process.env.GONGYUAN_SHOTS
const ALIVE = 12_000 // how often somebody who is a request answers

async function pictured(page, name) {
  if (!shots) return
  await mkdir(shots, { recursive: true })
  await page.screenshot({ path: `${shots}/day-${name}.png` })
}

/** A candidate without a browser, who answers now and then while the network is there. */
class Request {
  constructor(person) { Object.assign(this, { person, seq: 0, online: true }) }

  async enter() {
    this.token = await signInAs(this.person)
    this.attempt = (await api('GET', '/api/v1/candidate/exam', this.token)).attempt.id
    const { epoch, paper } = await api('POST', `/api/v1/attempts/${this.attempt}/enter`, this.token, { deviceId: randomUUID(), deviceLabel: 'e2e', rulesAccepted: true })
    Object.assign(this, { epoch, slots: paper.slots.filter((s) => s.options.length > 0) })
    await this.save()
    this.timer = setInterval(() => { if (this.online) this.last = this.save() }, ALIVE)
    this.timer.unref() // a step that failed must not keep the process
  }

  async save() {
    const slot = this.slots[this.seq % this.slots.length]
    const seq = ++this.seq
    await api('POST', `/api/v1/attempts/${this.attempt}/ops`, this.token, { epoch: this.epoch, ops: [{ seq, slot: slot.number, response: { choice: [slot.options[0].letter] }, flagged: false, clientMs: Date.now() }] })
  }

  async quiet() {
    clearInterval(this.timer)
    await this.last
  }

  async submit() {
    await this.quiet()
    await api('POST', `/api/v1/attempts/${this.attempt}/submit`, this.token, { epoch: this.epoch, lastSeq: this.seq })
  }
}

/** A candidate's page on a computer of its own, in the exam. */
async function computer(browser, person, code) {
  const context = await browser.newContext({ viewport: { width: 1366, height: 768 }, locale: 'zh-CN' })
  const page = await context.newPage()
  page.setDefaultTimeout(30_000)
  await page.goto(base)
  await page.fill('#admission', person.admission)
  await page.fill('#id-number', code ?? person.idNumber)
  await page.click('.form .primary')
  await page.click('.person ~ .act .primary')
  if (code === undefined) { // the rules were read at the first computer
    await page.click('.tick')
    await page.click('.act .primary')
  }
  await page.waitForSelector('.exam').catch(async (e) => { await pictured(page, 'computer'); throw e })
  return page
}

const saved = (page) => page.waitForSelector('.top [data-save="saved"]')
const choose = async (page, n) => {
  await page.locator('.opt').nth(n).click()
  await saved(page)
}
const chosen = (page, n) => page.locator('.opt input').nth(n).isChecked()

async function inTurns(list, width, work) {
  for (let i = 0; i < list.length; i += width) await Promise.all(list.slice(i, i + width).map(work))
}

/** The board of a sitting as an invigilator works with it. */
class Board {
  constructor(page) { this.page = page }
  seat(name) { return this.page.locator('.seat').filter({ hasText: name }) }
  room(name) { return this.page.getByRole('button', { name: new RegExp(`^${name}\\s考场$`) }).click() }

  async ofRoom(room, item) {
    await this.page.getByRole('button', { name: new RegExp(`^${room}\\s考场操作`) }).click()
    await this.page.getByRole('menuitem', { name: item, exact: true }).click()
    return this.page.getByRole('dialog')
  }

  async ofSeat(name, item) {
    await this.seat(name).click()
    await this.page.getByRole('dialog').getByRole('button', { name: item, exact: true }).click()
    return this.page.getByRole('dialog')
  }
}

/**
 * Runs the day of an open sitting. `people` have admission, idNumber, name, room
 * and seat; those of rooms 01 to 03 come.
 */
export async function day(t, { browser, admin, invigilator, sitting, people }) {
  const rooms = ['01', '02', '03'].map((room) => people.filter((p) => p.room === room))
  const inBrowsers = rooms.map((list) => list.slice(0, SIZE.browsers))
  const others = (full ? people.filter((p) => !inBrowsers.flat().includes(p)) : rooms.flatMap((list) => list.slice(SIZE.browsers, SIZE.browsers + SIZE.requests / 3))).map((p) => new Request(p))
  const absent = full ? others.pop().person : rooms[2].at(-1)
  const board = new Board(await signedIn(browser, base, invigilator, `/staff/sittings/${sitting}/watch`, undefined, 'picture'))
  const at = (room) => others.filter((o) => o.person.room === room)
  let pages

  await t.test('they come, and the board shows it', async () => {
    pages = await Promise.all(inBrowsers.map((list) => Promise.all(list.map((p) => computer(browser, p)))))
    await inTurns(others, 10, (o) => o.enter())
    await Promise.all(pages.flat().map((p) => choose(p, 1)))
    await board.room('01')
    await board.seat(inBrowsers[0][0].name).getByText(/^1 \/ \d+\s题$/).waitFor()
    await pictured(board.page, 'board')
  })

  await t.test('a room loses the network and is given the time it lost', async () => {
    const [page] = pages[1]
    const until = await page.textContent('.timer .at')
    for (const p of pages[1]) await p.context().setOffline(true)
    for (const o of at('02')) o.online = false
    const cut = Date.now()
    await page.locator('.opt').nth(2).click() // answered without network
    await board.page.getByRole('article').filter({ hasText: '02 考场断线' }).waitFor({ timeout: SIZE.cutMs + 60_000 })
    await pictured(board.page, 'cut')
    await new Promise((done) => { setTimeout(done, Math.max(0, cut + SIZE.cutMs - Date.now())) })
    for (const p of pages[1]) await p.context().setOffline(false)
    for (const o of at('02')) o.online = true
    await Promise.all(at('02').map((o) => o.save()))
    await Promise.all(pages[1].map(saved))
    const card = board.page.getByRole('article').filter({ hasText: /02\s考场断线 .*共 \d+\s人/ })
    await card.getByText(/→ 建议补时 \d\s分钟/).waitFor()
    await pictured(board.page, 'proposal')
    await card.getByRole('button', { name: /^补时/ }).click()
    const dialog = board.page.getByRole('dialog', { name: /补时：02\s考场/ })
    await dialog.getByRole('button', { name: /^给 \d+\s人补时 \d\s分钟$/ }).click()
    await board.page.getByRole('dialog', { name: /已给 \d+\s人补时/ }).getByRole('button', { name: '关闭' }).click()
    await card.waitFor({ state: 'detached' })
    await page.waitForSelector('[data-banner="deadline"]')
    assert.notEqual(await page.textContent('.timer .at'), until, 'the new end stands on the page')
    assert.ok(await chosen(page, 2), 'what was answered without network is kept')
    await pictured(page, 'given')
  })

  await t.test('a candidate goes on at another computer', async () => {
    const [person] = inBrowsers[2]
    const [old] = pages[2]
    await board.room('03')
    const dialog = await board.ofSeat(person.name, '换座续考…')
    await dialog.getByLabel('换到考场').fill(person.room)
    await dialog.getByLabel('换到座位').fill(person.seat)
    await dialog.getByLabel('原因').fill('电脑坏了')
    await dialog.getByRole('button', { name: '换座', exact: true }).click()
    const code = await board.page.locator('[data-code]').textContent()
    await board.page.getByRole('button', { name: '关闭' }).click()
    pages[2][0] = await computer(browser, person, code)
    assert.ok(await chosen(pages[2][0], 1), 'the answer is there')
    await old.context().close()
  })

  await t.test('a room is evacuated and comes back', async () => {
    const [page] = pages[0]
    await board.room('01')
    const out = await board.ofRoom('01', '疏散…')
    await out.getByLabel('原因').fill('火警')
    await out.getByRole('button', { name: '疏散', exact: true }).click()
    await page.waitForSelector('.paused')
    await board.page.getByText(/已疏散：\d+\s人停止计时。/).first().waitFor()
    await pictured(board.page, 'evacuated')
    const back = await board.ofRoom('01', '结束疏散…')
    await back.getByLabel('原因').fill('警报解除')
    await back.getByRole('button', { name: '结束疏散', exact: true }).click()
    await page.waitForSelector('.paused', { state: 'detached' })
    assert.ok(await chosen(page, 1))
    await choose(page, 2)
  })

  await t.test('papers are handed in, collected, and the sitting is closed', async () => {
    await inTurns(others.slice(1), 10, (o) => o.submit())
    const left = others[0]
    await left.quiet()
    await board.room(left.person.room)
    const collect = await board.ofSeat(left.person.name, '收卷…')
    await collect.getByLabel('收卷原因').fill('已到时间，未交卷')
    await collect.getByRole('button', { name: '收卷', exact: true }).click()
    await board.seat(left.person.name).getByText('已交卷').waitFor()
    await board.room(absent.room)
    const away = await board.ofSeat(absent.name, '记为缺考…')
    await away.getByLabel('原因').fill('没有到场')
    await away.getByRole('button', { name: '记为缺考', exact: true }).click()
    await board.seat(absent.name).getByText('缺考').waitFor()
    await pictured(board.page, 'end')
    await clean(board.page, 'the board at the end')
    await act(admin, sitting, 'close')
    await Promise.all(pages.flat().map((p) => p.waitForSelector('.exam', { state: 'detached' })))
    await pictured(pages[0][0], 'closed')
    // The board reads what nobody pushed within half a minute.
    const came = async () => (await api('GET', `/api/v1/sittings/${sitting}/board`, admin)).seats.filter((s) => s.phase === 'submitted').length
    const all = pages.flat().length + others.length
    for (let i = 0; i < 60 && await came() !== all; i++) await new Promise((done) => { setTimeout(done, 1_000) })
    assert.equal(await came(), all, 'everybody who came has handed in')
    for (const p of pages.flat()) await p.context().close()
    await board.page.context().close()
  })
}
