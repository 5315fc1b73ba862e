import { describe, expect, it, vi } from 'vitest'
import { NetworkError } from '../shared/problem'
import type { Operation } from './contract'
import { slot, problem, started, server, disk, newPage, pass, done, choice, inExam, work, sends, count } from './session.fixture'
import { lineOf, tagOf } from './shown'

describe('sending', () => {
  it('waits 1 s after the last change, never beyond 5 s after the first, with one request at a time', async () => {
    const p = await inExam()
    const t0 = performance.now()
    p.answer(slot(1), choice('A'))
    await pass(900)
    expect(sends()).toHaveLength(0)
    await pass(200)
    expect(sends()).toHaveLength(1)
    expect((sends()[0]?.at ?? 0) - t0).toBeGreaterThanOrEqual(1_000)
    await pass(200)
    const t1 = performance.now()
    for (let i = 0; i < 12; i++) {
      p.answer(slot(2), choice('ABCD'[i % 4] ?? 'A'))
      await pass(500)
    }
    const second = sends()[1]
    expect((second?.at ?? 0) - t1).toBeLessThanOrEqual(5_010)
    expect((second?.at ?? 0) - t1).toBeGreaterThan(4_500)
    await pass(3_000)
    expect(lineOf(work(p), slot(2))).toBe('saved')
    expect(disk.rows).toEqual([])
  })

  it('says saved only for the durable receipt, and asks again until it comes', async () => {
    const p = await inExam()
    server.durable = false
    p.answer(slot(1), choice('A'))
    await pass(1_500)
    expect(lineOf(work(p), slot(1))).toBe('stored')
    expect(disk.rows).toHaveLength(1)
    await pass(5_000)
    expect(lineOf(work(p), slot(1))).toBe('stored')
    expect(sends().length).toBeGreaterThan(3)
    server.durable = true
    await pass(2_000)
    expect(lineOf(work(p), slot(1))).toBe('saved')
    expect(disk.rows).toHaveLength(0)
  })

  it('makes one operation of a pause in typing', async () => {
    const p = await inExam()
    for (const text of ['巡', '巡查', '巡查记', '巡查记录']) {
      p.type(slot(4), [text])
      await pass(300)
    }
    expect(lineOf(work(p), slot(4))).toBe('sending')
    expect(disk.rows).toHaveLength(0)
    await pass(800)
    expect(disk.rows).toHaveLength(1)
    await pass(1_500)
    expect(lineOf(work(p), slot(4))).toBe('saved')
    expect(server.answers.get(4)?.response).toEqual({ text: ['巡查记录'] })
  })

  it('sends at once in the last minute and when the page goes', async () => {
    const p = await inExam()
    p.type(slot(4), ['巡查'])
    p.flush()
    expect(sends()).toHaveLength(1)
    expect(sends()[0]?.keepalive).toBe(true)
    await pass(100)
    expect(lineOf(work(p), slot(4))).toBe('saved')
    server.deadline = server.now() + 30_000
    server.version++
    void p.beat()
    await pass(100)
    const before = sends().length
    p.answer(slot(1), choice('A'))
    await pass(30)
    expect(sends()).toHaveLength(before + 1)
  })

  it('repeats what got no answer, from 1 to 15 s apart, and loses nothing', async () => {
    const p = await inExam()
    server.say.ops = () => new NetworkError('unreachable')
    p.answer(slot(1), choice('A'))
    await pass(1_100)
    expect(tagOf(work(p))).toEqual({ kind: 'unsent', n: 1 })
    await pass(1_200)
    p.answer(slot(2), choice('B'))
    expect(tagOf(work(p))).toEqual({ kind: 'offline', n: 2 })
    await pass(58_000)
    const times = sends().map((r) => r.at)
    for (let i = 1; i < times.length; i++) {
      const wait = (times[i] ?? 0) - (times[i - 1] ?? 0)
      expect(wait).toBeGreaterThanOrEqual(1_000)
      expect(wait).toBeLessThanOrEqual(15_100)
    }
    server.say = {}
    p.onOnline()
    await pass(2_000)
    expect(tagOf(work(p))).toEqual({ kind: 'saved' })
    expect(work(p).back).toBe(2)
    expect([...server.answers.keys()].sort()).toEqual([1, 2])
  })

  it('does not double what was done although its answer was lost', async () => {
    const p = await inExam()
    let n = 0
    server.say['ops answered'] = () => (n++ < 2 ? new NetworkError('timeout') : null)
    p.answer(slot(1), choice('A'))
    await pass(10_000)
    expect(lineOf(work(p), slot(1))).toBe('saved')
    expect(server.applied).toHaveLength(1)
  })

  it('sends again from where the server says when it has forgotten', async () => {
    const p = await inExam()
    server.durable = false
    p.answer(slot(1), choice('A'))
    p.answer(slot(2), choice('B'))
    await pass(1_300)
    server.applied = [] // the live store was emptied
    server.durable = true
    p.answer(slot(3), choice('C'))
    await pass(3_000)
    expect([1, 2, 3].map((s) => lineOf(work(p), slot(s)))).toEqual(['saved', 'saved', 'saved'])
  })

  it('stops at an answer that the server refuses, and saves those before it', async () => {
    const p = await inExam()
    p.answer(slot(1), choice('A'))
    p.answer(slot(2), choice('B'))
    let refused = false
    server.say.ops = () => {
      const body = server.log[server.log.length - 1]?.body as { ops: Operation[] }
      if (!body.ops.some((op) => op.slot === 2)) return null
      refused = true
      return problem('invalid', { errors: [{ pointer: '/ops/1/response', detail: '' }] })
    }
    await pass(3_000)
    expect(refused).toBe(true)
    expect([1, 2].map((s) => lineOf(work(p), slot(s)))).toEqual(['saved', 'refused'])
    expect(disk.rows).toHaveLength(1)
  })
})

describe('one page at a time', () => {
  it('is read-only after the server’s word and sends nothing more', async () => {
    const p = await inExam()
    server.epoch++
    p.answer(slot(1), choice('A'))
    await pass(1_200)
    expect(work(p).lease).toEqual({ kind: 'taken', by: 'device', label: '备用机' })
    const before = server.log.length
    p.answer(slot(2), choice('A'))
    await pass(60_000)
    expect(server.log).toHaveLength(before)
    expect(disk.rows).toHaveLength(1)
  })

  it('hands what it could not send to the page that follows', async () => {
    const p = await inExam()
    server.say.ops = () => new NetworkError('unreachable')
    p.answer(slot(1), choice('A'))
    p.answer(slot(1), choice('B'))
    p.answer(slot(2), choice('C'))
    await pass(5_000)
    p.close()
    server.say = {}
    const q = await inExam()
    await pass(500)
    expect(work(q).epoch).toBe(2)
    expect(server.answers.get(1)?.response).toEqual(choice('B'))
    expect(server.answers.get(2)?.response).toEqual(choice('C'))
    expect(lineOf(work(q), slot(1))).toBe('saved')
    expect(disk.rows).toEqual([])
  })

  it('keeps apart what another computer has answered since', async () => {
    const p = await inExam()
    server.say.ops = () => new NetworkError('unreachable')
    p.answer(slot(1), choice('A'))
    await pass(100)
    p.close()
    server.say = {}
    server.handle('enter', { deviceId: 'another' })
    server.handle('ops', { epoch: 2, ops: [{ seq: 1, slot: 1, response: choice('D'), flagged: false, clientMs: 1 }] })
    const q = await inExam()
    await pass(2_000)
    expect(work(q).aside).toBe(1)
    expect(server.answers.get(1)?.response).toEqual(choice('D'))
    expect(disk.put).toHaveLength(1)
  })

  it('is fenced off by a newer tab even before the server says so', async () => {
    const p = await inExam()
    disk.known = { epoch: 9, asked: 0 }
    p.answer(slot(1), choice('A'))
    await pass(10)
    expect(work(p).lease).toEqual({ kind: 'taken', by: 'tab' })
    expect(sends()).toHaveLength(0)
  })
})

describe('the session', () => {
  it('that ended is told, keeps the place, and goes on after signing in', async () => {
    const p = await inExam()
    p.move(slot(3))
    server.say.ops = () => problem('unauthenticated')
    p.answer(slot(3), choice('A'))
    await pass(1_200)
    expect(work(p).signedIn).toBe(false)
    const before = sends().length
    await pass(20_000)
    expect(sends()).toHaveLength(before)
    server.say = {}
    await done(p.signIn('A', 'B'))
    await pass(500)
    expect(work(p).position).toBe(3)
    expect(lineOf(work(p), slot(3))).toBe('saved')
    expect(count('enter')).toBe(1)
  })
})

describe('a deadline without a session', () => {
  it('is kept all the same, and signing in brings the receipt', async () => {
    const p = await inExam()
    p.onSignedOut()
    server.say.receipt = () => problem('unauthenticated')
    await pass(91 * 60_000)
    expect(p.state.value.screen.name).toBe('closing')
    server.say = {}
    await done(p.signIn('A', 'B'))
    await pass(2_000)
    expect(p.state.value.screen.name).toBe('receipt')
  })
})

describe('waiting for the start', () => {
  it('enters by itself within two seconds of the opening', async () => {
    server.state = 'ready'
    server.opens = started + 40_000
    const p = newPage()
    await done(p.start())
    p.confirmPerson()
    p.acceptRules()
    expect(p.state.value.screen.name).toBe('waiting')
    await pass(39_900)
    expect(p.state.value.screen.name).toBe('waiting')
    await pass(2_200)
    expect(p.state.value.screen.name).toBe('exam')
  })

  it('tries again by itself when the rush is too much', async () => {
    const p = newPage()
    let n = 0
    server.say.enter = () => (n++ < 3 ? problem('busy') : null)
    await done(p.start())
    p.confirmPerson()
    await pass(12_000)
    expect(p.state.value.screen.name).toBe('exam')
  })
})

describe('the deadline', () => {
  it('of the server counts, whatever this computer’s clock says', async () => {
    const p = await inExam()
    vi.setSystemTime(started + 5 * 3600_000)
    await pass(60_000)
    vi.setSystemTime(started - 5 * 3600_000)
    await pass(88 * 60_000)
    expect(p.state.value.screen.name).toBe('exam')
    await pass(2 * 60_000)
    expect(p.state.value.screen.name).toBe('receipt')
  })

  it('takes in what was typed last, then shows the receipt', async () => {
    const p = await inExam()
    await pass(89 * 60_000 + 59_000)
    p.type(slot(4), ['最后一句'])
    await pass(8_000)
    expect(p.state.value.receipt?.manner).toBe('deadline')
    expect(server.answers.get(4)?.response).toEqual({ text: ['最后一句'] })
    expect(disk.rows).toEqual([])
  })

  it('keeps apart what came too late and says how much', async () => {
    const p = await inExam()
    server.say.ops = () => new NetworkError('unreachable')
    server.say.beat = () => new NetworkError('unreachable')
    server.say.receipt = () => new NetworkError('unreachable')
    await pass(89 * 60_000)
    p.answer(slot(1), choice('A'))
    await pass(2 * 60_000)
    expect(p.state.value.screen.name).toBe('closing')
    server.say = {}
    p.onOnline()
    await pass(8_000)
    expect(p.state.value.receipt?.late).toBe(1)
    expect(disk.rows).toEqual([])
  })

  it('that moved in the last moment opens the page again', async () => {
    const p = await inExam()
    await pass(80 * 60_000)
    server.say.beat = () => new NetworkError('timeout')
    await pass(9 * 60_000)
    server.deadline += 10 * 60_000
    server.version++
    await pass(61_000)
    server.say = {}
    await pass(5_000)
    expect(p.state.value.screen.name).toBe('exam')
    expect(work(p).deadline.explanation).toBe('版本 2')
    p.answer(slot(1), choice('A'))
    await pass(1_500)
    expect(lineOf(work(p), slot(1))).toBe('saved')
  })

  it('that passed while the computer was off still gets what it holds', async () => {
    const p = await inExam()
    server.say.ops = () => new NetworkError('unreachable')
    p.answer(slot(1), choice('A'))
    p.answer(slot(2), choice('A'))
    await pass(3_000)
    p.close()
    server.say = {}
    server.close()
    const q = newPage()
    await done(q.start())
    await pass(2_000)
    expect(q.state.value.receipt?.late).toBe(2)
    expect(disk.rows).toEqual([])
  })

  it('learns that the invigilator has collected', async () => {
    const p = await inExam()
    server.close('collected')
    await pass(20_000)
    expect(p.state.value.receipt?.manner).toBe('collected')
  })

  it('that a save brings is explained by a heartbeat at once', async () => {
    const p = await inExam()
    server.deadline += 600_000
    server.version = 2
    const before = count('beat')
    p.answer(slot(1), choice('A'))
    await pass(1_200)
    expect(count('beat')).toBe(before + 1)
    expect(work(p).changed?.deadline.explanation).toBe('版本 2')
  })
})

describe('handing in', () => {
  it('waits until everything is durable, and can be cancelled until then', async () => {
    const p = await inExam()
    server.durable = false
    p.answer(slot(1), choice('A'))
    p.openCheck()
    p.askSubmit()
    p.confirmSubmit()
    await pass(4_000)
    expect(work(p).submit).toBe('waiting')
    p.cancelSubmit()
    server.durable = true
    await pass(4_000)
    expect(count('submit')).toBe(0)
    p.askSubmit()
    p.confirmSubmit()
    await pass(200)
    expect(p.state.value.receipt?.manner).toBe('candidate')
    await pass(60_000)
    expect(count('submit')).toBe(1)
  })

  it('whose answer was lost is looked up, not repeated', async () => {
    const p = await inExam()
    server.say['submit answered'] = () => new NetworkError('timeout')
    p.openCheck()
    p.askSubmit()
    p.confirmSubmit()
    await pass(100)
    expect(work(p).submit).toBe('unknown')
    await pass(1_500)
    expect(p.state.value.receipt?.manner).toBe('candidate')
    expect(count('submit')).toBe(1)
  })

  it('that never arrived says so and lets the candidate go on', async () => {
    const p = await inExam()
    server.say.submit = () => new NetworkError('unreachable')
    p.openCheck()
    p.askSubmit()
    p.confirmSubmit()
    await pass(2_000)
    expect(work(p).submit).toBe('idle')
    expect(work(p).notSubmitted).toBe(true)
    p.answer(slot(1), choice('A'))
    await pass(2_000)
    expect(lineOf(work(p), slot(1))).toBe('saved')
  })
})
