// The design of score sheets against the real program that GONGYUAN_DEMO (and
// GONGYUAN_URL) name: a copy under a new name, faults at their controls, a sum
// that must be 100, a version that is kept, and the next one.
import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { after, before, test } from 'node:test'
import { chromium } from 'playwright-core'

const axe = await readFile(new URL('../node_modules/axe-core/axe.min.js', import.meta.url), 'utf8')
const demo = JSON.parse(await readFile(process.env.GONGYUAN_DEMO, 'utf8'))
const base = process.env.GONGYUAN_URL ?? demo.url
let browser
before(async () => {
  browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'] })
})
after(() => browser?.close())

test('an administrator designs a score sheet and its next version', async () => {
  const context = await browser.newContext({ viewport: { width: 1366, height: 768 }, locale: 'zh-CN', reducedMotion: 'reduce' })
  const page = await context.newPage()
  page.setDefaultTimeout(20_000)
  const clean = async (where) => {
    if (process.env.GONGYUAN_SHOTS) await page.screenshot({ path: `${process.env.GONGYUAN_SHOTS}/sheets-${where}.png` })
    await page.locator('h1').first().waitFor({ state: 'attached' }) // between two pages there is none
    if (!await page.evaluate(() => 'axe' in globalThis)) await page.evaluate(axe)
    const found = await page.evaluate(() => globalThis.axe.run({ resultTypes: ['violations'], runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'] }))
    assert.deepEqual(found.violations.map((v) => `${v.id}: ${v.nodes.map((n) => n.html.slice(0, 120)).join(' | ')}`), [], `axe on ${where}`)
  }
  const account = demo.staff.find((a) => a.login === 'admin')
  await page.goto(`${base}/staff/sheets`)
  await page.getByLabel('账号').fill(account.login)
  await page.getByLabel('密码').fill(account.password)
  await page.keyboard.press('Enter')
  await page.getByRole('link', { name: '新建评分表' }).waitFor()
  await clean('list')
  await page.getByRole('link', { name: /复制为新表/ }).first().click()
  const title = `自编评分表 ${Date.now()}`
  await page.getByLabel('名称').fill(title)
  await page.getByText('配分合计 100，可以保存。').waitFor()
  const full = page.getByLabel('配分').first()
  const was = await full.inputValue()
  await full.fill('0.5')
  await page.getByRole('button', { name: '存为第 1 版…' }).click()
  await page.getByText('各行配分之和应为 100。').or(page.getByText(/还差/)).first().waitFor()
  await clean('faults')
  await full.fill(was)
  await page.getByRole('button', { name: '加一条否定项' }).click()
  await page.getByRole('button', { name: '存为第 1 版…' }).click()
  await page.getByText('2–200 个字。').waitFor() // the veto says nothing yet
  await page.getByRole('button', { name: '删去' }).last().waitFor()
  await page.getByRole('region', { name: '否定项' }).locator('.veto').last().getByRole('textbox').fill('示例：危及他人安全')
  await page.getByRole('button', { name: '存为第 1 版…' }).click()
  await page.getByRole('dialog').getByRole('button', { name: '存为第 1 版' }).click()
  await page.getByText(`已存为《${title}》第 1 版`).waitFor()
  await page.getByRole('row', { name: new RegExp(title) }).getByRole('link', { name: /出新的一版/ }).click()
  await page.getByLabel('考生用时（分钟）').fill('45')
  await page.getByRole('button', { name: '存为第 2 版…' }).click()
  await page.getByRole('dialog').getByRole('button', { name: '存为第 2 版' }).click()
  await page.getByText(`已存为《${title}》第 2 版`).waitFor()
  await clean('kept')
  await context.close()
})
