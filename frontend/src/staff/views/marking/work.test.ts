import { expect, test } from 'vitest'
import { NetworkError, ProblemError } from '../../../shared/problem'
import { MemoryKeep } from '../assess/store'
import { toggle, typed } from './entry'
import { task } from './sample.testdata'
import type { Given, Handout, Mark, Recent } from './types'
import { Work, type Server } from './work'

class Desk implements Server {
  given: [string, Given][] = []
  fails: unknown[] = []
  recent: Recent[] = []
  constructor(public tickets: string[]) {}
  private gate(): Promise<void> {
    const e = this.fails.shift()
    return e === undefined ? Promise.resolve() : Promise.reject(e as Error)
  }
  async next(): Promise<Handout> {
    await this.gate()
    const [ticket] = this.tickets
    return ticket ? { task: task(ticket) } : { left: 'done' }
  }
  async mine() { await this.gate(); return this.recent }
  async task(ticket: string) { await this.gate(); return { ...task(ticket), mine: { version: 1, marks: 300, criteria: [], note: '', at: '2026-12-06T01:00:00Z' } } }
  async give(ticket: string, body: Given): Promise<Mark> {
    await this.gate()
    this.given.push([ticket, body])
    this.tickets = this.tickets.filter((t) => t !== ticket)
    return { ...body, version: body.version + 1, at: '2026-12-06T02:42:07Z' }
  }
}

const problem = (type: string, status = 409) => new ProblemError({ type: `urn:gongyuan:problem:${type}`, status, title: type, requestId: 'r' })

function world(tickets = ['t1', 't2']) {
  const desk = new Desk(tickets)
  const keep = new MemoryKeep()
  const waiting: (() => void)[] = []
  const make = () => new Work({ name: 's|me', keep, server: desk, later: (work) => { waiting.push(work); return () => undefined } })
  return { desk, keep, waiting, make, work: make() }
}
const settled = async () => { for (let i = 0; i < 20; i++) await Promise.resolve() }

test('a mark is stored, and the next piece comes', async () => {
  const { desk, work } = world()
  await work.next()
  work.edit((e) => typed(e, '4'))
  await work.store()
  expect(desk.given).toEqual([['t1', { version: 0, marks: 400, criteria: [], note: '' }]])
  expect(work.state.value).toMatchObject({ link: 'idle', saved: { marks: 400 }, entry: { text: '' } })
  expect(work.state.value.task?.ticket).toBe('t2')
})

test('without a mark nothing is stored', async () => {
  const { desk, work } = world()
  await work.next()
  await work.store()
  expect(work.state.value.fault).toBe('none')
  work.edit((e) => typed(e, '9'))
  await work.store()
  expect(work.state.value.fault).toBe('range')
  expect(desk.given).toEqual([])
})

test('a cut network loses nothing, also over a reload', async () => {
  const { desk, work, waiting, make, keep } = world()
  await work.next()
  work.edit((e) => toggle(task(), e, 0))
  desk.fails = [new NetworkError('unreachable'), new NetworkError('timeout')]
  await work.store()
  expect(work.state.value.link).toBe('cut')
  expect(work.state.value.saved).toBeNull()
  const later = make() // the page was loaded anew
  await later.next().catch(() => undefined)
  work.edit((e) => typed(e, '3'))
  await settled()
  expect((await keep.all('marking|')).length).toBe(1)
  waiting.splice(0).forEach((f) => { f() })
  await settled()
  work.hurry()
  await settled()
  expect(desk.given).toEqual([['t1', { version: 0, marks: 300, criteria: [0], note: '' }]])
  expect(work.state.value).toMatchObject({ link: 'idle', saved: { marks: 300 } })
  expect(await keep.all('marking|')).toEqual([])
})

test('what was kept is there for the next page', async () => {
  const { work, make } = world()
  await work.next()
  work.edit((e) => toggle(task(), e, 2))
  await settled()
  const later = make()
  await later.next()
  expect(later.state.value.entry).toEqual({ text: '1.5', met: [2], note: '' })
})

test('a piece that somebody else has goes, and the page says so', async () => {
  for (const [type, lost] of [['piece-taken', 'taken'], ['mark-settled', 'settled'], ['wrong-state', 'reopened']] as const) {
    const { desk, work } = world()
    await work.next()
    work.edit((e) => typed(e, '4'))
    desk.fails = [problem(type)]
    desk.tickets = ['t2']
    await work.store()
    expect(work.state.value).toMatchObject({ lost, link: 'idle' })
    expect(work.state.value.task?.ticket).toBe('t2')
  }
})

test('an old version keeps what was entered', async () => {
  const { desk, work } = world()
  await work.next()
  work.edit((e) => typed(e, '4'))
  desk.fails = [problem('conflict')]
  await work.store()
  expect(work.state.value).toMatchObject({ link: 'idle', entry: { text: '4' }, task: { mine: { version: 1, marks: 300 } } })
  await work.store()
  expect(desk.given).toEqual([['t1', { version: 1, marks: 400, criteria: [], note: '' }]])
})

test('back goes to the mark before, and storing it goes on', async () => {
  const { desk, work } = world(['t3'])
  await work.next()
  const mark: Mark = { version: 1, marks: 300, criteria: [], note: '', at: '2026-12-06T01:00:00Z' }
  desk.recent = ['t2', 't1'].map((ticket) => ({ ticket, stem: '', points: 500, mark, open: true }))
  await work.back()
  expect(work.state.value).toMatchObject({ back: true, task: { ticket: 't2' }, entry: { text: '3' } })
  await work.back()
  await work.back()
  expect(work.state.value).toMatchObject({ first: true, task: { ticket: 't1' } })
  work.edit((e) => typed(e, '2'))
  await work.store()
  expect(desk.given).toEqual([['t1', { version: 1, marks: 200, criteria: [], note: '' }]])
  expect(work.state.value).toMatchObject({ back: false, task: { ticket: 't3' } })
})

test('nothing is left', async () => {
  const { work } = world([])
  await work.next()
  expect(work.state.value).toMatchObject({ task: null, left: 'done', link: 'idle' })
})

test('signed out, and in again', async () => {
  const { desk, work } = world()
  await work.next()
  work.edit((e) => typed(e, '1'))
  desk.fails = [problem('unauthenticated', 401)]
  await work.store()
  expect(work.state.value.link).toBe('out')
  work.hurry()
  await settled()
  expect(desk.given.length).toBe(1)
})

test('what is entered counts as kept only once it is on disk', async () => {
  const { keep, work } = world()
  await work.next()
  const doors: (() => void)[] = []
  const put = keep.put.bind(keep)
  keep.put = async (key, value) => {
    await new Promise<void>((open) => { doors.push(open) })
    return put(key, value)
  }
  work.edit((e) => typed(e, '4'))
  work.edit((e) => typed(e, '4.'))
  await settled()
  expect(work.state.value.writing).toBe(true)
  doors.shift()?.()
  await settled()
  expect(work.state.value.writing).toBe(true) // the first of two is there
  doors.shift()?.()
  await settled()
  expect(work.state.value.writing).toBe(false)
})
