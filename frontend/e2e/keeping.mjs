// After the day: the sitting is released and archived on the pages, the file and
// the record of acts are checked by the commands, and what somebody changed in
// either behind the program's back is found.
import assert from 'node:assert/strict'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { release } from './hall.mjs'
import { own } from './own.mjs'
import { base, call, signIn } from './program.mjs'
import { command, startServer } from './server.mjs'
import { clean, signedIn } from './staff-harness.mjs'
import { replaceIn, stored } from './stored.mjs'

const shots = process.env.GONGYUAN_SHOTS

async function pictured(page, name) {
  if (!shots) return
  await mkdir(shots, { recursive: true })
  await page.screenshot({ path: join(shots, `day-${name}.png`), fullPage: true })
}

/** Keeps a closed sitting whose day a room was evacuated for `why`. */
export async function keeping(t, { browser, sitting, admins, auditor, why = '火警', forged = '水警' }) {
  const data = own.data.folder
  const file = join(data, 'day.gya')
  let entry

  await t.test('the sitting is released and archived, and the file is good', async () => {
    const [first, second] = await Promise.all(admins.map(signIn))
    await release(first, second, sitting)
    const page = await signedIn(browser, base, admins[0], `/staff/sittings/${sitting}/archive`)
    await page.getByRole('button', { name: '归档', exact: true }).click()
    await page.getByRole('dialog').getByRole('button', { name: '归档', exact: true }).click()
    await page.getByText('已归档，文件 1，已整个读回核对。').waitFor()
    await page.getByRole('button', { name: /^核验/ }).click()
    await page.getByText('文件 1 完整：签名有效，每一行都能读出。').waitFor()
    const [download] = await Promise.all([page.waitForEvent('download'), page.getByRole('button', { name: /^下载/ }).click()])
    await download.saveAs(file)
    await page.getByRole('button', { name: '暂缓删除…' }).click()
    await page.getByRole('dialog').getByLabel('原因').fill('公安机关调取')
    await page.getByRole('dialog').getByRole('button', { name: '暂缓', exact: true }).click()
    await page.getByText(/ 暂缓：公安机关调取$/).waitFor()
    await page.getByText('由另一位管理员解除', { exact: true }).waitFor()
    await call('POST', `/api/v1/sittings/${sitting}/keeping`, second, { keep: false, reason: '调取完毕' })
    await clean(page, 'the archive')
    await pictured(page, 'archive')
    await page.context().close()
    const saved = await command('backup', '--data', data, '--to', join(data, 'day.backup'))
    assert.equal(saved.code, 0, saved.out)
    const { code, out } = await command('archive', 'verify', '--data', data, file)
    assert.equal(code, 0, out)
    assert.match(out, /签名有效/)
    ;[entry] = (await call('GET', '/api/v1/audit?act=proctor.evacuate', first)).filter((e) => e.why === why)
    assert.ok(entry, 'the evacuation is in the record')
  })

  await t.test('one altered byte of the archive is found', async () => {
    const raw = await readFile(file)
    raw[raw.length >> 1] ^= 1
    await writeFile(file, raw)
    const { code, out } = await command('archive', 'verify', '--data', data, file)
    assert.equal(code, 1, out)
    assert.doesNotMatch(out, /签名有效/)
  })

  await t.test('the record is good; one changed entry is found and shown', async () => {
    await own.server.stop()
    const good = await command('audit', 'verify', '--data', data)
    assert.equal(good.code, 0, good.out)
    assert.ok(await replaceIn(join(data, 'gongyuan.db'), stored('why', why), stored('why', forged)) > 0)
    const bad = await command('audit', 'verify', '--data', data)
    assert.equal(bad.code, 1, bad.out)
    assert.match(bad.out, new RegExp(`entry ${entry.number} does not match its seal`))
    own.server = await startServer(own.data, own.server.port)
    const page = await signedIn(browser, base, auditor, '/staff/audit')
    await page.getByRole('button', { name: '核验全部记录' }).click()
    await page.getByText(`第 ${entry.number} 条不对。`).waitFor()
    await page.getByText('内容与封印不符，被改动过。').waitFor()
    await clean(page, 'the record of acts')
    await pictured(page, 'tampered')
    await page.context().close()
  })
}
