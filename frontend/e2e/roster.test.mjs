// Before the day against the real program that GONGYUAN_DEMO names: a list of
// 200 candidates with 15 defective rows, rooms with plans, seats by rule and by
// hand, papers of the day, sealing.
import assert from 'node:assert/strict'
import { mkdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { day } from './day.mjs'
import { keeping } from './keeping.mjs'
import { act, plan } from './hall.mjs'
import { base, call, of, signIn, skip } from './program.mjs'
import { clean, launch, signedIn } from './staff-harness.mjs'

const shots = process.env.GONGYUAN_SHOTS
const PHONE = { width: 390, height: 844 }
const WIDE = { width: 1366, height: 768 }
let browser, admin, sitting

async function pictured(page, name) {
  if (shots) {
    await mkdir(shots, { recursive: true })
    await page.screenshot({ path: join(shots, `roster-${name}.png`), fullPage: true })
  }
}

async function looked(page, name) {
  await pictured(page, name)
  await clean(page, name)
}

const W = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2]
/** No name is the beginning of another. */
const NAME = (n) => `${n > 119 ? '学员' : '考生'}${'甲乙丙丁戊己庚辛壬癸'[n % 10]}${'子丑寅卯辰巳午未申酉戌亥'[Math.floor(n / 10) % 12]}`
const identity = (n) => {
  const body = `000000198${n % 10}0${1 + (n % 9)}${10 + (n % 18)}${String(n).padStart(3, '0')}`
  return body + '10X98765432'[W.reduce((s, x, i) => s + x * Number(body[i]), 0) % 11]
}

/** 200 rows: 15 defective, 10 to repair. */
function list() {
  const wide = (s) => s.replace(/\d/g, (c) => String.fromCharCode(c.charCodeAt(0) + 0xfee0))
  const rows = Array.from({ length: 200 }, (_, n) => [NAME(n), identity(n), `示例单位 ${n % 40}`, '', n === 150 ? '是' : '', n === 151 ? '是' : ''])
  for (let n = 20; n < 25; n++) {
    rows[n][1] = `'${rows[n][1]}`
    rows[n + 5][1] = wide(rows[n + 5][1])
  }
  const id = (n) => identity(n)
  const bad = ['4.1E+17', '4.40524188001010E+17', `${id(2).slice(0, 15)}000`, id(3).slice(0, 17), `O${id(4).slice(1)}`, `${id(5).slice(0, 6)}99999999${id(5).slice(14)}`, '', '110105491231002', id(60), id(61), '无']
  bad.forEach((v, i) => { rows[i][1] = v })
  rows[12][0] = ''
  rows[13][0] = '13900000000'
  rows[14][3] = '很久'
  rows[15][3] = '-5'
  return ['姓名,身份证件号,工作单位,延时分钟,无障碍座位,单独考场', ...rows.map((r) => r.join(','))].join('\r\n')
}

before(async () => { if (!skip) { browser = await launch(); admin = await signIn(of('administrator')[0]) } })
after(async () => { await browser?.close() })

test('a list of 200 with 15 defective rows, seated by rule, printed and sealed', { skip, timeout: 180_000 }, async () => {
  const one = await plan(admin, '考前准备', 3)
  sitting = one.id
  const page = await signedIn(browser, base, of('administrator')[0], `/staff/sittings/${one.id}/import`, WIDE)
  const choose = async () => page.getByLabel('选择名单文件').setInputFiles({ name: '名单.csv', mimeType: 'text/csv', buffer: Buffer.from(list()) })
  const roster = async () => call('GET', `/api/v1/sittings/${one.id}/registrations`, admin)

  // What becomes of each row is shown; nobody is registered before that is confirmed.
  await choose()
  await page.getByText('试读，名单尚未改变。').waitFor()
  await page.getByRole('button', { name: '未导入 15', exact: true }).waitFor()
  await page.getByRole('button', { name: '已改 10', exact: true }).waitFor()
  await page.getByText('校验码不符（GB 11643），有数字写错').first().waitFor()
  assert.equal((await roster()).length, 0)
  await looked(page, 'import')
  await page.setViewportSize(PHONE)
  await pictured(page, 'import-phone')
  await page.setViewportSize(WIDE)
  await page.getByRole('button', { name: '登记 185 人' }).click()
  await page.getByText('已登记 185 人，未导入 15 人。').waitFor()
  assert.equal((await roster()).length, 185)

  // It is undone as a whole, and done again.
  await page.getByRole('button', { name: /^撤销这次导入/ }).click()
  await page.getByRole('dialog').getByRole('button', { name: '撤销导入' }).click()
  await page.getByText('已撤销，取消登记 185 人。').waitFor()
  assert.equal((await roster()).length, 0)
  await choose()
  await page.getByRole('button', { name: '登记 185 人' }).click()
  await page.getByText('已登记 185 人，未导入 15 人。').waitFor()

  // A site with rooms: one made by hand on the page, the others by calls.
  await page.goto(`${base}/staff/venues`)
  await page.getByRole('button', { name: '登记考点' }).click()
  await page.getByLabel('考点名称').fill('示例考点')
  await page.getByLabel('地址', { exact: true }).fill('示例路 1 号')
  await page.getByRole('button', { name: '保存', exact: true }).click()
  await page.getByText('已保存 示例考点。').waitFor()
  await page.getByRole('button', { name: /^登记考场/ }).click()
  await page.getByLabel('考场名').fill('01')
  await page.getByLabel('1 排 1 列：座位 01').click()
  await page.keyboard.press('Enter') // not used, then accessible
  await page.getByLabel('1 排 1 列：无障碍座位 01').waitFor()
  await page.getByLabel('考场电脑的地址范围').fill('10.0.3')
  await page.getByRole('button', { name: '保存', exact: true }).click()
  await page.getByText('要写成 10.0.3.0/24 或 10.0.3.15 这样。').first().waitFor()
  await looked(page, 'room')
  await page.getByLabel('考场电脑的地址范围').fill('10.0.3.0/24')
  await page.getByRole('button', { name: '保存', exact: true }).click()
  await page.getByText('已保存 01。').waitFor()
  const { sites, rooms: [first] } = await call('GET', '/api/v1/venues', admin)
  const rooms = [first]
  for (let n = 2; n <= 8; n++) {
    rooms.push(await call('POST', '/api/v1/venues/rooms', admin, { site: sites[0].id, name: `0${n}`, plan: n === 8 ? ['oo'] : ['ooo.ooo', 'ooo.ooo', 'ooo.ooo', 'ooo.ooo', 'ooo.ooo'], addresses: [], version: 0 }))
  }
  await page.goto(`${base}/staff/sittings/${one.id}/rooms`)
  await page.getByText('还没有选考场。').waitFor()
  const staff = await call('GET', '/api/v1/accounts?role=invigilator', admin)
  await page.getByRole('checkbox', { name: /^08 考场/ }).check()
  await page.getByRole('checkbox', { name: /^单独考场/ }).check()
  await page.getByRole('checkbox', { name: staff[0].name }).first().check()
  await page.getByText('有未保存的修改').waitFor()
  await page.getByRole('button', { name: '保存考场和监考员' }).click()
  await page.getByText('已保存考场和监考员。').waitFor()
  const { version } = await call('GET', `/api/v1/sittings/${one.id}/rooms`, admin)
  await call('PUT', `/api/v1/sittings/${one.id}/rooms`, admin, { version, rooms: rooms.map((r) => ({ room: r.id, apart: r.name === '08', invigilators: r.name === '08' ? [staff[0].id] : [] })) })
  await page.reload()

  // Proposed it changes nothing; applied it seats everybody.
  await page.getByText('185 人还没有座位。').waitFor()
  await page.getByRole('button', { name: '试排' }).click()
  await page.getByRole('button', { name: '采用…' }).waitFor()
  assert.ok((await roster()).every((r) => r.room === ''))
  await page.getByRole('button', { name: '采用…' }).click()
  await looked(page, 'apply')
  await page.getByRole('dialog').getByRole('button', { name: '采用', exact: true }).click()
  await page.getByText('已排好 185 人的座位。').waitFor()
  const seated = await roster()
  assert.equal(new Set(seated.map((r) => `${r.room}-${r.seat}`)).size, 185)
  assert.ok(seated.every((r) => r.room !== ''))
  const apart = seated.find((r) => r.needs?.apart)
  assert.equal(apart.room, '08')
  const ramp = seated.find((r) => r.needs?.accessible)
  assert.deepEqual([ramp.room, ramp.seat], ['01', '01'])
  await looked(page, 'rooms')
  await page.setViewportSize(PHONE)
  await pictured(page, 'rooms-phone')
  await page.setViewportSize(WIDE)

  // By hand, with somebody who sits there.
  const [a, b] = ['02', '03'].map((seat) => seated.find((r) => r.room === '01' && r.seat === seat))
  await page.getByRole('region', { name: /01 考场/ }).getByRole('button', { name: a.name }).click()
  await page.getByRole('dialog').getByLabel('座位').selectOption('03')
  await page.getByRole('dialog').getByText(`${b.name} 换到 01 考场 02 座。`).waitFor()
  await page.getByRole('dialog').getByRole('button', { name: '换座' }).click()
  await page.getByText(`${a.name} 换到 01 考场 03 座。`).waitFor()
  const moved = await roster()
  assert.deepEqual([a, b].map((x) => moved.find((r) => r.id === x.id).seat), ['03', '02'])

  // The papers, and the seal, after which nothing is imported.
  await page.goto(`${base}/staff/sittings/${one.id}/papers`)
  const [download] = await Promise.all([page.waitForEvent('download'), page.getByRole('button', { name: /下载 PDF\s*准考证/ }).click()])
  const pdf = await readFile(await download.path())
  assert.equal(pdf.subarray(0, 5).toString(), '%PDF-')
  await page.getByText('准考证已生成，由浏览器保存。').waitFor()
  await looked(page, 'papers')
  await call('POST', `/api/v1/sittings/${one.id}/acts`, admin, { act: 'seal', version: (await call('GET', `/api/v1/sittings/${one.id}`, admin)).version })
  await page.goto(`${base}/staff/sittings/${one.id}/import`)
  await page.getByText('试卷已封存，不能再导入或撤销。').waitFor()
  await page.getByText('封卷后不能撤销').waitFor()
  assert.deepEqual(page.faults, [])
})

/** A picture as a telephone makes it. */
const photograph = async (page) => Buffer.from((await page.evaluate(() => {
  const c = document.createElement('canvas')
  Object.assign(c, { width: 900, height: 1200 })
  c.getContext('2d').fillRect(200, 300, 500, 700)
  return c.toDataURL('image/jpeg', 0.8)
})).split(',')[1], 'base64')

/** A programme with one place, announced, and a sitting of it: all by the pages. */
async function announced() {
  const in3 = (days) => new Date(Date.now() + (72 + 8) * 3_600_000 + days * 86_400_000).toISOString().slice(0, 10)
  const page = await signedIn(browser, base, of('administrator')[0], '/staff/programmes/new', WIDE)
  await page.getByLabel('名称').fill('冬季认定')
  await page.getByLabel('三级/高级工').check()
  await page.getByRole('button', { name: '保存计划' }).click()
  await page.getByText('请填写 1 到 100000 的名额。').waitFor()
  await page.locator('#programme-3-capacity').fill('1')
  await page.locator('#programme-3-theory-from').fill(in3(0))
  await page.locator('#programme-3-skill-from').fill(in3(7))
  await looked(page, 'programme-form')
  await page.getByRole('button', { name: '保存计划' }).click()
  await page.getByRole('button', { name: '公布' }).click()
  await page.getByRole('dialog').getByRole('button', { name: '公布', exact: true }).click()
  await page.getByText('已公布。').waitFor()
  await page.getByRole('link', { name: '安排场次' }).click()
  await page.getByLabel('名称').fill('网上报名')
  await page.getByLabel('名额（人）').fill('2')
  await page.getByRole('button', { name: '建立场次' }).click()
  await page.getByText('超过认定计划给这个等级的名额，请减少，或先修改计划。').waitFor()
  await page.getByLabel('名额（人）').fill('1')
  await page.getByRole('button', { name: '建立场次' }).click()
  await page.getByRole('link', { name: '冬季认定' }).click()
  await page.getByRole('link', { name: '网上报名' }).waitFor()
  await looked(page, 'programme')
  await page.setViewportSize(PHONE)
  await looked(page, 'programme-phone')
  await page.context().close()
  return (await call('GET', '/api/v1/sittings', admin)).sittings.find((s) => s.title === '网上报名')
}

test('somebody applies and is admitted; a computer is checked', { skip, timeout: 180_000 }, async () => {
  const one = await announced()
  const [opens, closes] = [-3_600_000, 3_600_000].map((ms) => new Date(Date.now() + ms).toISOString())
  await call('PUT', `/api/v1/sittings/${one.id}/enrolment`, admin, { on: true, opens, closes, version: 0 })
  const page = await (await browser.newContext({ viewport: PHONE, locale: 'zh-CN', timezoneId: 'America/New_York' })).newPage()
  page.setDefaultTimeout(30_000)
  page.faults = []
  await page.goto(`${base}/enrol`)
  await page.getByRole('heading', { name: '冬季认定' }).waitFor()
  const begins = new Date(Date.parse(one.opens) + 8 * 3_600_000)
  await page.getByText(`考试开始 ${begins.getUTCFullYear()}年${begins.getUTCMonth() + 1}月${begins.getUTCDate()}日 ${begins.toISOString().slice(11, 16)}`).waitFor() // by the clocks of the exam
  await looked(page, 'announced')
  await page.getByRole('link', { name: /^报名/ }).click()
  await page.getByText('名额 1 人，已录取 0 人。').waitFor()
  await page.getByRole('button', { name: '提交报名' }).click()
  await page.getByText(/^请填写电话号码/).waitFor()
  await looked(page, 'enrol-missing')
  const file = { name: '照片.jpg', mimeType: 'image/jpeg', buffer: await photograph(page) }
  for (const [field, value] of [['name', '报名甲'], ['idNumber', identity(900)], ['phone', '13900000000']]) await page.locator(`#f-${field}`).fill(value)
  await page.locator('#f-condition').selectOption({ index: 1 })
  await page.locator('#f-photo').setInputFiles(file)
  await page.getByText('换一张').waitFor() // it was read
  await page.getByLabel('放大').fill('1.5')
  await page.locator('#f-evidence').setInputFiles({ ...file, name: '学历.jpg' })
  await page.getByText('学历.jpg').first().waitFor()
  await looked(page, 'enrol')
  await page.getByRole('button', { name: '提交报名' }).click()
  await page.getByRole('heading', { name: '报名已提交' }).waitFor()
  const number = (await page.locator('.big.mono').textContent()).trim()

  const staff = await signedIn(browser, base, of('administrator')[0], `/staff/sittings/${one.id}/enrolment`, WIDE)
  await staff.getByRole('button', { name: /^录入名单…/ }).click()
  await staff.getByRole('dialog').getByRole('button', { name: '录入名单', exact: true }).click()
  await staff.getByText('报名甲 已录入名单。').waitFor()
  await looked(staff, 'admitted')
  await page.goto(`${base}/enrol?number=${number}`)
  await page.locator('#document').fill(identity(900))
  await page.getByRole('button', { name: '查询', exact: true }).click()
  await page.locator('h2[data-answer]').waitFor()
  await page.getByText('，时间和地点另行通知').waitFor() // of the skill assessment, by the programme
  await looked(page, 'enrol-state')

  await page.goto(`${base}/check?sitting=${sitting}`)
  await page.locator('form button[type=submit]').click()
  await page.locator('.out h2[data-answer]').waitFor()
  await looked(page, 'check')
  await page.context().close()
  await staff.goto(`${base}/staff/sittings/${sitting}/ready`)
  await staff.getByText(/^考生机只检查了 1 \/ \d+\s台$/).first().waitFor()
  await looked(staff, 'ready')
  await staff.context().close()
})

test('and its day, with several people at once', { skip, timeout: 1_800_000 }, async (t) => {
  const numbers = new Map(Array.from({ length: 200 }, (_, n) => [NAME(n), identity(n)]))
  for (const n of [60, 61]) numbers.set(NAME(n - 52), identity(n)) // who stands there first with the number
  await act(admin, sitting, 'open')
  const rows = await call('GET', `/api/v1/sittings/${sitting}/registrations`, admin)
  const people = rows.map((r) => ({ ...r, idNumber: numbers.get(r.name) })).sort((a, b) => (`${a.room}-${a.seat}` < `${b.room}-${b.seat}` ? -1 : 1))
  await day(t, { browser, admin, invigilator: of('invigilator')[0], sitting, people })
  await keeping(t, { browser, sitting, admins: of('administrator'), auditor: of('auditor')[0] })
})
