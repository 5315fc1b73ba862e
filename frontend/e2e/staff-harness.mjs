// What the browser tests of the staff pages share: the browser, somebody signed
// in, and the check of a page that is looked at.
import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { chromium } from 'playwright-core'
import { chrome } from './chromium.mjs'

const axe = await readFile(new URL('../node_modules/axe-core/axe.min.js', import.meta.url), 'utf8')

export function launch() {
  return chromium.launch(chrome)
}

/** A page of somebody's own, signed in by the form; what the console complains of is kept. */
export async function signedIn(browser, base, account, path = '/staff', viewport = { width: 1366, height: 768 }, seats = 'list') {
  const context = await browser.newContext({ viewport, locale: 'zh-CN', timezoneId: 'Asia/Shanghai', reducedMotion: 'reduce', acceptDownloads: true })
  await context.addInitScript((v) => { if (!localStorage.getItem('gongyuan.staff.seats')) localStorage.setItem('gongyuan.staff.seats', v) }, seats)
  const page = await context.newPage()
  page.setDefaultTimeout(30_000)
  page.faults = []
  page.on('console', (m) => { if (/Content Security Policy/.test(m.text())) page.faults.push(m.text()) })
  page.on('pageerror', (e) => page.faults.push(e.message))
  await page.goto(base + path)
  await page.getByLabel('账号').fill(account.login)
  await page.getByLabel('密码').fill(account.password)
  await page.keyboard.press('Enter')
  await page.locator('#main h1').first().waitFor()
  return page
}

/** Fails on any finding of axe, and on what the page's own log complains of. */
export async function clean(page, where) {
  await page.locator('h1').first().waitFor({ state: 'attached' }) // between two pages there is none
  if (!await page.evaluate(() => 'axe' in globalThis)) await page.evaluate(axe)
  const found = await page.evaluate(() => globalThis.axe.run({ resultTypes: ['violations'], runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'] }))
  assert.deepEqual(found.violations.map((v) => `${v.id}: ${v.nodes.map((n) => n.html.slice(0, 120)).join(' | ')}`), [], `axe on ${where}`)
  assert.deepEqual(page.faults, [], `console on ${where}`)
}

export const two = (n) => String(n).padStart(2, '0')
/** A moment as typed in Shanghai. */
const typed = (ms) => {
  const d = new Date(ms + 8 * 3600_000)
  return `${d.getUTCFullYear()}-${two(d.getUTCMonth() + 1)}-${two(d.getUTCDate())} ${two(d.getUTCHours())}:${two(d.getUTCMinutes())}`
}

export async function typeTime(page, label, ms) {
  const box = page.getByLabel(label, { exact: true })
  await box.fill(typed(ms))
  await box.press('Enter')
  await box.press('Tab')
}
