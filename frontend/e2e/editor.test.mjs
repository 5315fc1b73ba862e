// An editor writes an item with a picture, a second person approves it, and a
// change of its key is asked about and shown. That such an item reaches a drawn
// paper is for cmd/gongyuan/editor_test.go.
import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { axe, launch, picture, target } from './harness.mjs'

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
  await page.goto(`${server.url}/staff${path}`)
  const account = server.staff.find((s) => s.login === login)
  await page.getByLabel('账号').fill(account.login)
  await page.getByLabel('密码').fill(account.password)
  await page.getByRole('button', { name: '登录' }).click()
  await page.locator('.who').waitFor()
  return page
}

/** Pastes a small picture into what has the focus. */
const paste = (page) => page.evaluate(async () => {
  const canvas = document.createElement('canvas')
  canvas.width = 240
  canvas.height = 120
  const g = canvas.getContext('2d')
  g.fillStyle = '#1c4e78'
  g.fillRect(20, 20, 200, 80)
  const blob = await new Promise((done) => canvas.toBlob(done, 'image/png'))
  const data = new DataTransfer()
  data.items.add(new File([blob], 'x.png', { type: 'image/png' }))
  document.activeElement.dispatchEvent(new ClipboardEvent('paste', { clipboardData: data, bubbles: true, cancelable: true }))
})

test('written with a picture, approved by a second person, corrected', { timeout: 240_000 }, async () => {
  const author = await as('editor', '/banks/bwgly-3')
  await author.getByRole('table').waitFor()
  await author.getByRole('button', { name: '新建题目' }).click()
  const form = author.getByRole('complementary', { name: '新题' })
  await form.getByLabel('题型').selectOption('C')
  await form.getByLabel('鉴定点').fill('A-A-A-001')
  const stem = form.getByRole('textbox', { name: '题干' })
  await stem.fill('如图所示，蓝色区域一律应当保持畅通。')
  await stem.press('Home')
  await paste(author)
  await form.locator('.as-candidate img').waitFor()
  assert.ok(await form.locator('.as-candidate img').evaluate((i) => i.decode().then(() => i.naturalWidth)) === 240, 'the preview shows the picture')
  await form.getByRole('radio', { name: '答案：A' }).check()
  await form.getByLabel('解析').fill('示例解析。')
  await form.getByText(/^本机存稿 \d\d:\d\d:\d\d$/).waitFor()
  await form.getByText('“一律”这样的绝对说法容易暴露答案。').waitFor()
  await axe(author, 'a new item')
  await picture(author, 'editor-new')
  await stem.press('Control+s')
  await author.waitForURL(/item=C-A-A-A-001-\d+/)
  const code = new URL(author.url()).searchParams.get('item')
  const saved = author.getByRole('complementary', { name: `题目 ${code}` })
  await saved.locator('#ed-stem:not([readonly])').press('Control+Enter') // it was read
  await saved.getByText(/修订 1 正在审核/).waitFor()
  assert.equal(await saved.getByRole('link', { name: '去审核' }).count(), 0, 'an author is not asked to approve')
  await axe(author, 'an item in review')
  await picture(author, 'editor-list')

  const second = await as('editor2', '/reviews')
  await second.getByRole('link', { name: new RegExp(code) }).click()
  await second.locator('.middle .as-candidate img').waitFor()
  await axe(second, 'a review')
  await picture(second, 'editor-review')
  await second.getByRole('button', { name: /通过，发布修订/ }).click()
  await second.getByText('命题员乙 提交审核').waitFor()
  await second.getByText('审题员戊 发布').waitFor()

  // A correction that alters the key is asked about, and shown in red.
  await author.reload()
  const again = author.getByRole('complementary', { name: `题目 ${code}` })
  await again.getByRole('radio', { name: '答案：B' }).check()
  await again.getByRole('button', { name: '提交审核' }).click()
  const dialog = author.getByRole('dialog', { name: '答案要改变吗？' })
  await dialog.waitFor()
  await axe(author, 'a change of the key')
  await dialog.getByRole('button', { name: '是要改答案，提交审核' }).click()
  await again.getByText(/修订 2 正在审核/).waitFor()
  await second.goto(`${server.url}/staff/reviews/bwgly-3/${code}`)
  await second.getByText('答案改变：A → B').waitFor()
  await axe(second, 'a changed key')
  await picture(second, 'editor-diff')
  await second.getByRole('button', { name: '退回修改' }).click()
  await second.getByText('退回和留言要写 2 到 1000 个字。').waitFor()
  await second.getByLabel('意见').fill('原答案正确，不要改。')
  await second.getByRole('button', { name: '退回修改' }).click()
  await second.getByText('审题员戊 退回修改').waitFor()

  await second.goto(`${server.url}/staff/banks/bwgly-3/check`)
  await second.getByRole('heading', { name: '有提示的题' }).waitFor()
  await axe(second, 'the check of a bank')
  await picture(second, 'editor-check')
})
