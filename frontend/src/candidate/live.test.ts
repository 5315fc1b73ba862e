import { describe, expect, it } from 'vitest'
import { NetworkError } from '../shared/problem'
import type { Operation } from './contract'
import { slot, problem, started, server, disk, newPage, pass, done, choice, inExam, work, sends, count } from './session.fixture'
import { lineOf, tagOf } from './shown'

describe('the stream', () => {
  it('brings a new deadline at once, with its sentence, and sets no clock', async () => {
    const p = await inExam()
    await pass(100)
    server.extend(600_000)
    expect(work(p).deadline).toMatchObject({ version: 2, explanation: '版本 2', at: started + 100 * 60_000 })
    expect(work(p).changed?.deadline.version).toBe(2)
    const before = p.now()
    server.clockAhead = 3600_000 // what is pushed may have been on its way for any time
    server.extend(0)
    expect(Math.abs(p.now() - before)).toBeLessThan(5)
  })

  it('is opened again when it breaks, ever more slowly, while heartbeats go on', async () => {
    const p = await inExam()
    await pass(100)
    expect(server.opened).toBe(1)
    server.streams[0]?.fail(new NetworkError('timeout'))
    await pass(2_000)
    expect(server.opened).toBe(2)
    server.say.events = () => new NetworkError('gateway') // a proxy that breaks streams
    server.streams[0]?.end()
    const beats = count('beat')
    await pass(61_000)
    expect(count('beat') - beats).toBeGreaterThanOrEqual(3)
    // The time changes all the same, with the next heartbeat.
    server.extend(600_000)
    await pass(16_000)
    expect(work(p).deadline.version).toBe(2)
    server.say = {}
    await pass(35_000)
    expect(server.opened).toBe(3)
  })

  it('of an older epoch changes nothing', async () => {
    const p = await inExam()
    await pass(100)
    const old = server.streams[0]
    server.handle('enter', { deviceId: 'x' })
    await pass(10)
    expect(work(p).lease).toEqual({ kind: 'taken', by: 'device', label: '备用机' })
    await done(p.takeBack())
    expect(work(p).lease.kind).toBe('mine')
    old?.push(`event: taken-over\ndata: ${JSON.stringify(problem('taken-over').problem)}\n\n`)
    old?.push('event: beat\ndata: {"state":"closed","clock":{}}\n\n')
    await pass(10)
    expect([p.state.value.screen.name, work(p).lease.kind]).toEqual(['exam', 'mine'])
  })

  it('with nonsense in it harms nobody', async () => {
    const p = await inExam()
    await pass(100)
    server.streams[0]?.push('event: beat\ndata: {"cut\n\nevent: other\ndata: x\n\n: comment\n\n')
    server.streams[0]?.push(`event: taken-over\ndata: ${JSON.stringify(problem('unavailable').problem)}\n\n`)
    await pass(100)
    expect([p.state.value.screen.name, work(p).lease.kind]).toEqual(['exam', 'mine'])
  })

  it('leaves the heartbeat to a save that came within 15 s', async () => {
    const p = await inExam()
    for (let i = 0; i < 12; i++) {
      p.answer(slot(1), choice('ABCD'[i % 4] ?? 'A'))
      await pass(5_000)
    }
    expect([count('ops'), count('beat')]).toEqual([12, 0])
    await pass(16_000)
    expect(count('beat')).toBe(1)
  })
})

describe('a pause', () => {
  it('takes in what was being typed, stops the clock, and ends by itself', async () => {
    const p = await inExam()
    await pass(100)
    p.type(slot(4), ['写到一半'])
    server.pause()
    expect(work(p).pause).not.toBeNull()
    p.answer(slot(1), choice('A'))
    await pass(300)
    expect(server.answers.get(4)?.response).toEqual({ text: ['写到一半'] })
    expect(server.answers.has(1)).toBe(false)
    // However long it takes, nothing is collected, even where nobody tells that it still lasts.
    await pass(60_000)
    server.say.beat = server.say.events = () => new NetworkError('unreachable')
    server.streams[0]?.end()
    await pass(3 * 3600_000)
    expect(p.state.value.screen.name).toBe('exam')
    server.say = {}
    await pass(40_000)
    server.resume()
    await pass(10)
    expect(work(p).pause).toBeNull()
    expect(work(p).changed?.deadline.version).toBe(3)
    p.answer(slot(1), choice('B'))
    await pass(1_500)
    expect(lineOf(work(p), slot(1))).toBe('saved')
    await pass(91 * 60_000)
    expect(p.state.value.receipt?.manner).toBe('deadline')
  })

  it('that no stream tells comes with the next heartbeat or save', async () => {
    server.say.events = () => new NetworkError('gateway')
    const p = await inExam()
    server.pause()
    await pass(16_000)
    expect(work(p).pause).not.toBeNull()
    server.resume()
    await pass(18_000)
    expect(work(p).pause).toBeNull()
  })

  it('holds for a page that comes in while it lasts, and ends with a collection', async () => {
    server.pause()
    const p = await inExam()
    expect(work(p).pause?.left).toBe(server.deadline - server.pausedSince)
    server.close('collected')
    server.push()
    await pass(1_000)
    expect(p.state.value.receipt?.manner).toBe('collected')
  })
})

describe('an attempt that was opened again', () => {
  it('brings the page back from the receipt at once, in a new epoch', async () => {
    const p = await inExam()
    p.answer(slot(1), choice('A'))
    await pass(1_500)
    server.close('collected')
    server.push()
    await pass(500)
    expect(p.state.value.screen.name).toBe('receipt')
    await pass(60_000)
    server.reopen()
    await pass(200)
    expect([p.state.value.screen.name, work(p).epoch, work(p).reopened]).toEqual(['exam', 2, true])
    expect(lineOf(work(p), slot(1))).toBe('saved')
    p.answer(slot(2), choice('B'))
    await pass(1_500)
    expect(lineOf(work(p), slot(2))).toBe('saved')
  })

  it('is noticed by asking where no stream tells, also after a reload', async () => {
    server.say.events = () => new NetworkError('gateway')
    let p = await inExam()
    server.close('collected')
    await pass(20_000)
    expect(p.state.value.screen.name).toBe('receipt')
    p.close()
    p = newPage()
    await done(p.start())
    await pass(1_000)
    expect([p.state.value.screen.name, p.state.value.work]).toEqual(['receipt', null])
    server.reopen()
    await pass(18_000)
    expect(p.state.value.screen.name).toBe('exam')
  })

  it('gets what had come too late before', async () => {
    const p = await inExam()
    server.say.ops = () => new NetworkError('unreachable')
    p.answer(slot(1), choice('A'))
    await pass(3_000)
    server.say = {}
    server.close('collected')
    await pass(20_000)
    expect(p.state.value.receipt?.late).toBe(1)
    server.reopen()
    await pass(1_000)
    expect(lineOf(work(p), slot(1))).toBe('saved')
    expect(server.answers.get(1)?.response).toEqual(choice('A'))
  })

  it('is not taken for one by an answer that was overtaken', async () => {
    const p = await inExam()
    await pass(100)
    const stale = { state: 'running', clock: server.clock(true) }
    await pass(1_000)
    server.close('collected')
    server.push()
    await pass(500)
    server.streams[0]?.push(`event: beat\ndata: ${JSON.stringify(stale)}\n\n`)
    await pass(500)
    expect([p.state.value.screen.name, count('enter')]).toEqual(['receipt', 1])
  })
})

describe('a save that came after the deadline', () => {
  it('goes out again when the deadline turns out to have moved', async () => {
    const p = await inExam()
    server.say.events = () => new NetworkError('gateway')
    server.streams[0]?.end()
    server.say.beat = () => new NetworkError('timeout')
    server.say.receipt = () => new NetworkError('timeout')
    await pass(89 * 60_000 + 59_500)
    server.say.ops = () => new NetworkError('timeout')
    p.answer(slot(1), choice('A'))
    await pass(4_000)
    delete server.say.ops
    await pass(5_000)
    expect(lineOf(work(p), slot(1))).toBe('late')
    expect(disk.rows).toHaveLength(1)
    server.deadline += 600_000
    server.version++
    server.say = {}
    await pass(8_000)
    expect(p.state.value.screen.name).toBe('exam')
    expect(lineOf(work(p), slot(1))).toBe('saved')
    expect([server.applied.length, server.epoch]).toEqual([1, 1])
    expect(disk.rows).toEqual([])
  })
})

describe('taking back', () => {
  it('enters anew, brings along what the page holds, and tells the other', async () => {
    const p = await inExam()
    await pass(100)
    server.say.ops = () => new NetworkError('unreachable')
    p.answer(slot(2), choice('C'))
    await pass(100)
    server.handle('enter', { deviceId: 'another' })
    await pass(100)
    expect(work(p).lease.kind).toBe('taken')
    server.say = {}
    expect(await done(p.takeBack())).toBeNull()
    await pass(500)
    expect([work(p).epoch, work(p).lease.kind, work(p).tookOver]).toEqual([3, 'mine', null])
    expect(lineOf(work(p), slot(2))).toBe('saved')
  })

  it('that fails leaves the page as it is and says why', async () => {
    const p = await inExam()
    server.handle('enter', { deviceId: 'another' })
    await pass(100)
    server.say.enter = () => new NetworkError('unreachable')
    expect(await done(p.takeBack())).toEqual({ kind: 'network', reason: 'unreachable' })
    expect([p.state.value.screen.name, work(p).lease.kind]).toEqual(['exam', 'taken'])
  })

  it('tells whoever comes to a new computer where the exam was', async () => {
    server.handle('enter', { deviceId: 'another' })
    const p = await inExam()
    expect(work(p).tookOver).toEqual({ from: 'x' })
  })
})

describe('a page that goes', () => {
  it('sends what it holds, also unkept, with a request that outlives it and stays small', async () => {
    const p = await inExam()
    for (let i = 0; i < 100; i++) {
      p.type(slot(4), [`${i}${'长'.repeat(4_000)}`])
      p.endDraft(slot(4))
    }
    p.onVisibility(true)
    const last = sends()[sends().length - 1]
    expect(last?.keepalive).toBe(true)
    expect(new TextEncoder().encode(JSON.stringify(last?.body)).length).toBeLessThan(64 * 1024)
  })

  it('does not sign anyone out with a token that ran out', async () => {
    const p = await inExam()
    let n = 0
    server.say.ops = () => (n++ === 0 ? problem('unauthenticated') : null)
    p.answer(slot(1), choice('A'))
    p.flush()
    await pass(3_000)
    expect(work(p).signedIn).toBe(true)
    expect(lineOf(work(p), slot(1))).toBe('saved')
  })
})

describe('a server that stays away', () => {
  it('is told after a minute, and what is not durable goes into a file', async () => {
    const p = await inExam()
    p.answer(slot(1), choice('A'))
    await pass(1_500)
    expect(p.saveFile()).toBeNull()
    server.say.ops = server.say.beat = () => new NetworkError('unreachable')
    p.answer(slot(1), choice('B'))
    p.type(slot(4), ['还没写完'])
    await pass(59_000)
    expect(work(p).away).toBe(false)
    await pass(5_000)
    expect(work(p).away).toBe(true)
    const file = JSON.parse(p.saveFile()?.text ?? '') as { epoch: number; operations: Operation[] }
    expect(file.epoch).toBe(1)
    expect(file.operations.map((op) => [op.seq, op.response])).toEqual([[2, choice('B')], [3, { text: ['还没写完'] }]])
    server.say = {}
    await pass(20_000)
    expect(work(p).away).toBe(false)
    expect(p.saveFile()).toBeNull()
  })

  it('at the end leaves the file as the way, also after a reload', async () => {
    let p = await inExam()
    server.say.ops = server.say.beat = server.say.receipt = () => new NetworkError('unreachable')
    p.answer(slot(1), choice('A'))
    await pass(91 * 60_000)
    expect(p.state.value.screen.name).toBe('closing')
    expect(JSON.parse(p.saveFile()?.text ?? '')).toMatchObject({ attempt: 'att', admission: 'A', epoch: 1, operations: [{ seq: 1 }] })
    p.close()
    server.state = 'closed'
    p = newPage()
    await done(p.start())
    await pass(3_000)
    expect(JSON.parse(p.saveFile()?.text ?? '')).toMatchObject({ epoch: 1, operations: [{ seq: 1 }] })
  })
})

describe('a browser whose disk is full in the middle', () => {
  it('goes on from memory, says so, and warns before the page goes', async () => {
    const p = await inExam()
    p.answer(slot(1), choice('A'))
    await pass(1_500)
    expect(tagOf(work(p)).kind).toBe('saved')
    disk.keeping = 'none'
    server.say.ops = () => new NetworkError('unreachable')
    p.answer(slot(2), choice('B'))
    await pass(10)
    expect([work(p).keeping, p.wouldLose()]).toEqual(['none', true])
    server.say = {}
    await pass(5_000)
    expect([tagOf(work(p)).kind, lineOf(work(p), slot(2)), p.wouldLose()]).toEqual(['no-store', 'saved', false])
  })
})
