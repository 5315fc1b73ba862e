// An editor brings in a dirty Excel file of 300 rows, looks at what would
// become of it, leaves an item out, imports the rest, takes it all back, and
// finds that text can be pasted too. What every row becomes is for
// bank/exchange/xlsx/dirty300_test.go.
import assert from 'node:assert/strict'
import { fileURLToPath } from 'node:url'
import { after, test } from 'node:test'
import { axe, launch, picture, target } from './harness.mjs'

const server = await target()
const computers = []
after(async () => {
  for (const c of computers) await c.close()
  await server.close()
})
const DIRTY = fileURLToPath(new URL('../../bank/exchange/xlsx/testdata/dirty300.xlsx', import.meta.url))

async function as(login, path) {
  const computer = await launch()
  computers.push(computer)
  const page = await computer.context.newPage()
  await page.goto(`${server.url}/staff${path}`)
  const account = server.staff.find((s) => s.login === login)
  await page.getByLabel('账号').fill(account.login)
  await page.getByLabel('密码').fill(account.password)
  await page.getByRole('button', { name: '登录' }).click()
  await page.locator('.who').waitFor()
  return page
}

test('a dirty workbook is looked at, imported, undone', { timeout: 240_000 }, async () => {
  const page = await as('editor', '/banks/dirty-3/import')
  await page.getByText('还没有从文件导入过。').waitFor()
  await axe(page, 'the beginning of an import')
  await picture(page, 'import-start')
  await page.getByLabel('选择要导入的题库文件').setInputFiles(DIRTY)
  await page.getByRole('heading', { name: /试导入：dirty300\.xlsx/ }).waitFor()
  await page.getByText('题库尚未改变').waitFor()
  const sums = page.getByRole('group', { name: '按结论筛选' })
  assert.deepEqual((await sums.getByRole('button').allInnerTexts()).map((s) => s.replace(/\s+/g, ' ')), ['未导入 45', '已改 44', '保留 211'])
  const table = page.getByRole('table', { name: '逐行结果' })
  await table.getByText('未导入 45').waitFor()
  assert.equal(await table.getByText('还没有', { exact: true }).count(), 0)
  await page.getByText(/答案指向不存在的选项/).first().click()
  await table.getByText('答案指向不存在的选项').first().waitFor()
  assert.equal(await page.getByRole('button', { name: /答案指向不存在的选项/ }).getAttribute('aria-pressed'), 'true')
  await page.getByRole('button', { name: '全部原因' }).click()
  const choice = table.getByRole('group', { name: /用新值还是不导入/ }).first()
  await choice.getByRole('button', { name: '不导入' }).click()
  await page.getByRole('button', { name: '导入 254 题…' }).waitFor()
  await axe(page, 'the verdicts')
  await picture(page, 'import-verdicts')
  await page.setViewportSize({ width: 390, height: 844 })
  await picture(page, 'import-verdicts-390')
  await page.waitForFunction(() => document.documentElement.scrollWidth <= 390) // nothing sticks out of a small screen
  await page.setViewportSize({ width: 1366, height: 768 })

  const [file] = await Promise.all([page.waitForEvent('download'), page.getByRole('button', { name: '下载逐行结果 xlsx' }).click()])
  assert.match(file.suggestedFilename(), /dirty300\.xlsx 逐行结果\.xlsx$/)

  // By the keyboard: the safe button has the focus, the other one is a Tab away.
  await page.getByRole('button', { name: '导入 254 题…' }).focus()
  await page.keyboard.press('Enter')
  const ask = page.getByRole('dialog', { name: '导入 254 题？' })
  await ask.getByText(/255\s题是新的/).waitFor()
  await axe(page, 'the question')
  await page.keyboard.press('Tab')
  await page.keyboard.press('Enter')
  await page.getByText(/已导入 dirty300\.xlsx：新增 254\s题/).waitFor()
  await page.getByText('可整批撤销').waitFor()
  await axe(page, 'imported')
  await picture(page, 'import-done')
  await page.getByRole('link', { name: '查看这些草稿' }).click()
  await page.getByText('254 题', { exact: false }).first().waitFor()

  // What Aiken has no place for is said before anything goes out.
  await page.getByRole('button', { name: '导出…' }).click()
  const out = page.getByRole('dialog', { name: '导出题目' })
  await out.getByLabel('格式').selectOption('aiken')
  await out.getByText(/这种格式写不下/).waitFor()
  await axe(page, 'an export')
  await picture(page, 'export')
  const [aiken] = await Promise.all([page.waitForEvent('download'), out.getByRole('button', { name: /^导出 \d+\s题$/ }).click()])
  assert.match(aiken.suggestedFilename(), /^dirty-3-题目\.txt$/)

  await page.goBack()
  await page.getByRole('button', { name: '撤销本批… dirty300.xlsx' }).click()
  await page.getByRole('dialog', { name: '撤销“dirty300.xlsx”？' }).getByRole('button', { name: '撤销本批' }).click()
  await page.getByText('已撤销“dirty300.xlsx”，254 题回到导入以前。').waitFor()
  await page.getByRole('link', { name: '返回' }).click()
  await page.getByText('题库还没有题', { exact: false }).first().waitFor()
})
