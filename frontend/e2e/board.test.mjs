// The live board in a browser, against the real program: an invigilator looks
// while candidates come, answer, fall silent and call. Candidates are requests
// here, so that each step is ours. Without GONGYUAN_DEMO there is nothing to
// look at: run it by run.mjs.
import assert from 'node:assert/strict'
import { createHash, randomInt, randomUUID } from 'node:crypto'
import { mkdir, readFile } from 'node:fs/promises'
import { after, before, test } from 'node:test'
import { clean, launch, signedIn } from './staff-harness.mjs'

const shots = process.env.GONGYUAN_SHOTS ?? '/tmp/shots'
let base, accounts, browser, admin

before(async () => {
  const demo = JSON.parse(await readFile(process.env.GONGYUAN_DEMO, 'utf8'))
  base = process.env.GONGYUAN_URL ?? demo.url
  accounts = demo.staff
  browser = await launch()
  await mkdir(shots, { recursive: true })
  const a = accounts.find((x) => x.role === 'administrator' || x.roles?.includes('administrator'))
  admin = (await ask('POST', '/auth/login', { login: a.login, password: a.password })).accessToken
})
after(() => browser?.close())

async function call(method, path, body, token) {
  const r = await fetch(`${base}/api/v1${path}`, { method, headers: { 'Content-Type': 'application/json', ...(token ? { Authorization: `Bearer ${token}` } : {}) }, ...(body ? { body: JSON.stringify(body) } : {}) })
  return { status: r.status, data: await r.json().catch(() => null) }
}
async function ask(method, path, body, token) {
  const r = await call(method, path, body, token)
  assert.ok(r.status >= 200 && r.status < 300, `${method} ${path}: ${r.status} ${JSON.stringify(r.data)}`)
  return r.data
}
function identity() {
  const body = `110105${1950 + randomInt(50)}0${1 + randomInt(9)}${String(10 + randomInt(18))}${String(randomInt(1000)).padStart(3, '0')}`
  const w = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2]
  return body + '10X98765432'[w.reduce((s, x, i) => s + x * Number(body[i]), 0) % 11]
}

/** An open sitting of two rooms. */
async function hall() {
  const blueprint = (await ask('GET', '/blueprints', null, admin)).find((b) => b.bank.endsWith('-3'))
  const plan = { title: `监考台 ${Date.now()}`, level: 3, blueprint: blueprint.id, opens: new Date(Date.now() - 60_000).toISOString(), closes: new Date(Date.now() + 3 * 3600_000).toISOString(), durationMinutes: 60, oneSealer: true, release: 'after-release', explain: false }
  const id = (await ask('POST', '/sittings', plan, admin)).id
  const names = [...'甲乙丙丁戊己庚辛'].map((n) => `考生${n}`)
  const people = names.map((name, i) => ({ name, idNumber: identity(), room: i < 5 ? '01' : '02', seat: String(i + 1).padStart(2, '0') }))
  const rows = await ask('POST', `/sittings/${id}/registrations`, { candidates: people }, admin)
  for (const act of ['seal', 'open']) await ask('POST', `/sittings/${id}/acts`, { act, version: (await ask('GET', `/sittings/${id}`, null, admin)).version }, admin)
  const of = (name) => {
    const p = people.find((x) => x.name === name)
    return { ...p, ...rows.find((r) => r.name === name), idNumber: p.idNumber }
  }
  return { id, of }
}
async function come(p, idNumber = p.idNumber) {
  const token = (await ask('POST', '/auth/candidate', { admission: p.admission, idNumber })).accessToken
  const exam = await ask('GET', '/candidate/exam', null, token)
  return { token, attempt: exam.attempt.id }
}
/** Keeps a picture of the page as a candidate's photograph. */
async function portrait(page, sitting, registration) {
  const data = await page.screenshot({ type: 'jpeg', clip: { x: 0, y: 0, width: 120, height: 160 } })
  const id = randomUUID()
  await ask('POST', `/sittings/${sitting}/registrations/${registration}/files`, { id, kind: 'portrait', name: '照片.jpg', size: data.length, sha256: createHash('sha256').update(data).digest('hex') }, admin)
  const put = await fetch(`${base}/api/v1/files/${id}/parts/0`, { method: 'PUT', headers: { Authorization: `Bearer ${admin}`, 'Content-Type': 'application/octet-stream' }, body: data })
  assert.equal(put.status, 204)
  await ask('POST', `/files/${id}/complete`, undefined, admin)
}
async function enter(c, device = 'board-e2e-device') {
  const entered = await ask('POST', `/attempts/${c.attempt}/enter`, { deviceId: device, deviceLabel: 'e2e', rulesAccepted: true }, c.token)
  let seq = 0
  const slot = entered.paper.slots.find((s) => s.options.length > 0)
  return { ...c, save: () => ask('POST', `/attempts/${c.attempt}/ops`, { epoch: entered.epoch, ops: [{ seq: ++seq, slot: slot.number, response: { choice: [slot.options[0].letter] }, flagged: false, clientMs: Date.now() }] }, c.token) }
}
const seatOf = (page, name) => page.locator('.seat').filter({ hasText: name })
async function look(page, name) {
  for (const [width, height] of [[1366, 768], [390, 844]]) {
    await page.setViewportSize({ width, height })
    await page.screenshot({ path: `${shots}/board-${name}-${width}.png` })
    await clean(page, `${name} ${width}`)
    assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), `${name}: no sideways scrolling at ${width}`)
  }
  await page.setViewportSize({ width: 1366, height: 768 })
}

test('an invigilator leads a sitting by the live board', async () => {
  const { id, of } = await hall()
  const page = await signedIn(browser, base, accounts.find((a) => a.role === 'invigilator' || a.roles?.includes('invigilator')), `/staff/sittings/${id}/watch`, undefined, 'picture')
  await page.getByRole('button', { name: /^02\s考场 3\s人/ }).waitFor()
  await look(page, 'rooms')
  await page.getByRole('button', { name: /^01\s考场$/ }).click()
  await seatOf(page, '考生甲').getByText('未到').waitFor()

  // Coming, waiting, answering: pushed.
  const one = await come(of('考生甲'))
  await seatOf(page, '考生甲').getByText('候考').waitFor({ timeout: 10_000 })
  const writer = await enter(one)
  await seatOf(page, '考生甲').getByText('作答中').waitFor({ timeout: 10_000 })
  await writer.save()
  await seatOf(page, '考生甲').getByText(/^1 \/ \d+\s题$/).waitFor({ timeout: 10_000 })

  // The keyboard walks the seats and opens one; an act is asked about first.
  await seatOf(page, '考生甲').focus()
  await page.keyboard.press('ArrowRight')
  assert.match(await page.evaluate(() => document.activeElement.textContent), /考生乙/)
  await page.keyboard.press('Enter')
  await page.getByRole('dialog', { name: /考生乙/ }).getByRole('button', { name: '签到…' }).click()
  const dialog = page.getByRole('dialog', { name: /签到：01\s考场 02\s座 考生乙/ })
  await dialog.waitFor()
  assert.equal(await page.evaluate(() => document.activeElement.textContent), '返回', 'the safe button has the focus')
  await dialog.locator('[data-portrait="none"]').waitFor() // nobody has brought a photograph
  await portrait(page, id, of('考生乙').id)
  await dialog.getByRole('button', { name: '返回' }).click()
  await dialog.waitFor({ state: 'detached' })
  await page.getByRole('button', { name: '列表' }).click() // at a door, by name
  await page.getByRole('button', { name: /^考生乙：看座位/ }).click()
  await page.getByRole('dialog', { name: /考生乙/ }).getByRole('button', { name: '签到…' }).click()
  await dialog.locator('[data-portrait="shown"] img').waitFor()
  await look(page, 'portrait')
  await dialog.getByRole('button', { name: '签到', exact: true }).click()
  await page.getByText(/考生乙 已签到。/).waitFor()
  await page.getByRole('row', { name: /考生乙/ }).getByText('已签到').waitFor({ timeout: 10_000 })
  await page.getByRole('button', { name: '座位图' }).click()
  await seatOf(page, '考生乙').getByText('已签到').waitFor({ timeout: 10_000 })

  // A hand is raised: it stands first, somebody takes it, and it is closed with a word.
  await ask('POST', `/attempts/${one.attempt}/calls`, { id: randomUUID(), kind: 'help' }, one.token)
  await ask('POST', `/attempts/${one.attempt}/calls`, { id: randomUUID(), kind: 'question', slot: 3, text: '没有正确选项' }, one.token)
  const hand = page.getByRole('article').filter({ hasText: '举手求助' })
  await hand.waitFor({ timeout: 10_000 })
  await seatOf(page, '考生甲').getByText('求助').waitFor()
  await look(page, 'calls')
  await hand.getByRole('button', { name: /^我去处理/ }).click()
  await hand.getByText(/已接手$/).waitFor()
  await hand.getByRole('button', { name: /^办结/ }).click()
  await page.getByLabel('处理结果').fill('换了鼠标')
  await page.getByRole('dialog').getByRole('button', { name: '办结', exact: true }).click()
  await hand.waitFor({ state: 'detached' })
  const question = page.getByRole('article').filter({ hasText: /报告第 3\s题有疑问/ })
  const raised = (await ask('GET', `/sittings/${id}/calls`, null, admin)).find((c) => c.kind === 'question')
  await ask('POST', `/sittings/${id}/calls/${raised.id}`, { act: 'take' }, admin)
  await question.getByText(/已接手$/).waitFor({ timeout: 5_000 }) // whoever took it elsewhere is seen at once
  await question.getByRole('button', { name: /^转命题人员/ }).click()
  await page.getByLabel('处理结果').fill('请核对选项')
  await page.getByRole('dialog').getByRole('button', { name: '转给命题人员' }).click()
  await question.waitFor({ state: 'detached' })

  // A warning is unread until the candidate has read it.
  await seatOf(page, '考生甲').click()
  await page.getByRole('dialog').getByRole('button', { name: '违纪警告…' }).click()
  await page.getByLabel('考生看到的话').fill('不得交谈')
  await page.getByRole('dialog').getByRole('button', { name: '警告', exact: true }).click()
  await page.getByText('请填写 2 到 200 个字。').waitFor()
  await clean(page, 'a warning without evidence')
  await page.getByLabel('看到的情况和依据').fill('与邻座交谈')
  await page.getByRole('dialog').getByRole('button', { name: '警告', exact: true }).click()
  await seatOf(page, '考生甲').getByText(/未读通知\s1/).waitFor({ timeout: 10_000 })
  const told = await ask('GET', `/attempts/${one.attempt}/notices`, null, one.token)
  await ask('POST', `/attempts/${one.attempt}/notices`, { read: told.notices.map((n) => n.id) }, one.token)
  await seatOf(page, '考生甲').getByText(/未读通知/).waitFor({ state: 'detached', timeout: 10_000 })

  // To another computer: the code signs the candidate in.
  await seatOf(page, '考生甲').click()
  await look(page, 'seat')
  await page.getByRole('dialog').getByRole('button', { name: '换座续考…' }).click()
  await page.getByLabel('换到考场').fill('02')
  await page.getByLabel('换到座位').fill('30')
  await page.getByLabel('原因').fill('电脑坏了')
  await page.getByRole('dialog').getByRole('button', { name: '换座', exact: true }).click()
  const code = await page.locator('[data-code]').textContent()
  assert.match(code, /^\d{6}$/)
  await look(page, 'code')
  await page.getByRole('button', { name: '关闭' }).click()
  const again = await enter(await come(of('考生甲'), code), 'another-device-02')
  await seatOf(page, '考生甲').waitFor({ state: 'detached' })
  await page.getByRole('button', { name: /^02\s考场$/ }).click()
  await seatOf(page, '考生甲').getByText(/30$/).waitFor()
  await again.save()

  // The room is evacuated and comes back.
  await page.getByRole('button', { name: /^02\s考场操作/ }).click()
  await page.getByRole('menuitem', { name: '疏散…', exact: true }).click()
  await page.getByLabel('原因').fill('火警')
  await page.getByRole('dialog').getByRole('button', { name: '疏散', exact: true }).click()
  await seatOf(page, '考生甲').getByText('已暂停').waitFor({ timeout: 10_000 })
  await page.getByText('已疏散：1 人停止计时。').or(page.getByText(/已疏散：1\s人停止计时。/)).first().waitFor()
  await page.getByRole('button', { name: /^02\s考场操作/ }).click()
  await page.getByRole('menuitem', { name: '结束疏散…' }).click()
  await page.getByLabel('原因').fill('警报解除')
  await page.getByRole('dialog').getByRole('button', { name: '结束疏散', exact: true }).click()
  await seatOf(page, '考生甲').getByText('作答中').waitFor({ timeout: 10_000 })

  // Misconduct ends the exam.
  await seatOf(page, '考生甲').click()
  await page.getByRole('dialog').getByRole('button', { name: '违纪终止考试…' }).click()
  await page.getByLabel('看到的情况和依据').fill('夹带小抄')
  await clean(page, 'misconduct')
  await page.getByRole('dialog').getByRole('button', { name: '终止考试', exact: true }).click()
  await seatOf(page, '考生甲').getByText('已交卷').waitFor({ timeout: 10_000 })
  await page.getByRole('button', { name: 'English' }).first().click().catch(() => undefined)
  await page.screenshot({ path: `${shots}/board-end-en.png` })
  await page.context().close()
})

test('where the stream breaks, the board is asked for', async () => {
  const { id, of } = await hall()
  const page = await signedIn(browser, base, accounts.find((a) => a.role === 'invigilator' || a.roles?.includes('invigilator')), '/staff', undefined, 'picture')
  await page.route('**/board/events*', (r) => r.abort())
  await page.goto(`${base}/staff/sittings/${id}/watch`)
  await page.getByRole('button', { name: /^01\s考场$/ }).click({ timeout: 20_000 })
  await enter(await come(of('考生乙')))
  await seatOf(page, '考生乙').getByText('作答中').waitFor({ timeout: 20_000 })
  await page.context().close()
})
