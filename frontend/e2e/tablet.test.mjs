// The examiner's page on a tablet and what is handed in for the review, in a
// browser against the real program that GONGYUAN_DEMO (and GONGYUAN_URL) name:
// materials of a candidate, portrait and seat, three examiners, the network cut
// in between, a reload without it, photographs taken without it, two pages and
// two devices of one examiner, a lost session, a veto, signatures.
import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { mkdir } from 'node:fs/promises'
import { createServer, request } from 'node:http'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { base, call, demo, identity, of, signIn, skip } from './program.mjs'
import { clean, launch } from './staff-harness.mjs'

const shots = process.env.GONGYUAN_SHOTS
let browser

/** A sitting of level 2 with a review panel of three. */
async function review(admin, names) {
  const blueprint = (await call('GET', '/api/v1/blueprints', admin)).find((b) => b.bank.endsWith('-2'))
  const now = Date.now()
  let s = await call('POST', '/api/v1/sittings', admin, {
    title: `示例评审 ${randomUUID().slice(0, 8)}`, level: 2, blueprint: blueprint.id, opens: new Date(now - 60_000).toISOString(),
    closes: new Date(now + 3 * 3_600_000).toISOString(), durationMinutes: blueprint.durationMinutes, oneSealer: true, release: 'after-release', explain: true,
  })
  const people = names.map((name, i) => ({ name, idNumber: identity(), room: '07', seat: String(i + 1).padStart(2, '0') }))
  const rows = await call('POST', `/api/v1/sittings/${s.id}/registrations`, admin, { candidates: people })
  for (const act of ['seal', 'open']) {
    s = await call('GET', `/api/v1/sittings/${s.id}`, admin)
    s = await call('POST', `/api/v1/sittings/${s.id}/acts`, admin, { act, version: s.version })
  }
  const sheet = (await call('GET', '/api/v1/sheets?level=2', admin)).find((x) => x.kind === 'review')
  const examiners = (await call('GET', '/api/v1/accounts?role=examiner', admin)).slice(0, 3)
  await call('POST', `/api/v1/sittings/${s.id}/panels`, admin, { kind: 'review', sheet: sheet.id, examiners: examiners.map((x) => x.id), rule: 'mean' })
  return { id: s.id, people: people.map((p) => ({ ...p, ...rows.find((r) => r.seat === p.seat) })), logins: examiners.map((x) => x.login) }
}

const tablet = { width: 1024, height: 768 }
const phone = { width: 390, height: 844 }

/** A device of its own, not signed in. */
async function device(viewport) {
  return browser.newContext({ viewport, hasTouch: true, locale: 'zh-CN', timezoneId: 'Asia/Shanghai', reducedMotion: 'reduce', acceptDownloads: true })
}

function watch(page) {
  page.setDefaultTimeout(30_000)
  page.faults = []
  page.on('console', (m) => { if (/Content Security Policy/.test(m.text())) page.faults.push(m.text()) })
  page.on('pageerror', (e) => page.faults.push(e.message))
  return page
}

async function as(account, path, viewport) {
  const page = watch(await (await device(viewport)).newPage())
  await page.goto(base + path)
  await page.getByLabel('账号').fill(account.login)
  await page.getByLabel('密码').fill(account.password)
  await page.keyboard.press('Enter')
  await page.locator('.account').waitFor()
  return page
}

async function picture(page, name) {
  if (!shots) return
  await mkdir(shots, { recursive: true })
  await page.screenshot({ path: join(shots, `${name}.png`) })
}

const pdf = (text) => Buffer.from(`%PDF-1.7\n1 0 obj\n<</Type/Catalog>>\nendobj\n%${text}\ntrailer\n<</Root 1 0 R>>\nstartxref\n9\n%%EOF\n`)
/** A photograph, made by the browser itself. */
async function photo(page, side = 1400) {
  const url = await page.evaluate((n) => {
    const c = document.createElement('canvas')
    c.width = n; c.height = Math.round(n * 0.75)
    const g = c.getContext('2d')
    for (let i = 0; i < 400; i++) { g.fillStyle = `hsl(${i * 7},60%,${30 + (i % 5) * 10}%)`; g.fillRect((i * 97) % n, (i * 61) % n, 90, 70) }
    return c.toDataURL('image/jpeg', 0.9)
  }, side)
  return Buffer.from(url.slice(url.indexOf(',') + 1), 'base64')
}

const rowOf = (page, i) => page.locator('.srow').nth(i)
const full = (page, i) => rowOf(page, i).getByRole('button', { name: '无扣分', exact: true }).click()
const marks = (page, i) => rowOf(page, i).locator('.sc').innerText()
const saved = (page) => page.locator('.save-tag', { hasText: '全部评分已保存' }).waitFor()
const files = (page) => page.locator('#file-signed')

before(async () => { if (!skip) browser = await launch() })
after(async () => { await browser?.close() })

test('a review on tablets', { skip, timeout: 280_000 }, async (t) => {
  const [adminAccount] = of('administrator')
  const admin = await signIn(adminAccount)
  const s = await review(admin, ['评审甲', '评审乙', '评审丙'])
  const accounts = s.logins.map((login) => demo.staff.find((a) => a.login === login))
  const list = `/staff/assess/${s.id}/review`
  const first = s.people[0]
  let drawOfFirst = ''
  let broken = false
  const step = (name, work) => t.test(name, { skip: broken }, async () => { broken = true; await work(); broken = false })

  await step('a candidate hands in materials by telephone', async () => {
    const page = watch(await (await device(phone)).newPage())
    await page.goto(`${base}/materials`)
    await clean(page, 'materials sign-in')
    await page.getByLabel('准考证号').fill(first.admission)
    await page.getByLabel('身份证件号').fill(first.idNumber)
    await page.getByRole('button', { name: '登录' }).click()
    await page.getByText('可以上传和移除材料').waitFor()
    const choose = page.locator('input[type=file]')
    await choose.setInputFiles([{ name: '评审甲的论文.pdf', mimeType: 'application/pdf', buffer: pdf('thesis') }, { name: '业绩.pdf', mimeType: 'application/pdf', buffer: pdf('annex') }])
    await page.getByText('评审甲的论文.pdf').waitFor()
    await page.getByRole('button', { name: '移除 业绩.pdf' }).waitFor()
    await choose.setInputFiles({ name: '照片.jpg', mimeType: 'image/jpeg', buffer: Buffer.from('<html><script>alert(1)</script>') })
    await page.getByText('只收 PDF、JPEG、PNG 文件').waitFor()
    await clean(page, 'materials')
    await picture(page, 'materials-390x844')
    await page.getByRole('button', { name: '不上传了 照片.jpg' }).click()
    await page.getByRole('button', { name: '移除 业绩.pdf' }).click()
    await clean(page, 'materials, remove')
    await page.getByRole('dialog').getByRole('button', { name: '移除' }).click()
    await page.getByRole('button', { name: '移除 业绩.pdf' }).waitFor({ state: 'detached' })
    // Without the network it says so and goes on by hand where it was.
    await page.context().setOffline(true)
    await choose.setInputFiles({ name: '附件.pdf', mimeType: 'application/pdf', buffer: pdf('later') })
    await page.getByText('没有上传成功').waitFor()
    await page.context().setOffline(false)
    await page.getByRole('button', { name: '继续上传' }).click()
    await page.getByRole('button', { name: '移除 附件.pdf' }).waitFor()
    await page.setViewportSize({ width: 320, height: 640 })
    assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= 320), 'no sideways scrolling at 320')
    await page.context().close()
  })

  await step('the administrator adds a portrait and lets the panel see faces', async () => {
    const page = await as(adminAccount, `/staff/sittings/${s.id}/materials`, { width: 1366, height: 768 })
    await page.getByText(/有材料.1 · 有照片.0/).waitFor()
    await page.locator('tr', { hasText: first.admission }).locator('input[type=file]').nth(1).setInputFiles({ name: 'a.jpg', mimeType: 'image/jpeg', buffer: await photo(page, 400) })
    await page.getByText(/有照片.1/).waitFor()
    const form = page.locator('form', { hasText: '综合评审' })
    await form.getByLabel('向考评员显示考生照片和座位').check()
    await form.getByRole('button', { name: '保存设置' }).click()
    await form.getByText('设置已保存').waitFor()
    await clean(page, 'dossiers')
    await picture(page, 'dossiers-1366x768')
    drawOfFirst = (await page.locator('tr', { hasText: first.admission }).locator('td').first().innerText()).trim()
    assert.match(drawOfFirst, /^\d{3}$/)
    await page.context().close()
  })

  await step('without a network: scores, time and a photograph are kept over a reload and sent later', async () => {
    const page = await as(accounts[0], list, tablet)
    await page.locator('.q-card').nth(2).waitFor()
    await page.getByText(/07.考场.01.座/).first().waitFor()
    await page.locator('.q-card .face img').first().waitFor()
    await clean(page, 'queue')
    await picture(page, 'queue-1024x768')
    await page.goto(`${base}${list}/${drawOfFirst}`)
    await rowOf(page, 0).waitFor()
    await page.getByText('材料 1.pdf', { exact: true }).waitFor()
    assert.equal(await page.getByText('评审甲').count(), 0, 'no name is shown')
    await page.evaluate(() => navigator.serviceWorker.ready)
    await page.reload() // from here on the worker serves the page
    await rowOf(page, 0).waitFor()
    await page.getByRole('button', { name: '开始计时' }).click()
    await full(page, 0)
    await saved(page)
    await clean(page, 'sheet')
    await picture(page, 'sheet-1024x768')

    const shot = await photo(page)
    await page.context().setOffline(true)
    await full(page, 1)
    await rowOf(page, 2).locator('.ded, .step button').first().waitFor()
    await full(page, 2)
    await rowOf(page, 2).getByRole('button', { name: '其他扣分…' }).click()
    await rowOf(page, 2).getByLabel('其他扣分（分）').fill('2.5')
    await rowOf(page, 2).getByLabel('说明').fill('答非所问')
    await page.locator('.save-tag', { hasText: '记在本机' }).waitFor()
    await files(page).locator('input[type=file]').first().setInputFiles({ name: '评审表.jpg', mimeType: 'image/jpeg', buffer: shot })
    await files(page).getByText('记在本机，等待上传').waitFor()
    await page.reload()
    await rowOf(page, 2).waitFor()
    await page.getByText('没有网络。').waitFor()
    assert.equal(await rowOf(page, 2).getByLabel('说明').inputValue(), '答非所问')
    assert.match(await marks(page, 1), /无扣分/)
    await files(page).getByText('记在本机，等待上传').waitFor()
    await page.getByRole('button', { name: '暂停计时' }).waitFor() // it went on
    await clean(page, 'sheet, offline after a reload')
    await picture(page, 'sheet-offline-1024x768')
    // Another candidate, whose sheet was never open here: the list knows that nobody entered anything.
    await page.getByRole('link', { name: '返回名单' }).click()
    await page.locator('.q-card', { hasText: '本机' }).first().waitFor()
    await picture(page, 'queue-offline-1024x768')
    const another = (await page.locator('.q-draw').allInnerTexts()).map((x) => x.trim()).find((d) => d !== drawOfFirst)
    await page.locator('.q-card', { hasText: another }).click()
    await rowOf(page, 0).waitFor()
    await full(page, 0)
    await page.locator('.save-tag', { hasText: '记在本机' }).waitFor()

    await page.context().setOffline(false)
    await saved(page)
    await page.getByText('没有网络。').waitFor({ state: 'detached' })
    await page.goto(`${base}${list}/${drawOfFirst}`)
    await saved(page)
    await files(page).getByText('已存储').waitFor()
    assert.equal(await rowOf(page, 2).getByLabel('说明').inputValue(), '答非所问')
    const mine = await call('GET', `/api/v1/sittings/${s.id}/assess/review/${drawOfFirst}/files`, await signIn(accounts[0]))
    assert.deepEqual(mine.own.map((f) => [f.slot, f.type, f.complete]), [['signed', 'image/jpeg', true]])
    await page.context().close()
  })

  await step('two pages of one examiner: what one enters, the other shows', async () => {
    const a = await as(accounts[1], `${list}/${drawOfFirst}`, tablet)
    await rowOf(a, 0).waitFor()
    const b = watch(await a.context().newPage())
    await b.goto(`${base}${list}/${drawOfFirst}`)
    await rowOf(b, 0).waitFor()
    await full(a, 0)
    await rowOf(b, 0).getByText('这一行在另一处改过').waitFor()
    await full(b, 1)
    await rowOf(a, 1).getByText('这一行在另一处改过').waitFor()
    await saved(a)
    await a.context().setOffline(true)
    await full(a, 2)
    await full(b, 3)
    await rowOf(a, 3).getByText('这一行在另一处改过').waitFor()
    await a.context().setOffline(false)
    await saved(a)
    await saved(b)
    const rows = (await call('GET', `/api/v1/sittings/${s.id}/assess/review/${drawOfFirst}`, await signIn(accounts[1]))).rows
    assert.deepEqual(rows.slice(0, 5).map((r) => r.touched), [true, true, true, true, false])
    await clean(a, 'sheet with adopted rows')
    await picture(a, 'sheet-adopted-1024x768')
    await b.close()

    // A second device: different rows are joined, the same row is asked about.
    const c = await as(accounts[1], `${list}/${drawOfFirst}`, phone)
    await rowOf(c, 0).waitFor()
    await saved(c)
    await a.context().setOffline(true)
    await full(a, 4)
    await rowOf(a, 0).getByRole('button', { name: '无扣分', exact: true }).click() // taken back: not scored
    await a.locator('.save-tag', { hasText: '记在本机' }).waitFor()
    await full(c, 5)
    await rowOf(c, 0).locator('.ded').first().click()
    await saved(c)
    await a.context().setOffline(false)
    await a.getByRole('heading', { name: '这份评分在别处改过，请对比后再存' }).waitFor()
    await clean(a, 'compare')
    await picture(a, 'sheet-compare-1024x768')
    await a.getByRole('button', { name: '用服务器的' }).first().click()
    for (const other of await a.locator('.both li').all()) if (await other.locator('[aria-pressed="true"]').count() === 0) await other.getByRole('button', { name: '用服务器的' }).click()
    await a.getByRole('button', { name: '按所选保存' }).click()
    await saved(a)
    const joined = (await call('GET', `/api/v1/sittings/${s.id}/assess/review/${drawOfFirst}`, await signIn(accounts[1]))).rows
    assert.deepEqual([joined[4].touched, joined[5].touched, joined[0].deductions.length], [true, true, 1])
    await c.context().close()
    await a.context().close()
  })

  await step('a lost session: what was entered stays, and goes out after the sign-in', async () => {
    const page = await as(accounts[2], `${list}/${drawOfFirst}`, phone)
    await rowOf(page, 0).waitFor()
    await page.context().clearCookies()
    // What is written is refused; looks of the page itself go through, for they would ask before the tap does.
    await page.route('**/api/v1/sittings/*/assess/**', (r) => r.request().method() === 'GET' ? r.continue() : r.fulfill({ status: 401, contentType: 'application/problem+json', body: JSON.stringify({ type: 'urn:gongyuan:problem:unauthenticated', title: '登录已过期', status: 401, requestId: 'x' }) }))
    await full(page, 0)
    const dialog = page.getByRole('dialog', { name: /登录已过期/ })
    await dialog.waitFor()
    await page.unroute('**/api/v1/sittings/*/assess/**')
    await picture(page, 'sheet-signed-out-390x844')
    await dialog.getByLabel('账号').fill(accounts[2].login)
    await dialog.getByLabel('密码').fill(accounts[2].password)
    await page.keyboard.press('Enter')
    await saved(page)
    assert.match(await marks(page, 0), /无扣分/)
    await clean(page, 'sheet, telephone')
    await picture(page, 'sheet-390x844')
    await page.context().close()
  })

  await step('a veto is confirmed, a missing paper keeps the sheet open, then all sign', async () => {
    for (const [i, account] of accounts.entries()) {
      const page = await as(account, `${list}/${drawOfFirst}`, i === 2 ? phone : tablet)
      await rowOf(page, 0).waitFor()
      for (let k = 0; k < await page.locator('.srow').count(); k++) if (/未评/.test(await marks(page, k))) await full(page, k)
      const vetoes = await page.locator('.vrow').all()
      for (const v of vetoes.slice(1)) await v.getByRole('button', { name: '未发生' }).click()
      if (i === 0) {
        await vetoes[0].getByRole('button', { name: '已发生' }).click()
        const dialog = page.getByRole('dialog')
        await dialog.getByRole('button', { name: '判定已发生' }).click()
        await dialog.getByText('还没有写看到的事实').waitFor()
        await dialog.getByLabel('看到的事实（必填）').fill('论文第三章与公开文献相同')
        await clean(page, 'veto')
        await picture(page, 'sheet-veto-1024x768')
        await dialog.getByRole('button', { name: '判定已发生' }).click()
        await page.locator('.st-foot').getByText('否定项已发生').waitFor()
      } else {
        await vetoes[0].getByRole('button', { name: '未发生' }).click()
        await saved(page)
        await page.getByRole('button', { name: '签名并锁定…' }).click()
        await page.getByRole('dialog').getByRole('button', { name: /缺少附件：签名的评审表/ }).click()
        await files(page).locator('input[type=file]').nth(1).setInputFiles({ name: '评审表.pdf', mimeType: 'application/pdf', buffer: pdf(`signed by ${i}`) })
        await files(page).getByText('已存储').waitFor()
      }
      await saved(page)
      await page.getByRole('button', { name: '签名并锁定…' }).click()
      await page.getByRole('dialog').getByText('签名并锁定抽签号').waitFor()
      await clean(page, 'sign')
      await picture(page, `sheet-sign-${i === 2 ? '390x844' : '1024x768'}`)
      await page.getByRole('dialog').getByRole('button', { name: '签名并锁定' }).click()
      await page.locator('.save-tag', { hasText: '只读' }).waitFor()
      if (i === 2) {
        await page.reload()
        await page.getByText('其他考评员的附件').waitFor()
        await picture(page, 'sheet-locked-390x844')
      }
      await page.goto(base + list)
      await page.locator('.q-card', { hasText: '已签名' }).waitFor()
      await page.context().close()
    }
    const mine = await call('GET', `/api/v1/sittings/${s.id}/assess/review/${drawOfFirst}`, await signIn(accounts[0]))
    assert.ok(mine.vetoed && mine.state === 'locked' && mine.elapsedSeconds > 0, JSON.stringify(mine))
  })
})

/** The program behind a go-between that can say that there is a new version. */
async function goBetween() {
  let version = ''
  const server = createServer((req, res) => {
    const onward = request(base + req.url, { method: req.method, headers: { ...req.headers, 'accept-encoding': 'identity' } }, (from) => {
      if (req.url !== '/staff/sw.js') {
        res.writeHead(from.statusCode, from.headers)
        from.pipe(res)
        return
      }
      const parts = []
      from.on('data', (p) => parts.push(p)).on('end', () => {
        delete from.headers['content-length']
        res.writeHead(from.statusCode, from.headers)
        res.end(Buffer.concat(parts).toString().replace('gongyuan-staff-', `gongyuan-staff-${version}`))
      })
    })
    onward.on('error', () => res.destroy())
    req.pipe(onward)
  })
  await new Promise((done) => server.listen(0, '127.0.0.1', done))
  return { url: `http://127.0.0.1:${server.address().port}`, renew: () => { version = 'next-' }, close: () => { server.closeAllConnections(); server.close() } }
}

test('a new version waits until the examiner asks for it', { skip, timeout: 120_000 }, async () => {
  const between = await goBetween()
  const page = watch(await (await device(tablet)).newPage())
  await page.goto(`${between.url}/staff/assess`)
  await page.getByLabel('账号').fill(of('examiner')[0].login)
  await page.getByLabel('密码').fill(of('examiner')[0].password)
  await page.keyboard.press('Enter')
  await page.locator('.account').waitFor()
  const manifest = await page.evaluate(async () => (await fetch(document.querySelector('link[rel=manifest]').href)).json())
  assert.deepEqual([manifest.start_url, manifest.display, manifest.icons.length], ['/staff/assess', 'standalone', 1])
  await page.evaluate(() => navigator.serviceWorker.ready)
  await page.waitForFunction(() => navigator.serviceWorker.controller !== null)
  assert.ok(await page.evaluate(async () => {
    for (const name of await caches.keys()) for (const r of await (await caches.open(name)).keys()) if (new URL(r.url).pathname.startsWith('/api')) return false
    return (await caches.keys()).length === 1
  }), 'no answer of the server is kept')
  await page.evaluate(() => { globalThis.stillHere = true })
  between.renew()
  await page.evaluate(async () => (await navigator.serviceWorker.getRegistration()).update())
  await page.getByRole('button', { name: '有新版本。' }).waitFor()
  assert.equal(await page.evaluate(() => globalThis.stillHere), true, 'the page was not reloaded')
  await clean(page, 'new version')
  await picture(page, 'new-version-1024x768')
  await page.getByRole('button', { name: '有新版本。' }).click()
  await Promise.all([page.waitForEvent('load'), page.getByRole('dialog').getByRole('button', { name: '更新并重新打开' }).click()])
  await page.locator('.account').waitFor()
  assert.equal(await page.evaluate(() => globalThis.stillHere), undefined)
  await page.waitForFunction(async () => (await caches.keys()).join() .includes('next-') && (await caches.keys()).length === 1)
  await page.context().close()
  between.close()
})
