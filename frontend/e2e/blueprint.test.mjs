// A blueprint is changed until the bank cannot fulfil it, the named cell and
// the smallest change are read and taken, specimens are drawn and printed, a
// second person approves; the outline says by how much a weight is off; counts
// of the coverage lead to the items.
import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { after, test } from 'node:test'
import { axe, launch, picture, target, watchConsole } from './harness.mjs'

const server = await target()
const computers = []
after(async () => {
  for (const c of computers) await c.close()
  await server.close()
})

async function as(login, path) {
  const computer = await launch()
  computers.push(computer)
  const page = await computer.context.newPage()
  page.complaints = watchConsole(page)
  await page.goto(`${server.url}/staff${path}`)
  const account = server.staff.find((s) => s.login === login)
  await page.getByLabel('账号').fill(account.login)
  await page.getByLabel('密码').fill(account.password)
  await page.getByRole('button', { name: '登录' }).click()
  await page.locator('.who').waitFor()
  return page
}

/** Both sizes that the pages are made for. */
async function pictures(page, name) {
  await picture(page, `${name}-1366`)
  await page.setViewportSize({ width: 390, height: 844 })
  await picture(page, `${name}-390`)
  await page.setViewportSize({ width: 1366, height: 768 })
}

async function download(page, name) {
  const [file] = await Promise.all([page.waitForEvent('download'), page.getByRole('button', { name }).click()])
  const bytes = await readFile(await file.path())
  assert.ok(bytes.subarray(0, 5).toString() === '%PDF-' && bytes.length > 5000, `${name} is a PDF`)
  return bytes
}

const id = `e2e-${Date.now().toString(36)}`
const author = await as('editor', '/blueprints/new?bank=bwgly-3')

test('a blueprint until it is short, repaired, drawn, printed, approved', { timeout: 120_000 }, async () => {
  await author.getByLabel('名称').fill('示例方案')
  await author.getByLabel('编号').fill(id)
  await author.getByText('题库能满足这份方案。').waitFor()
  await author.getByRole('button', { name: '按细目表填权重' }).click()
  await author.getByLabel('加题型').selectOption('C')
  await author.getByLabel('题数，判断题').fill('10')
  await author.getByText('题库能满足这份方案。').waitFor()
  await author.getByRole('heading', { name: /^预计/ }).waitFor()
  await author.getByText('按标注的难度估计，题目还没有统计数据。').waitFor()
  await axe(author, 'a blueprint')
  await pictures(author, 'blueprint-fine')

  await author.getByLabel('题数，判断题').fill('300')
  const banner = author.getByText(/\d+ 格缺题，共缺 \d+ 题，不能组卷。/)
  await banner.waitFor()
  await author.getByText(/先看 .+·判断题，缺 \d+ 题/).waitFor()
  const side = author.getByRole('complementary', { name: '所选的一格' })
  await side.getByText('最小改动').waitFor()
  await side.getByText(/判断题：300 → \d+ 题/).waitFor()
  assert.equal(await author.getByRole('button', { name: '抽样卷' }).getAttribute('aria-disabled'), 'true')
  await axe(author, 'a blueprint that is short')
  await pictures(author, 'blueprint-short')
  await side.getByRole('button', { name: '采用：减少题数' }).click()
  await author.getByText('题库能满足这份方案。').waitFor()
  await author.getByText('已采用：减少题数。还没有保存。').waitFor()

  await author.getByLabel('份数').selectOption('2')
  await author.getByRole('button', { name: '抽样卷' }).click()
  await author.getByRole('button', { name: '第 2 份' }).click()
  await author.getByLabel('显示答案和解析').check()
  await author.getByText(/^答案：/).first().waitFor()
  const paper = await download(author, '下载试卷 PDF')
  const key = await download(author, '下载答案 PDF')
  assert.ok(!paper.equals(key), 'the key is a document of its own')
  await axe(author, 'specimens')
  await author.getByRole('heading', { name: '样卷' }).scrollIntoViewIfNeeded()
  await pictures(author, 'blueprint-specimens')

  await author.getByRole('button', { name: '保存草稿' }).click()
  await author.getByText('草稿，第 1 稿').waitFor()
  await author.getByRole('button', { name: '提交批准…' }).click()
  await author.getByRole('dialog').getByRole('button', { name: '提交批准' }).click()
  await author.getByText('待第二人批准').waitFor()
  assert.equal(await author.getByRole('button', { name: '批准使用…' }).count(), 0, 'an author is not asked to approve')
  const second = await as('editor2', `/blueprints/${id}`)
  await second.getByRole('button', { name: '批准使用…' }).click()
  await second.getByRole('dialog').getByRole('button', { name: '批准使用' }).click()
  await second.getByText('使用中，第 1 版').waitFor()
  await second.goto(`${server.url}/staff/blueprints`)
  await second.getByRole('heading', { name: '示例方案' }).first().waitFor()
  await axe(second, 'the blueprints')
  await pictures(second, 'blueprint-list')
  assert.deepEqual([...author.complaints, ...second.complaints], [])
})

test('an outline whose weights do not add up, and coverage to the items', { timeout: 60_000 }, async () => {
  await author.goto(`${server.url}/staff/banks/bwgly-3/outline`)
  await author.getByText('各级比重加起来都对。').waitFor()
  const weight = author.getByLabel('A 的比重，— 表示不适用', { exact: true })
  const was = await weight.inputValue()
  await weight.fill(String(Number(was) + 5))
  await weight.press('Tab')
  await author.getByText(/全表：合计 105，应为 100，多出 5/).waitFor()
  await author.getByText(/有 \d+ 题，不能删除/).first().waitFor()
  await axe(author, 'an outline')
  await pictures(author, 'outline')
  await weight.fill(was)
  await weight.press('Tab')
  await author.getByText('各级比重加起来都对。').waitFor()

  await author.getByRole('link', { name: '题量分布' }).click()
  const table = author.getByRole('table', { name: '题量分布' })
  await table.waitFor()
  await axe(author, 'coverage')
  await pictures(author, 'coverage')
  const cell = table.getByRole('link', { name: /^\d+ 题：A，单选题，难度/ }).first()
  const n = Number(await cell.textContent())
  await cell.click()
  await author.waitForURL(/banks\/bwgly-3\?/)
  await author.getByText(new RegExp(`${n} 题`)).first().waitFor()
  const url = new URL(author.url())
  assert.equal(url.searchParams.get('range'), 'A')
  assert.equal(url.searchParams.get('type'), 'B')
})
