// What is kept after a sitting, against the real program that GONGYUAN_DEMO
// names: archived papers are read by request and a second person's word; what is
// due is listed, proposed by one and deleted by another; results and the archive
// stay. Years pass in the store while the program is stopped.
import assert from 'node:assert/strict'
import { mkdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { act, open, plan, release } from './hall.mjs'
import { own } from './own.mjs'
import { base, call, identity, of, signIn, skip } from './program.mjs'
import { startServer } from './server.mjs'
import { clean, launch, signedIn } from './staff-harness.mjs'
import { moment, replaceIn } from './stored.mjs'

const shots = process.env.GONGYUAN_SHOTS
const YEARS = 7 * 366 * 86_400_000
let browser, one, two, sitting

async function looked(page, name) {
  if (shots) {
    await mkdir(shots, { recursive: true })
    await page.screenshot({ path: join(shots, `custody-${name}.png`), fullPage: true })
  }
  await clean(page, name)
}

before(async () => {
  if (skip) return
  browser = await launch()
  const [first, second] = await Promise.all(of('administrator').slice(0, 2).map(signIn))
  sitting = await plan(first, '示例旧场次', 3)
  await open(first, sitting.id, ['甲', '乙'].map((x) => ({ name: `旧考生${x}`, idNumber: identity() })))
  await act(first, sitting.id, 'close')
  await release(first, second, sitting.id)
  await call('POST', `/api/v1/sittings/${sitting.id}/archives`, first)
  await own.server.stop()
  for (const field of ['opens', 'closes']) assert.ok(await replaceIn(join(own.data.folder, 'gongyuan.db'), moment(field, Date.parse(sitting[field])), moment(field, Date.parse(sitting[field]) - YEARS)) > 0)
  own.server = await startServer(own.data, own.server.port)
  one = await signedIn(browser, base, of('administrator')[0], `/staff/sittings/${sitting.id}/archive`)
  two = await signedIn(browser, base, of('administrator')[1], `/staff/sittings/${sitting.id}/archive`)
})
after(async () => { await browser?.close() })

test('archived papers are read by who asked, once another said yes', { skip, timeout: 120_000 }, async () => {
  await one.getByRole('button', { name: '申请查阅', exact: true }).click()
  const dialog = one.getByRole('dialog')
  await dialog.getByLabel('考生').selectOption({ label: await dialog.getByRole('option', { name: /旧考生甲/ }).textContent() })
  await dialog.getByLabel('理由').fill('核对申诉')
  await dialog.getByRole('button', { name: '申请查阅' }).click()
  await one.getByText('已申请，等另一位管理员批准。').waitFor()
  const asked = one.getByRole('row', { name: /旧考生甲/ })
  await asked.getByText('申请人不能批准自己的申请。').waitFor()
  assert.equal(await asked.getByRole('button').count(), 0, 'who asked neither approves nor reads')
  await looked(one, 'asked')
  await two.reload()
  await two.getByRole('row', { name: /旧考生甲/ }).getByRole('button', { name: /^批准/ }).click()
  await two.getByRole('dialog').getByRole('button', { name: '批准', exact: true }).click()
  await two.getByRole('row', { name: /旧考生甲/ }).getByText('已批准').waitFor()
  assert.equal(await two.getByRole('button', { name: /^查阅/ }).count(), 0, 'who approved does not read')
  await one.reload()
  const [download] = await Promise.all([one.waitForEvent('download'), asked.getByRole('button', { name: /^查阅/ }).click()])
  const lines = (await readFile(await download.path(), 'utf8')).trim().split('\n').map((x) => JSON.parse(x))
  assert.ok(lines.length > 1)
  assert.doesNotMatch(JSON.stringify(lines), /旧考生乙/, 'nobody else is in it')
  await one.getByText('已核对全文并保存。用完请删除。').waitFor()
})

test('what is due is listed first, and goes once a second person confirms', { skip, timeout: 120_000 }, async () => {
  await one.goto(`${base}/staff/retention`)
  const lot = (page, kind) => page.getByRole('table', { name: '已到期' }).getByRole('row', { name: new RegExp(`示例旧场次.*${kind}`) })
  await lot(one, '试卷和答卷').getByText('可以删除').waitFor()
  await one.getByRole('button', { name: '提请删除' }).click()
  await one.getByRole('dialog').getByLabel('理由').fill('保存期限已满')
  await one.getByRole('dialog').getByRole('button', { name: '提请删除' }).click()
  await one.getByText('已提请，等另一位管理员确认。现在还没有删除。').waitFor()
  await one.getByRole('row', { name: /保存期限已满/ }).getByText('由另一位管理员确认').waitFor()
  assert.equal(await one.getByRole('button', { name: '确认删除' }).count(), 0, 'who proposed does not confirm')
  await lot(one, '试卷和答卷').waitFor()
  await looked(one, 'proposed')
  await two.goto(`${base}/staff/retention`)
  await two.getByRole('button', { name: '确认删除' }).click()
  await two.getByRole('dialog').getByText(/示例旧场次 .* · 试卷和答卷 · 2$/).waitFor()
  await looked(two, 'confirm')
  await two.getByRole('dialog').getByRole('button', { name: '确认删除' }).click()
  await two.getByText(/^已删除 \d+ 条。$/).waitFor()
  await two.getByText('没有到期的。').waitFor()
  await looked(two, 'deleted')
  // What stays: the results, and the file with what is gone.
  await one.goto(`${base}/staff/sittings/${sitting.id}/outcomes`)
  await one.getByRole('row', { name: /旧考生甲/ }).waitFor()
  await one.goto(`${base}/staff/sittings/${sitting.id}/archive`)
  await one.getByRole('button', { name: /^核验/ }).click()
  await one.getByText('文件 1 完整：签名有效，每一行都能读出。').waitFor()
})

test('once it was opened, readiness tells what held then', { skip, timeout: 60_000 }, async () => {
  await one.goto(`${base}/staff/sittings/${sitting.id}/ready`)
  await one.getByRole('heading', { name: '准许开考时' }).waitFor()
  await one.getByText(/^开考时 \d+\s项没有完成：$/).waitFor()
  assert.equal(await one.locator('.alert').count(), 0, 'nothing is urged')
  await looked(one, 'opened')
})

test('the rules of rooms are changed on their form, and refused in place', { skip, timeout: 60_000 }, async () => {
  await one.goto(`${base}/staff/venues`)
  const rules = one.getByRole('region', { name: '考场与监考的参数' })
  await rules.getByRole('button', { name: /^修改/ }).click()
  const most = rules.getByLabel('每个考场最多几名考生')
  await most.fill('三十')
  await rules.getByRole('button', { name: '保存' }).click()
  await rules.getByText('请填写整数。').waitFor()
  assert.ok(await most.evaluate((x) => x === document.activeElement), 'the field in question has the focus')
  await most.fill('28')
  await looked(one, 'rules')
  await rules.getByRole('button', { name: '保存' }).click()
  await one.getByText('考场与监考的参数已保存。').waitFor()
  await rules.getByText(/最多 28\s名考生/).waitFor()
  await two.goto(`${base}/staff/venues`)
  await two.getByText(/最多 28\s名考生/).waitFor()
})
