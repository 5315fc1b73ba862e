// Every page that can be reached by links, opened as each role: none may fail,
// show the name of a text instead of the text, or stand out of the screen.
// GONGYUAN_WALK=all opens them in both languages, on a desk and on a phone.
import assert from 'node:assert/strict'
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { act, certify, learn, open, plan, release, score, take } from './hall.mjs'
import { base, call, identity, of, signIn, skip } from './program.mjs'
import { launch } from './staff-harness.mjs'

const shots = process.env.GONGYUAN_SHOTS
const [DESK, PHONE] = [{ width: 1366, height: 768 }, { width: 390, height: 844 }]
const ROLES = ['administrator', 'auditor', 'examiner', 'reviewer', 'certificate-officer', 'editor', 'invigilator']
const walks = process.env.GONGYUAN_WALK === 'all'
  ? ROLES.flatMap((role) => ['zh-CN', 'en'].flatMap((language) => [DESK, PHONE].map((size) => [role, language, size])))
  : ROLES.slice(0, 5).map((role) => (role === 'administrator' ? [role, 'en', PHONE] : [role, 'zh-CN', DESK]))
let browser

before(async () => { if (!skip) browser = await launch() })
after(async () => { await browser?.close() })

/** A sitting with an open exam beside one whose results became certificates. */
async function furnish() {
  const [first, second] = await Promise.all(of('administrator').slice(0, 2).map(signIn))
  const accounts = of('examiner').slice(0, 3)
  const tokens = await Promise.all(accounts.map(signIn))
  const answer = await learn(first, 3)
  const done = await plan(first, '示例三级', 3)
  const people = await open(first, done.id, ['甲', '乙', '丙'].map((x) => ({ name: `走查${x}`, idNumber: identity() })))
  await Promise.all(people.slice(0, 2).map((p) => take(p, answer)))
  const examiners = (await call('GET', '/api/v1/accounts?role=examiner', first)).filter((x) => accounts.some((a) => a.login === x.login)).map((x) => x.id)
  const sheet = (await call('GET', '/api/v1/sheets?level=3', first)).filter((x) => x.kind === 'skill').at(-1)
  await call('POST', `/api/v1/sittings/${done.id}/panels`, first, { kind: 'skill', sheet: sheet.id, examiners, rule: 'mean' })
  const { tasks } = await call('GET', `/api/v1/sittings/${done.id}/assess/skill`, tokens[0])
  await Promise.all(tokens.map(async (token) => { for (const { draw } of tasks) await score(token, done.id, 'skill', draw, 1000) }))
  await act(first, done.id, 'close')
  await release(first, second, done.id)
  await certify(first, second, done.id, people.slice(0, 2).map((p) => p.id))
  const now = await plan(first, '示例进行中', 3)
  const on = await open(first, now.id, ['丁', '戊'].map((x) => ({ name: `走查${x}`, idNumber: identity() })))
  await call('POST', `/api/v1/sittings/${now.id}/panels`, first, { kind: 'skill', sheet: sheet.id, examiners, rule: 'mean' })
  await call('POST', '/api/v1/auth/candidate', null, { admission: on[0].admission, idNumber: on[0].idNumber })
}

/** One page of a kind is enough: ids, numbers and query texts are one and the same. */
const kindOf = (path) => path.split('/').map((part) => (/\d|%/.test(part) || part.length > 24 ? ':x' : part)).join('/')

/** What an auditor could change on the page that is open: forms, fields, files to hand in, the act a page is for. */
function acts() {
  const named = (x) => (x.getAttribute('aria-label') ?? x.labels?.[0]?.textContent ?? x.textContent).trim()
  return [...document.querySelectorAll('#main .btn.primary, #main .btn.danger, #main button[type=submit], #main input, #main select, #main textarea')]
    .filter((x) => x.checkVisibility?.() && !x.matches(':disabled, [readonly]') && !x.closest('[role=search]') && !/^(打印|下载 PDF|核验全部记录|抄下的末条封印|期间|只看|显示)/.test(named(x)))
    .map((x) => `an act: ${named(x).slice(0, 40)}`)
}

/** What is wrong with the page that is open. */
function faults() {
  const out = []
  const wide = document.documentElement.scrollWidth - document.documentElement.clientWidth
  if (wide > 1) out.push(`stands out by ${wide} px`)
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT)
  for (let n = walker.nextNode(); n; n = walker.nextNode()) {
    const text = n.textContent.trim()
    const box = n.parentElement
    if (!text || box.closest('.vh') || !box.checkVisibility?.()) continue
    if (/^[a-z][A-Za-z0-9-]*(\.[A-Za-z0-9-]+)+$/.test(text) && !/\.(xlsx|csv|pdf|zip|txt|json)$/.test(text) && !box.closest('code, pre')) out.push(`name of a text: ${text}`)
    if (/\{[a-z]+\}/i.test(text) && !box.closest('code, pre')) out.push(`nothing put in: ${text.slice(0, 40)}`)
    const style = getComputedStyle(box)
    if (style.textOverflow !== 'ellipsis' && style.overflowX === 'hidden' && box.scrollWidth > box.clientWidth + 1 && box.clientWidth > 2) out.push(`clipped: ${text.slice(0, 40)}`)
  }
  return [...new Set(out)]
}

async function walk(account, language, viewport, found) {
  const context = await browser.newContext({ viewport, locale: 'zh-CN', timezoneId: 'Asia/Shanghai', reducedMotion: 'reduce' })
  const page = await context.newPage()
  page.setDefaultTimeout(30_000)
  const log = []
  const auditor = account.login.startsWith('auditor')
  page.on('pageerror', (e) => log.push(`error: ${e.message}`))
  page.on('response', (r) => { if (r.status() >= 500 || (r.status() === 404 || r.status() === 403) && r.url().includes('/api/')) log.push(`${r.status()} ${r.url().replace(base, '')}`) })
  await page.goto(`${base}/staff`)
  await page.getByLabel('账号').fill(account.login)
  await page.getByLabel('密码').fill(account.password)
  await page.keyboard.press('Enter')
  await page.locator('#main h1').waitFor()
  if (language === 'en') await page.evaluate(() => { localStorage.setItem('gongyuan.staff.language', 'en') })
  const queue = [new URL(page.url()).pathname]
  const seen = new Set(queue.map(kindOf))
  for (let n = 0; n < queue.length; n++) {
    log.length = 0
    await page.goto(base + queue[n])
    await page.locator('h1').first().waitFor()
    await page.waitForFunction(() => !document.querySelector('.loading'))
    const where = `${account.login} ${language} ${viewport.width} ${kindOf(queue[n])}`
    for (const f of [...await page.evaluate(faults), ...(auditor && queue[n] !== '/staff/account' ? await page.evaluate(acts) : []), ...log]) found.push(`${where}: ${f}`)
    if (shots) {
      await mkdir(shots, { recursive: true })
      await page.screenshot({ path: join(shots, `walk-${where.replaceAll(/[^A-Za-z0-9]+/g, '-')}.png`), fullPage: true })
    }
    for (const href of await page.$$eval('a[href^="/staff"]', (all) => all.map((a) => new URL(a.href).pathname))) {
      if (seen.has(kindOf(href))) continue
      seen.add(kindOf(href))
      queue.push(href)
    }
  }
  await context.close()
  return seen
}

test('every page opens for every role', { skip, timeout: 900_000 }, async () => {
  await furnish()
  const found = []
  for (const [role, language, size] of walks) {
    const opened = await walk(of(role)[0], language, size, found)
    assert.ok(opened.size > 4, `${role} finds ${opened.size} pages`)
  }
  assert.deepEqual(found, [])
})
