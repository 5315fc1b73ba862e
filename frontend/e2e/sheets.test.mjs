// The design of score sheets against the real program that GONGYUAN_DEMO (and
// GONGYUAN_URL) name: a copy under a new name, faults at their controls, a sum
// that must be 100, a version that is kept, and the next one; an auditor reads
// both.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { base, demo } from './program.mjs'
import { clean, launch, signedIn } from './staff-harness.mjs'

let browser
before(async () => {
  browser = await launch()
})
after(() => browser?.close())

test('an administrator designs a score sheet and its next version', async () => {
  const page = await signedIn(browser, base, demo.staff.find((a) => a.login === 'admin'), '/staff/sheets')
  const looked = async (where) => {
    if (process.env.GONGYUAN_SHOTS) await page.screenshot({ path: `${process.env.GONGYUAN_SHOTS}/sheets-${where}.png` })
    await clean(page, where)
  }
  await page.getByRole('link', { name: '新建评分表' }).waitFor()
  await looked('list')
  await page.getByRole('link', { name: /复制为新表/ }).first().click()
  const title = `自编评分表 ${Date.now()}`
  await page.getByLabel('名称').fill(title)
  await page.getByText('配分合计 100，可以保存。').waitFor()
  const full = page.getByLabel('配分').first()
  const was = await full.inputValue()
  await full.fill('0.5')
  await page.getByRole('button', { name: '存为第 1 版…' }).click()
  await page.getByText('各行配分之和应为 100。').or(page.getByText(/还差/)).first().waitFor()
  await looked('faults')
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
  await looked('kept')
  await page.context().close()

  const auditor = await signedIn(browser, base, demo.staff.find((a) => a.login === 'auditor'), '/staff/sheets')
  await auditor.getByRole('link', { name: title }).click()
  await auditor.getByRole('heading', { name: title }).waitFor()
  await auditor.getByRole('row', { name: /示例：危及他人安全/ }).waitFor()
  await auditor.locator('dd', { hasText: /^45$/ }).waitFor()
  assert.equal(await auditor.getByRole('link', { name: '出新的一版' }).count(), 0)
  if (process.env.GONGYUAN_SHOTS) await auditor.screenshot({ path: `${process.env.GONGYUAN_SHOTS}/sheets-read.png`, fullPage: true })
  await clean(auditor, 'read')
  await auditor.getByRole('navigation', { name: '各版' }).getByRole('link', { name: '第 1 版' }).click()
  await auditor.getByText('这是第 1 版，最新的是第 2 版。').waitFor()
  assert.equal(await auditor.locator('dd', { hasText: /^45$/ }).count(), 0, 'the older version is as it was')
  await auditor.context().close()
})
