// Certificates in a browser, against the real program that GONGYUAN_DEMO (and
// GONGYUAN_URL) name: a batch that is checked, left out of, proposed, confirmed
// by somebody else and issued; a reissue and a revocation by two people; what
// the public page says of each.
import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { after, before, test } from 'node:test'
import { act, learn, open, plan, release, score, take } from './hall.mjs'
import { base, call, demo, identity, of, signIn, skip } from './program.mjs'
import { clean, launch, signedIn } from './staff-harness.mjs'
import { png } from './workbook.mjs'

const shots = process.env.GONGYUAN_SHOTS
let browser
before(async () => { if (!skip) browser = await launch() })
after(async () => { await browser?.close() })

/** Looks at a page: axe, and a picture where they are kept. */
async function looked(page, where) {
  await clean(page, where)
  if (shots) await page.screenshot({ path: `${shots}/certificate-${where}.png`, fullPage: true })
}

/** A released sitting of level 3 at which everybody passed. */
async function released(admin, other, names) {
  const answer = await learn(admin, 3)
  const s = await plan(admin, '示例发证', 3)
  const people = await open(admin, s.id, names.map((name) => ({ name, idNumber: identity() })))
  const sheet = (await call('GET', '/api/v1/sheets?level=3', admin)).find((x) => x.kind === 'skill')
  const accounts = await call('GET', '/api/v1/accounts?role=examiner', admin)
  const panel = of('examiner').slice(0, 3)
  await call('POST', `/api/v1/sittings/${s.id}/panels`, admin, { kind: 'skill', sheet: sheet.id, rule: 'mean', examiners: panel.map((p) => accounts.find((a) => a.login === p.login).id) })
  for (const p of people) await take(p, answer)
  for (const who of panel) {
    const token = await signIn(who)
    for (const { draw } of (await call('GET', `/api/v1/sittings/${s.id}/assess/skill`, token)).tasks) await score(token, s.id, 'skill', draw)
  }
  await act(admin, s.id, 'close')
  await release(admin, other, s.id)
  return { id: s.id, people }
}

test('certificates', { skip, timeout: 280_000 }, async (t) => {
  assert.ok(demo)
  const [one, two] = of('administrator')
  const s = await released(await signIn(one), await signIn(two), ['发证甲', '发证乙'])
  const first = await signedIn(browser, base, one, `/staff/sittings/${s.id}/outcomes`)
  let number
  await t.test('a batch is checked, signed by two and issued', async () => {
    for (const name of ['发证甲', '发证乙']) await first.getByLabel(`选择 ${name}`).check()
    await first.getByRole('button', { name: /人发证…$/ }).click()
    await first.getByRole('dialog').getByRole('button', { name: '收成一批' }).click()
    await first.getByText('没有照片', { exact: true }).first().waitFor()
    await first.getByText(/有.2.人不能发证/).waitFor() // a missing photograph stops the batch
    await first.getByRole('button', { name: '接受缺照片… 发证甲' }).click()
    await first.getByRole('dialog').getByLabel('理由').fill('示例：补拍来不及')
    await first.getByRole('dialog').getByRole('button', { name: '接受缺照片' }).click()
    await first.getByText('接受缺照片：示例：补拍来不及').waitFor()
    await first.getByRole('button', { name: '不列入… 发证乙' }).click()
    await first.getByRole('dialog').getByLabel('理由').fill('示例：本人要求暂缓')
    await first.getByRole('dialog').getByRole('button', { name: '不列入' }).click()
    await first.getByText('不列入：示例：本人要求暂缓').waitFor()
    await looked(first, 'batch')
    await first.getByRole('button', { name: '提请确认…' }).click()
    await first.getByRole('dialog').getByRole('button', { name: '提请确认' }).click()
    await first.getByText('请另一名考务管理员登录后确认。').waitFor()
    assert.equal(await first.getByRole('button', { name: '确认发证…' }).count(), 0, 'who proposed does not confirm')
    const second = await signedIn(browser, base, two, new URL(first.url()).pathname)
    await second.getByRole('button', { name: '确认发证…' }).click()
    await second.getByRole('dialog').getByText('发证甲：示例：补拍来不及').waitFor()
    await second.getByRole('dialog').getByRole('button', { name: '确认发证' }).click()
    await second.getByText(/已发.1.张证书/).waitFor()
    await looked(second, 'issued')
    await second.setViewportSize({ width: 390, height: 844 })
    await looked(second, 'issued-narrow')
    await second.setViewportSize({ width: 1366, height: 768 })
    const [archive] = await Promise.all([second.waitForEvent('download'), second.getByRole('button', { name: '下载压缩包（每人一个 PDF）' }).click()])
    assert.match(archive.suggestedFilename(), /\.zip$/)
    assert.equal((await readFile(await archive.path())).subarray(0, 4).toString('latin1'), 'PK\x03\x04')
    await second.getByText('已下载 1 份。').waitFor()
    const [whole] = await Promise.all([second.waitForEvent('download'), second.getByRole('button', { name: '下载一个 PDF' }).click()])
    assert.match((await readFile(await whole.path())).toString('latin1', 0, 60), /^%PDF-1\.7\n%.*\n% page 1 of 1\n/)
    await second.getByText('已下载 1 份。').waitFor()
    if (shots) await whole.saveAs(`${shots}/one.pdf`)
    await second.getByRole('link', { name: '看证书' }).click()
    const link = second.locator('.numbers a.row')
    await link.first().waitFor()
    assert.equal(await link.count(), 1)
    number = (await link.first().innerText()).replace(/\s/g, '')
    await looked(second, 'list')
    await second.context().close()
  })
  const decided = async (kind, after) => {
    await first.getByRole('button', { name: `${kind}…`, exact: true }).click()
    const dialog = first.getByRole('dialog')
    await dialog.getByRole('button', { name: '提请' }).click()
    await dialog.getByText('请写 2–500 个字。').first().waitFor() // a reason is asked for
    await dialog.getByLabel('理由').fill('示例：登记信息有误')
    await dialog.getByLabel('依据', { exact: true }).fill('示例：来函，档案 3 卷')
    await dialog.getByLabel('添加材料').setInputFiles({ name: '来函.png', mimeType: 'image/png', buffer: png(60, 80) })
    await dialog.getByText('来函.png').waitFor()
    if (kind === '补发') await looked(first, 'proposing')
    await dialog.getByRole('button', { name: '提请' }).click()
    await first.getByText('由您提请，请另一名考务管理员登录后决定。').waitFor()
    assert.equal(await first.getByRole('button', { name: `批准${kind}…` }).count(), 0, 'who proposed does not decide')
    const second = await signedIn(browser, base, two, `/staff/certificates/${number}`)
    await second.getByRole('button', { name: '查看 来函.png' }).first().click()
    await second.getByRole('dialog').getByRole('img').waitFor()
    await second.getByRole('dialog').getByRole('button', { name: '关闭' }).click()
    await second.getByRole('button', { name: `批准${kind}…` }).click()
    await second.getByRole('dialog').getByText(/附材料.1.件/).waitFor()
    await second.getByRole('dialog').getByRole('button', { name: `批准${kind}` }).click()
    await second.getByText(after).first().waitFor()
    await looked(second, kind === '作废' ? 'revoked' : 'reissued')
    await second.context().close()
    await first.reload()
  }
  const publicly = async (says, where) => {
    const p = await (await browser.newContext({ viewport: { width: 390, height: 844 }, locale: 'zh-CN' })).newPage()
    p.faults = []
    await p.goto(`${base}/verify?number=${number}`)
    await p.locator('#name').fill('发证甲')
    await p.keyboard.press('Enter')
    await p.getByText(says).first().waitFor()
    await looked(p, where)
    await p.context().close()
  }
  await t.test('what proves it is taken along', async () => {
    await first.goto(`${base}/staff/certificates/${number}`)
    await first.getByText(/第.\d+.条，日志共.\d+.条/).waitFor()
    const taken = async (button) => {
      const [file] = await Promise.all([first.waitForEvent('download'), first.getByRole('button', { name: button }).click()])
      return JSON.parse(await readFile(await file.path(), 'utf8'))
    }
    assert.ok((await taken('下载日志证明')).path)
    assert.match((await taken(/下载可验证凭证/)).id, /^data:application\/vc\+jwt,/)
    await looked(first, 'proofs')
  })
  await t.test('who looks up often is asked for work, which the page does', async () => {
    const p = await (await browser.newContext({ viewport: { width: 390, height: 844 }, locale: 'zh-CN' })).newPage()
    p.faults = []
    await p.goto(`${base}/verify?number=${number}`)
    const asked = []
    p.on('response', (r) => { if (r.url().endsWith('/api/v1/verify')) asked.push(r.status()) })
    for (let i = 0; i < 4; i++) {
      await p.locator('#name').fill(`别人${i}`)
      await p.keyboard.press('Enter')
      await p.locator('form button.btn.lg:not([aria-disabled])').waitFor()
      await p.getByText('没有查到').first().waitFor()
    }
    assert.deepEqual(asked, [200, 200, 200, 428, 200])
    await looked(p, 'verify-work')
    await p.context().close()
  })
  await t.test('the layout is changed with the page beside it', async () => {
    const page = await signedIn(browser, base, one, '/staff/certificate-templates')
    const picture = page.getByRole('img', { name: /证书预览/ })
    await picture.waitFor()
    const before = await picture.getAttribute('src')
    await page.getByLabel('证书名称').fill('示例技能等级证书')
    await page.waitForFunction((old) => document.querySelector('.tpl-page')?.getAttribute('src') !== old, before)
    await looked(page, 'template')
    await page.getByLabel('内容').first().fill('{薪酬}')
    await page.getByText('花括号里的名称不认识，请用列出的名称。').waitFor()
    await page.getByLabel('内容').first().fill('{name}')
    await page.getByText('有内容要改，预览是改之前的。').waitFor({ state: 'detached' })
    await page.getByRole('button', { name: '存为新版本…' }).click()
    await page.getByRole('dialog').getByLabel('改了什么').fill('示例：改标题')
    await page.getByRole('dialog').getByRole('button', { name: '存为新版本' }).click()
    await page.getByText('已存为第 1 版。').or(page.getByText(/已存为第.1.版。/)).first().waitFor()
    await page.setViewportSize({ width: 390, height: 844 })
    assert.equal(await page.evaluate(() => document.documentElement.scrollWidth <= 390), true)
    await looked(page, 'template-narrow')
    await page.context().close()
  })
  await t.test('two people print it again under its number', async () => {
    await first.goto(`${base}/staff/certificates/${number}`)
    await decided('补发', '已补发，可以下载新的 PDF。')
    await first.getByText(/已补发.1.次/).first().waitFor()
    await publicly(/这张证书补发过.1.次/, 'verify-reissued')
  })
  await t.test('two people revoke it, and the check says so at once', async () => {
    await decided('作废', '证书已作废')
    await publicly('证书已作废', 'verify-revoked')
  })
  await first.context().close()
})
