// A hall of the skill assessment against the real program that GONGYUAN_DEMO
// names: three examiners with a tablet each score ten candidates at two
// stations, their network is cut in the middle, one reports a veto, one is far
// from the others, the chair decides, and two administrators release what it
// came to.
import assert from 'node:assert/strict'
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { act, learn, open, plan, release, score, take } from './hall.mjs'
import { base, call, identity, of, signIn, skip } from './program.mjs'
import { clean, launch, signedIn } from './staff-harness.mjs'

const shots = process.env.GONGYUAN_SHOTS
const TABLET = { width: 1024, height: 768 }
const TEN = [...'甲乙丙丁戊己庚辛壬癸'].map((x) => `考场${x}`)
let browser

async function looked(page, name) {
  if (shots) {
    await mkdir(shots, { recursive: true })
    await page.screenshot({ path: join(shots, `hall-${name}.png`) })
  }
  await clean(page, name)
}

const tag = (page, word) => page.locator('.save-tag', { hasText: word }).waitFor({ timeout: 40_000 })

/** Taps 无扣分 in each row that is not scored and 未发生 at each veto that is not decided. */
const fill = (page) => page.evaluate(() => {
  for (const row of document.querySelectorAll('.srow')) if (row.querySelector('.todo')) row.querySelector('.chips button').click()
  for (const veto of document.querySelectorAll('.vrow')) if (!veto.querySelector('[aria-pressed="true"]')) veto.querySelector('.pair button').click()
})

/** Takes 20 points off in two rows of a sheet that is filled, with the fact seen. */
async function strict(page) {
  for (const i of [0, 1]) {
    const row = page.locator('.srow').nth(i)
    await row.getByRole('button', { name: '其他扣分…' }).click()
    await row.getByLabel('其他扣分（分）').fill('10')
    await row.getByLabel('说明').fill('没有登记来访人')
  }
}

async function veto(page) {
  await page.locator('.vrow').first().getByRole('button', { name: '已发生' }).click()
  const dialog = page.getByRole('dialog')
  await dialog.getByRole('button', { name: '判定已发生' }).click()
  await dialog.getByText('还没有写看到的事实').waitFor() // not without the fact
  await dialog.getByLabel('看到的事实（必填）').fill('带电的配电箱用水扑救')
  await dialog.getByRole('button', { name: '判定已发生' }).click()
  await page.locator('.st-foot').getByText('否定项已发生').waitFor()
}

async function sign(page) {
  await tag(page, '全部评分已保存')
  await page.getByRole('button', { name: '签名并锁定…' }).click()
  await page.getByRole('dialog').getByRole('button', { name: '签名并锁定' }).click()
  await tag(page, '只读')
}

const card = (page, draw) => page.locator('.q-card', { has: page.locator('.q-draw', { hasText: draw }) })

before(async () => { if (!skip) browser = await launch() })
after(async () => { await browser?.close() })

test('three examiners, ten candidates, two stations', { skip, timeout: 240_000 }, async (t) => {
  const [first, second] = of('administrator')
  const accounts = of('examiner').slice(0, 3)
  const [admin, other] = await Promise.all([signIn(first), signIn(second)])
  const tokens = await Promise.all(accounts.map(signIn))
  let s, people, draws, pages, vetoed, spread
  let broken = false
  const step = (name, work) => t.test(name, { skip: broken }, async () => {
    broken = true
    try {
      await work()
    } catch (e) {
      for (const [i, page] of (pages ?? []).entries()) if (shots && !page.isClosed()) await page.screenshot({ path: join(shots, `hall-failed-${i}.png`) })
      throw e
    }
    broken = false
  })
  /** The address of a candidate's sheet, or of the list. */
  const at = (station, draw = '') => `/staff/assess/${s.id}/${station}${draw ? `/${draw}` : ''}`
  /** The draw number of a person at a station. */
  const drawOf = (station, person) => draws.find((r) => r.registration === person.id).components.find((c) => c.kind === 'skill').stations.find((x) => x.name === station).draw

  await step('a sitting with two stations', async () => {
    const answer = await learn(admin, 3)
    s = await plan(admin, '示例考场', 3)
    people = await open(admin, s.id, TEN.map((name) => ({ name, idNumber: identity() })))
    const sheet = (await call('GET', '/api/v1/sheets?level=3', admin)).find((x) => x.kind === 'skill')
    const ids = (await call('GET', '/api/v1/accounts?role=examiner', admin)).filter((x) => accounts.some((a) => a.login === x.login)).sort((a, b) => a.login.localeCompare(b.login)).map((x) => x.id)
    const panel = { kind: 'skill', sheet: sheet.id, examiners: ids, rule: 'mean' }
    await call('POST', `/api/v1/sittings/${s.id}/panels`, admin, { ...panel, title: '消防处置', weight: 60 })
    await call('POST', `/api/v1/sittings/${s.id}/panels`, admin, { ...panel, station: 2, title: '门卫与安检', weight: 40 })
    draws = await call('GET', `/api/v1/sittings/${s.id}/outcomes`, admin)
    // Both are scored while the network is cut.
    ;[spread, vetoed] = ['005', '006'].map((draw) => people.find((p) => drawOf('skill', p) === draw))
    await Promise.all([vetoed, spread].map((p) => take(p, answer)))
  })

  await step('each opens the first station, scores and signs three', async () => {
    pages = await Promise.all(accounts.map((a) => signedIn(browser, base, a, at('skill'), TABLET)))
    await Promise.all(pages.map(async (page) => {
      await page.getByRole('heading', { name: /消防处置/ }).waitFor()
      await page.evaluate(() => navigator.serviceWorker.ready)
      await page.reload() // from here on the worker serves the page
      await page.getByRole('link', { name: /^下一名未完成/ }).click()
      for (let i = 0; i < 3; i++) {
        await page.locator('.srow').first().waitFor()
        await tag(page, '还没有评分')
        await fill(page)
        await sign(page)
        await page.getByRole('button', { name: /^评下一名/ }).click()
      }
    }))
    await looked(pages[0], 'sheet')
  })

  await step('the network goes: four more are scored, kept over a reload, and none is signed', async () => {
    await Promise.all(pages.map(async (page) => {
      await page.context().setOffline(true)
      await page.getByRole('link', { name: '返回名单' }).click()
      for (let draw = 4; draw <= 7; draw++) {
        await card(page, `00${draw}`).click()
        await page.locator('.srow').first().waitFor()
        await fill(page)
        if (draw === 5 && page === pages[2]) await strict(page)
        if (draw === 6 && page === pages[1]) await veto(page)
        await tag(page, '记在本机')
        if (draw === 5) {
          await page.reload()
          await page.locator('.srow').first().waitFor()
          await tag(page, '记在本机')
          assert.equal(await page.locator('.srow .todo').count(), 0, 'nothing that was entered is lost')
          if (page === pages[2]) {
            assert.equal(await page.locator('.srow').nth(1).getByLabel('说明').inputValue(), '没有登记来访人')
            for (const i of [0, 1]) assert.equal(await page.locator('.srow').nth(i).getByLabel('其他扣分（分）').inputValue(), '10', `the deduction in row ${i}`)
          }
        }
        await page.getByRole('button', { name: '签名并锁定…' }).click()
        const dialog = page.getByRole('dialog')
        await dialog.getByText('送到后才能签名').waitFor()
        await dialog.getByRole('button', { name: '返回' }).click()
        await page.getByRole('link', { name: '返回名单' }).click()
      }
      for (let draw = 4; draw <= 7; draw++) await card(page, `00${draw}`).getByText(/^本机.\d+.处$/).waitFor()
      for (let draw = 1; draw <= 3; draw++) await card(page, `00${draw}`).getByText(/^已签名 \d\d:\d\d/).waitFor()
    }))
    await looked(pages[0], 'queue-cut')
    const { tasks } = await call('GET', `/api/v1/sittings/${s.id}/assess/skill`, tokens[0])
    assert.deepEqual(tasks.map((x) => x.state), [...Array(3).fill('locked'), ...Array(7).fill('untouched')], 'the server knows nothing of them')
  })

  await step('it comes back: everything is stored by itself, then all sign', async () => {
    await Promise.all(pages.map(async (page) => {
      await page.context().setOffline(false)
      for (let draw = 4; draw <= 7; draw++) await card(page, `00${draw}`).getByText(/^已存储 \d\d:\d\d/).waitFor({ timeout: 40_000 })
    }))
    await looked(pages[1], 'queue-back')
    await Promise.all(pages.map(async (page) => {
      await page.getByRole('link', { name: /^下一名未完成/ }).click()
      for (let draw = 4; draw <= 10; draw++) {
        const name = String(draw).padStart(3, '0')
        await page.locator('.draw', { hasText: name }).waitFor()
        await page.locator('.srow').first().waitFor()
        await fill(page)
        await sign(page)
        if (draw < 10) await page.getByRole('button', { name: /^评下一名/ }).click()
      }
      await page.getByRole('link', { name: '返回名单' }).click()
      await page.getByText(/已锁定.10/).waitFor()
    }))
  })

  await step('at the second station all are scored as well', async () => {
    const list = await call('GET', `/api/v1/sittings/${s.id}/assess/skill-2`, tokens[0])
    const last = list.tasks.map((x) => x.draw).findLast((draw) => draw !== drawOf('skill-2', spread))
    await Promise.all(tokens.map(async (token, i) => {
      for (const { draw } of list.tasks) if (draw !== last) await score(token, s.id, 'skill-2', draw, i * 150)
    }))
    // The chair takes somebody for absent who is not.
    const chair = pages[0]
    await chair.goto(base + at('skill-2'))
    await chair.getByRole('button', { name: `记缺考：抽签号 ${last}` }).click()
    await chair.getByRole('dialog').getByRole('button', { name: '记缺考' }).click()
    await chair.getByText('请填写 2 到 500 个字。').waitFor() // not without a reason
    await chair.getByRole('dialog').getByLabel('理由').fill('叫号三次没有到场')
    await chair.getByRole('dialog').getByRole('button', { name: '记缺考' }).click()
    await chair.getByText(`已记抽签号 ${last} 缺考。`).waitFor()
    await looked(chair, 'absent')
    await chair.getByRole('button', { name: `撤销缺考：抽签号 ${last}` }).click()
    await chair.getByRole('dialog').getByLabel('理由').fill('看错了号，人在现场')
    await chair.getByRole('dialog').getByRole('button', { name: '撤销缺考' }).click()
    await chair.getByText(`已撤销抽签号 ${last} 的缺考。`).waitFor()
    const entries = await call('GET', '/api/v1/audit?act=absence.withdraw&limit=5', admin)
    assert.ok(entries.some((e) => e.why === '看错了号，人在现场'), 'who withdrew it and why is recorded')
    await Promise.all(pages.map(async (page) => {
      await page.goto(base + at('skill-2'))
      await page.getByRole('heading', { name: /门卫与安检/ }).waitFor()
      await page.getByRole('link', { name: `下一名未完成：抽签号 ${last}` }).click()
      await page.locator('.srow').first().waitFor()
      await page.locator('.st-top').getByText(/门卫与安检/).waitFor()
      await fill(page)
      await sign(page)
    }))
  })

  await step('the chair sees all three and decides, with a reason', async () => {
    const [page, one] = pages
    await one.goto(base + at('skill'))
    await one.getByText(/已锁定.10/).waitFor()
    assert.equal(await one.getByRole('heading', { name: '组长裁定' }).count(), 0, 'who is no chair decides nothing')
    const { standings } = await call('GET', `/api/v1/sittings/${s.id}/assess/skill`, tokens[0])
    assert.deepEqual(standings.filter((x) => x.part.state === 'chair').map((x) => x.draw), ['005', '006'], JSON.stringify(standings))
    await page.goto(base + at('skill'))
    await page.getByRole('heading', { name: '组长裁定' }).waitFor()
    await page.getByRole('button', { name: `裁定抽签号 ${drawOf('skill', spread)}`, exact: true }).click()
    const dialog = page.getByRole('dialog')
    await dialog.getByText('相差 20.00，超过上限').waitFor()
    for (const [i, a] of accounts.entries()) await dialog.getByText(`${a.name} ${i === 2 ? '80.00' : '100.00'}`).waitFor()
    await dialog.getByRole('button', { name: '裁定', exact: true }).click()
    await dialog.getByText('请选择一种。').waitFor() // nothing is chosen beforehand
    await dialog.getByLabel(/^由我定分/).check()
    await dialog.getByLabel('裁定的分数').fill('79')
    await dialog.getByLabel('理由').fill('看过三份评分：来访人确有一名没有登记')
    await dialog.getByRole('button', { name: '裁定', exact: true }).click()
    await dialog.getByText('请填写 80.00 到 100.00 的数').waitFor()
    await dialog.getByLabel('裁定的分数').fill('85')
    await looked(page, 'decide')
    await dialog.getByRole('button', { name: '裁定', exact: true }).click()
    await page.getByText(`已裁定抽签号 ${drawOf('skill', spread)}。`).waitFor()
    await page.getByRole('button', { name: `裁定抽签号 ${drawOf('skill', vetoed)}`, exact: true }).click()
    await dialog.getByText('有考评员判定否定项已发生').waitFor()
    await dialog.getByLabel(/^否定项成立/).check()
    await dialog.getByLabel('理由').fill('看过录像，属实')
    await dialog.getByRole('button', { name: '裁定', exact: true }).click()
    await page.getByText(`已裁定抽签号 ${drawOf('skill', vetoed)}。`).waitFor()
    await looked(page, 'decided')
  })

  await step('an examiner asks to open a signed sheet again; what was decided on it is void and known', async () => {
    const [chair, , page] = pages
    const draw = drawOf('skill', spread)
    await page.goto(base + at('skill', draw))
    await tag(page, '只读')
    await page.getByRole('button', { name: '申请解锁…' }).click()
    const dialog = page.getByRole('dialog')
    await dialog.getByRole('button', { name: '申请', exact: true }).click()
    await dialog.getByText('请填写 2 到 500 个字。').waitFor()
    await dialog.getByLabel('理由').fill('多扣了两分')
    await looked(page, 'unlock-own')
    await page.context().setOffline(true)
    await dialog.getByRole('button', { name: '申请', exact: true }).click()
    await dialog.getByRole('alert').waitFor() // it says so, and what was typed stays
    assert.equal(await dialog.getByLabel('理由').inputValue(), '多扣了两分')
    await page.context().setOffline(false)
    await dialog.getByRole('button', { name: '申请', exact: true }).click()
    await page.getByText(/已申请解锁，等组长或管理员决定/).waitFor()
    await looked(page, 'unlock-asked')
    const twice = await fetch(`${base}/api/v1/sittings/${s.id}/unlocks`, {
      method: 'POST', headers: { 'Content-Type': 'application/json', Authorization: `Bearer ${tokens[2]}`, 'Accept-Language': 'zh-CN' }, body: JSON.stringify({ kind: 'skill', draw, reason: '再申请一次' }),
    })
    assert.deepEqual([twice.status, (await twice.json()).title], [409, '已经申请过解锁'])
    await chair.goto(base + at('skill'))
    await chair.getByRole('button', { name: `决定抽签号 ${draw} ${accounts[2].name}的解锁申请` }).click()
    await chair.getByRole('dialog').getByLabel(/^同意/).check()
    await chair.getByRole('dialog').getByRole('button', { name: '决定' }).click()
    await chair.getByText(`已解锁抽签号 ${draw} 的评分。`).waitFor()
    await page.getByRole('button', { name: '看一下结果' }).click()
    await page.getByText('已解锁，可以修改。').waitFor()
    await looked(page, 'unlocked')
    await page.locator('.srow').first().getByLabel('其他扣分（分）').fill('8')
    await sign(page)
    await page.getByRole('button', { name: '申请解锁…' }).waitFor()
    await chair.reload()
    await chair.getByText('以前的裁定，评分重新签名后已作废').waitFor()
    await chair.getByText(/定为 85\.00 分。理由：看过三份评分/).waitFor()
    await chair.getByRole('button', { name: `裁定抽签号 ${draw}`, exact: true }).click()
    await chair.getByRole('dialog').getByText('相差 18.00，超过上限').waitFor()
    await chair.getByRole('dialog').getByLabel(/^由我定分/).check()
    await chair.getByRole('dialog').getByLabel('裁定的分数').fill('85')
    await chair.getByRole('dialog').getByLabel('理由').fill('改后仍按 85 分')
    await chair.getByRole('dialog').getByRole('button', { name: '裁定', exact: true }).click()
    await chair.getByText(`已裁定抽签号 ${draw}。`).waitFor()
    await looked(chair, 'decided-anew')
    await Promise.all(pages.map((p) => p.context().close()))
  })

  await step('what it came to, for the administrator and for the candidates', async () => {
    await act(admin, s.id, 'close')
    await release(admin, other, s.id)
    const page = await signedIn(browser, base, first, `/staff/sittings/${s.id}/outcomes`, TABLET)
    const row = (name) => page.getByRole('row', { name: new RegExp(name) })
    await row(spread.name).getByText('90.40').waitFor() // 60 % of 85 and 40 % of 98.50
    await row(spread.name).getByText('合格', { exact: true }).first().waitFor()
    await row(vetoed.name).getByText('不合格').first().waitFor()
    await looked(page, 'outcomes')
    await page.getByRole('link', { name: spread.name }).click()
    await page.getByText('85.00 × 60% + 98.50 × 40% = 90.40').waitFor()
    await page.getByText('裁定理由：改后仍按 85 分').waitFor()
    await page.getByText('总评合格').first().waitFor()
    await looked(page, 'outcome-decided')
    await page.goto(`${base}/staff/sittings/${s.id}/outcomes/${vetoed.id}`)
    await page.getByText('总评不合格').first().waitFor()
    await page.getByText('裁定理由：看过录像，属实').waitFor()
    await looked(page, 'outcome-vetoed')
    await page.context().close()
    const codes = await call('GET', `/api/v1/sittings/${s.id}/codes`, admin)
    for (const [person, words] of [[spread, ['90.40', '总评合格']], [vetoed, ['否定项']]]) {
      const phone = await (await browser.newContext({ viewport: { width: 390, height: 844 }, locale: 'zh-CN', timezoneId: 'Asia/Shanghai', reducedMotion: 'reduce' })).newPage()
      phone.faults = []
      await phone.goto(`${base}/result`)
      await phone.getByLabel('准考证号').fill(person.admission)
      await phone.getByLabel('查询码（8 位）').fill(codes.find((c) => c.registration === person.id).code)
      await phone.keyboard.press('Enter')
      await phone.locator('[data-answer]').waitFor()
      for (const word of words) await phone.getByText(word).first().waitFor()
      assert.equal(await phone.getByText(/考评员|组长/).count(), 0, 'no examiner is named to a candidate')
      await looked(phone, `candidate-${person === spread ? 'decided' : 'vetoed'}`)
      await phone.context().close()
    }
  })
})
