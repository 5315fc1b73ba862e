// An editor corrects a row that would not be imported without opening the file
// again, and gives another the next free code.
import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { axe, launch, picture, target } from './harness.mjs'

const server = await target()
const computer = await launch()
after(async () => {
  await computer.close()
  await server.close()
})
const QUIZ = '1. 发现火情应先（　）。\nA. 报警\nB. 拍照\n答案：E\n编号：B-A-A-A-001-001\n\n2. 谁应当值班？\nA. 保安员\nB. 访客\n答案：A\n编号：B-A-A-1\n\n3. 门卫可以离岗吗？\nA. 可以的\nB. 不可以\n答案：B\n'

test('a row is corrected in the dry run', { timeout: 120_000 }, async () => {
  const page = await computer.context.newPage()
  await page.setViewportSize({ width: 1366, height: 768 })
  await page.goto(`${server.url}/staff/banks/fix-3/import`)
  const account = server.staff.find((s) => s.login === 'editor')
  await page.getByLabel('账号').fill(account.login)
  await page.getByLabel('密码').fill(account.password)
  await page.getByRole('button', { name: '登录' }).click()
  await page.locator('.who').waitFor()
  await page.getByLabel('选择要导入的题库文件').setInputFiles({ name: '题.txt', mimeType: 'text/plain', buffer: Buffer.from(QUIZ) })
  await page.getByRole('heading', { name: /试导入：题\.txt/ }).waitFor()
  const table = page.getByRole('table', { name: '逐行结果' })
  await table.getByRole('button', { name: /在此改正：第 \d+ 行正确答案/ }).waitFor()
  const dropped = async () => (await page.getByRole('group', { name: '按结论筛选' }).getByRole('button').first().innerText()).replace(/\s+/g, ' ')
  const before = await dropped()
  await picture(page, 'import-fix')
  await table.getByRole('button', { name: /在此改正：第 \d+ 行正确答案/ }).click()
  await table.getByRole('textbox', { name: /在此改正：第 \d+ 行正确答案/ }).fill('A')
  await axe(page, 'a row being corrected')
  await picture(page, 'import-fix-open')
  await page.keyboard.press('Enter')
  await page.getByText('已在试导入时改正').first().waitFor()
  const after = await dropped()
  assert.notEqual(after, before, 'one row fewer is left out')
  const free = table.getByRole('button', { name: /^用空号/ }).first()
  await free.click()
  await free.waitFor({ state: 'detached' })
  await page.setViewportSize({ width: 390, height: 844 })
  await page.waitForFunction(() => document.documentElement.scrollWidth <= 390) // nothing sticks out of a small screen
  await picture(page, 'import-fix-390')
})
