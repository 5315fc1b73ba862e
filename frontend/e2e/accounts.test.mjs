// Accounts against the real program that GONGYUAN_DEMO names: a new person from
// the one-time password to the end of the account, and the second factor.
import assert from 'node:assert/strict'
import { createHmac } from 'node:crypto'
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { plan } from './hall.mjs'
import { base, call, of, signIn, skip } from './program.mjs'
import { clean, launch, signedIn } from './staff-harness.mjs'

const shots = process.env.GONGYUAN_SHOTS
const PHONE = { width: 390, height: 844 }
let browser

async function looked(page, name) {
  if (shots) {
    await mkdir(shots, { recursive: true })
    await page.screenshot({ path: join(shots, `accounts-${name}.png`), fullPage: true })
  }
  await clean(page, name)
}

/** An authenticator app: RFC 6238 over a base32 secret. */
function codeOf(secret, at = Date.now()) {
  const bits = [...secret.replaceAll(' ', '')].map((c) => 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'.indexOf(c).toString(2).padStart(5, '0')).join('')
  const key = Buffer.from(bits.match(/.{8}/g).map((b) => parseInt(b, 2)))
  const counter = Buffer.alloc(8)
  counter.writeBigUInt64BE(BigInt(Math.floor(at / 30_000)))
  const sum = createHmac('sha1', key).update(counter).digest()
  return String((sum.readUInt32BE(sum[19] & 15) & 0x7fffffff) % 1_000_000).padStart(6, '0')
}

before(async () => { if (!skip) browser = await launch() })
after(async () => { await browser?.close() })

test('an account from its one-time password to its end', { skip, timeout: 120_000 }, async () => {
  const token = await signIn(of('administrator')[0])
  const sitting = await plan(token, '账号场次', 3)
  const admin = await signedIn(browser, base, of('administrator')[0], '/staff/accounts')
  await admin.getByRole('row', { name: /auditor/ }).waitFor()
  await looked(admin, 'list')
  await admin.getByRole('button', { name: '新建账号…' }).click()
  await admin.getByLabel('登录名').fill('Admin 1')
  await admin.getByLabel('姓名').fill('监考员子')
  await admin.getByRole('button', { name: '建立账号' }).click()
  await admin.getByText('登录名用 2 到 32 个小写字母').waitFor()
  await admin.getByLabel('登录名').fill('room7')
  await admin.getByRole('checkbox', { name: /监考员/ }).check()
  await looked(admin, 'make')
  await admin.getByRole('button', { name: '建立账号' }).click()
  await admin.getByText('已建立 监考员子 的账号。').waitFor()
  const password = await admin.locator('.given .secret').textContent()
  await looked(admin, 'given')

  // The new person can do nothing but choose a password.
  const page = await signedIn(browser, base, { login: 'room7', password }, '/staff/sittings')
  await page.getByText('请先设置自己的密码。').waitFor()
  await looked(page, 'needs-password')
  await page.getByLabel('现在的密码').fill(password)
  await page.getByLabel('新密码', { exact: true }).fill('seven rooms, one door')
  await page.getByLabel('再输入一次新密码').fill('seven rooms, one door')
  await page.getByRole('button', { name: '改密码' }).click()
  await page.getByText('密码已改').waitFor()
  await page.getByRole('link', { name: '开始工作' }).click()
  await page.getByRole('heading', { name: '场次', level: 1 }).waitFor()

  // The board is open, its stream with it, when the account ends.
  await page.goto(`${base}/staff/sittings/${sitting.id}/watch`)
  await page.locator('#main h1').waitFor()
  await admin.reload()
  await admin.getByRole('button', { name: '打开 监考员子' }).click()
  await admin.getByRole('heading', { name: '正在登录（1）' }).waitFor()
  await looked(admin, 'card')
  await admin.getByRole('button', { name: '停用账号…' }).click()
  await admin.getByRole('dialog').getByRole('button', { name: '停用' }).click()
  await admin.getByText('已停用，登录都已结束。').waitFor()
  await page.getByRole('dialog').getByText('登录已过期。').waitFor()
  await page.getByLabel('密码').fill('seven rooms, one door')
  await page.getByLabel('账号').fill('room7')
  await page.getByRole('dialog').getByRole('button', { name: '登录', exact: true }).click()
  await page.getByText('登录信息不对').waitFor()
  await admin.setViewportSize(PHONE)
  await admin.waitForFunction(() => document.documentElement.scrollWidth <= window.innerWidth) // nothing sticks out on a phone
  await looked(admin, 'phone')
  await page.context().close()
  await admin.context().close()
})

test('a second factor is set up, asked for and taken away', { skip, timeout: 120_000 }, async () => {
  const who = of('certificate-officer')[0]
  const page = await signedIn(browser, base, who, '/staff/account')
  await page.getByLabel('为确认是本人，请输入密码').fill(who.password)
  await page.getByRole('button', { name: '设置验证器' }).click()
  const secret = await page.locator('.secret').textContent()
  await page.getByLabel('2. 输入验证器显示的 6 位验证码').fill('000000')
  await page.getByRole('button', { name: '确认', exact: true }).click()
  await page.getByText('验证码不对或已用过。').waitFor()
  await looked(page, 'factor')
  await page.getByLabel('2. 输入验证器显示的 6 位验证码').fill(codeOf(secret))
  await page.getByRole('button', { name: '确认', exact: true }).click()
  await page.getByText('恢复码，只显示这一次').waitFor()
  const codes = await page.locator('.codes li').allTextContents()
  assert.equal(codes.length, 10)
  await looked(page, 'codes')
  await page.getByRole('button', { name: '已经收好' }).click()
  await page.getByText('已设置。恢复码还有 10 个。').waitFor()
  await page.locator('button.who').click()
  await page.getByRole('button', { name: '退出' }).click()

  await page.getByLabel('账号').fill(who.login)
  await page.getByLabel('密码').fill(who.password)
  await page.getByRole('button', { name: '登录', exact: true }).click()
  await page.getByLabel('验证码').fill('123456')
  await looked(page, 'code')
  await page.getByRole('button', { name: '登录', exact: true }).click()
  await page.getByText('验证码不对').waitFor()
  // The step before the present one was used for setting up, perhaps the present one too: the next is good.
  await page.getByLabel('验证码').fill(codeOf(secret, Date.now() + 30_000))
  await page.getByRole('button', { name: '登录', exact: true }).click()
  await page.locator('#main h1').waitFor()
  await page.goto(`${base}/staff/account`)
  await page.getByRole('button', { name: '换一组恢复码' }).click()
  const form = page.locator('form').filter({ has: page.getByLabel('自己的密码') })
  await form.getByLabel('自己的密码').fill('不是它')
  await form.getByLabel('验证码或恢复码').fill(codes[0])
  await form.getByRole('button', { name: '换一组恢复码' }).click()
  await form.locator('.err').waitFor()
  await form.getByLabel('自己的密码').fill(who.password)
  await looked(page, 'renew')
  await form.getByRole('button', { name: '换一组恢复码' }).click()
  await page.getByText('恢复码，只显示这一次').waitFor()
  const renewed = await page.locator('.codes li').allTextContents()
  assert.ok(renewed.length === 10 && !renewed.includes(codes[1]))
  await page.getByRole('button', { name: '已经收好' }).click()
  await page.getByText('新的恢复码已生效，原来的全部作废。').waitFor()
  await page.getByText('已设置。恢复码还有 10 个。').waitFor()
  await page.getByLabel('验证码或恢复码').fill(renewed[0])
  await page.getByRole('button', { name: '取消验证器' }).click()
  await page.getByText('还没有设置。').waitFor()
  await page.setViewportSize(PHONE)
  await looked(page, 'own-phone')
  await page.context().close()
})

test('passkeys are added, sign in, and are taken away', { skip, timeout: 120_000 }, async () => {
  const who = of('reviewer')[0]
  const here = base.replace('127.0.0.1', 'localhost')
  const far = await signedIn(browser, base, who, '/staff/account')
  await far.getByText('通行密钥只在这个地址可以登记和使用：').waitFor()
  await far.context().close()
  const page = await signedIn(browser, here, who, '/staff/account')
  const device = await page.context().newCDPSession(page)
  await device.send('WebAuthn.enable')
  const authenticator = (isUserVerified) => device.send('WebAuthn.addVirtualAuthenticator', { options: { protocol: 'ctap2', transport: 'internal', hasResidentKey: true, hasUserVerification: true, isUserVerified, automaticPresenceSimulation: true } })
  const { authenticatorId } = await authenticator(true)
  const add = async (name) => {
    await page.getByRole('button', { name: '登记通行密钥…' }).click()
    await page.getByLabel('给它起个名').fill(name)
    await page.getByLabel('为确认是本人，请输入密码').first().fill(who.password)
  }
  const confirm = () => page.getByRole('button', { name: '登记', exact: true }).click()
  await page.getByRole('button', { name: '登记通行密钥…' }).click()
  await page.getByLabel('为确认是本人，请输入密码').first().fill('wrong')
  await page.getByRole('button', { name: '登记', exact: true }).click()
  await page.getByText('现在的密码不对。').waitFor()
  await page.getByRole('button', { name: '返回' }).click()
  await add('办公室电脑')
  await confirm()
  await page.getByText('恢复码，只显示这一次').waitFor()
  const codes = await page.locator('.codes li').allTextContents()
  assert.equal(codes.length, 10)
  await page.getByRole('button', { name: '已经收好' }).click()
  await page.getByText('通行密钥已登记。').waitFor()
  await add('同一台电脑') // from now on a factor is asked for too; the device says that it has one already
  await confirm()
  await page.getByText('不对或已用过').waitFor()
  await page.getByRole('button', { name: '用通行密钥确认' }).first().click()
  await page.getByText('这个设备已经登记过。').waitFor()
  await looked(page, 'passkeys')

  await page.locator('button.who').click()
  await page.getByRole('button', { name: '退出' }).click()
  await page.getByLabel('账号').fill(who.login)
  await page.getByLabel('密码').fill(who.password)
  await page.getByRole('button', { name: '登录', exact: true }).click()
  const sign = page.getByRole('button', { name: '用通行密钥登录' })
  await sign.waitFor()
  await looked(page, 'passkey-sign')
  await device.send('WebAuthn.removeVirtualAuthenticator', { authenticatorId }) // nothing answers; the question holds
  const stranger = await authenticator(true)
  await sign.click()
  await page.getByText('没有完成：已取消').waitFor()
  await page.getByLabel('或输入验证码、恢复码').fill(codes[0])
  await page.getByRole('button', { name: '用验证码登录' }).click()
  await page.locator('#main h1').waitFor()

  await page.goto(`${here}/staff/account`)
  await add('手机')
  await page.getByLabel('验证码或恢复码').first().fill(codes[1])
  await confirm()
  await page.getByText('通行密钥已登记。').waitFor()
  await page.getByRole('button', { name: '移除通行密钥 办公室电脑' }).click()
  await page.getByRole('button', { name: '用通行密钥确认' }).first().click()
  await page.getByText('已移除通行密钥。').waitFor()
  await page.getByText(/最近用于/).waitFor()
  await page.locator('button.who').click()
  await page.getByRole('button', { name: '退出' }).click()
  await page.getByLabel('账号').fill(who.login)
  await page.getByLabel('密码').fill(who.password)
  await page.getByRole('button', { name: '登录', exact: true }).click()
  await sign.click()
  await page.locator('#main h1').waitFor()
  await device.send('WebAuthn.removeVirtualAuthenticator', stranger)
  await page.goto(`${here}/staff/account`)
  await page.getByRole('button', { name: '移除通行密钥 手机' }).click()
  await page.getByLabel('验证码或恢复码').first().fill(codes[2])
  await page.getByRole('button', { name: '移除', exact: true }).click()
  await page.getByText('还没有设置。').waitFor()
  await page.context().close()
})

test('an auditor sees all and changes nothing', { skip, timeout: 60_000 }, async () => {
  const page = await signedIn(browser, base, of('auditor')[0], '/staff/accounts')
  await page.getByText('审计员：全部可看，都不能改。').waitFor()
  assert.equal(await page.getByRole('button', { name: '新建账号…' }).count(), 0)
  await page.getByRole('button', { name: '打开 命题员乙' }).click()
  await page.getByRole('heading', { name: /^正在登录/ }).waitFor()
  assert.equal(await page.getByRole('button', { name: '停用账号…' }).count(), 0)
  await looked(page, 'auditor')
  await page.goto(`${base}/staff/audit`)
  await page.getByRole('heading', { name: '操作记录' }).waitFor()
  const token = await signIn(of('auditor')[0])
  await assert.rejects(call('POST', '/api/v1/staff', token, { login: 'x9', name: '某', roles: ['editor'] }), /403|forbidden|没有权限/)
  await page.context().close()
})
