import 'fake-indexeddb/auto'
import { IDBFactory } from 'fake-indexeddb'
import { beforeEach, describe, expect, test } from 'vitest'
import { NetworkError, ProblemError } from '../../../shared/problem'
import { Outbox, nameOf, type SheetKey } from './outbox'
import { sheet, scoreOf } from './sample.testdata'
import { unsent } from './state'
import { MemoryKeep, openKeep, type Keep } from './store'
import type { Score, ScoreChange } from './types'

const at: SheetKey = { sitting: 's/1', kind: 'skill', draw: '7' }
const problem = (status: number, type: string) => new ProblemError({ type: `urn:gongyuan:problem:${type}`, title: type, status, requestId: '1' })

/** A server that keeps one score; `down` answers nothing, `deaf` saves and then loses the answer. */
class Fake {
  now: Score = scoreOf()
  mode: 'up' | 'down' | 'deaf' = 'up'
  saves = 0
  score = () => (this.mode === 'up' ? Promise.resolve(this.now) : Promise.reject(new NetworkError('unreachable')))
  save = (_: SheetKey, body: ScoreChange) => {
    if (this.mode === 'down') return Promise.reject(new NetworkError('unreachable'))
    this.saves++
    if (body.version !== this.now.version) return Promise.reject(problem(409, 'conflict'))
    this.now = { ...this.now, state: 'open', version: body.version + 1, rows: body.rows, vetoes: body.vetoes, elapsedSeconds: body.elapsedSeconds ?? 0, savedAt: '2026-11-22T02:42:07Z' }
    return this.mode === 'deaf' ? Promise.reject(new NetworkError('timeout')) : Promise.resolve(this.now)
  }
  lock = () => Promise.resolve({ ...this.now, state: 'locked' as const, version: this.now.version + 1, lockedAt: '2026-11-22T02:50:00Z' })
}

/** Timers that run when the test says so. */
class Clock {
  private due: (() => void)[] = []
  later = (work: () => void) => {
    this.due.push(work)
    return () => { this.due = this.due.filter((w) => w !== work) }
  }
  get waiting() { return this.due.length }
  async run() {
    const now = this.due
    this.due = []
    now.forEach((w) => { w() })
    for (let i = 0; i < 30; i++) await new Promise((r) => { setTimeout(r, 0) })
  }
}

let server: Fake
let clock: Clock
let keep: Keep
const desk = (person = 'me') => new Outbox({ person, keep, server, later: clock.later })
const edit = (box: Outbox, row: string) => { box.do(at, { on: 'edited', edit: { do: 'full', row } }) }

beforeEach(async () => {
  server = new Fake()
  clock = new Clock()
  keep = await openKeep(new IDBFactory())
})

/** Pages of one device: what one says, all others hear. */
class Hub {
  private readonly pages = new Set<(name: string) => void>()
  open = (hear: (name: string) => void) => {
    this.pages.add(hear)
    return { say: (name: string) => { for (const p of this.pages) if (p !== hear) p(name) }, close: () => { this.pages.delete(hear) } }
  }
}
const settledDown = async () => { for (let i = 0; i < 30; i++) await new Promise((r) => { setTimeout(r, 0) }) }
const touched = (box: Outbox) => box.state(at)!.content.rows.filter((r) => r.touched).map((r) => r.row)

describe('two pages of one examiner', () => {
  const pages = async (hub: { open: Hub['open'] } | null) => {
    const page = () => new Outbox({ person: 'me', keep, server, later: clock.later, ...(hub ? { channel: hub.open } : {}) })
    const [a, b] = [page(), page()]
    await a.open(at, sheet, true)
    await b.open(at, sheet, true)
    return { a, b }
  }

  test('each shows what the other enters, and both rows are kept and sent', async () => {
    const { a, b } = await pages(new Hub())
    edit(a, 'r1')
    await settledDown()
    expect([touched(b), b.state(at)!.adopted]).toEqual([['r1'], ['row:r1']])
    edit(b, 'r3')
    await settledDown()
    expect(touched(a)).toEqual(['r1', 'r3'])
    for (let i = 0; i < 4; i++) await clock.run()
    expect(server.now.rows.filter((r) => r.touched).map((r) => r.row)).toEqual(['r1', 'r3'])
    expect([a.state(at)!.link.is, b.state(at)!.link.is, await keep.all('draft|')]).toEqual(['idle', 'idle', []])
  })

  test('at the same moment, without hearing of each other: different rows are joined on the disk', async () => {
    server.mode = 'down'
    const { a, b } = await pages(null)
    edit(a, 'r1')
    edit(b, 'r3')
    await settledDown()
    const [kept] = (await keep.all('draft|')).map(([, v]) => (v as { draft: { content: { rows: { row: string; touched: boolean }[] } } }).draft.content.rows)
    expect(kept?.filter((r) => r.touched).map((r) => r.row)).toEqual(['r1', 'r3'])
    expect(touched(b)).toEqual(['r1', 'r3'])
  })

  test('at the same moment in the same row: a person decides, and nothing is written over', async () => {
    server.mode = 'down'
    const { a, b } = await pages(null)
    edit(a, 'r1')
    b.do(at, { on: 'edited', edit: { do: 'step', row: 'r1', deduction: 'miss', by: 1 } })
    edit(b, 'r2')
    await settledDown()
    const link = b.state(at)!.link
    expect([link.is, link.is === 'contested' ? link.lines.map((l) => l.id) : []]).toEqual(['contested', ['row:r1']])
    b.do(at, { on: 'picked', id: 'row:r1', pick: 'mine' })
    b.do(at, { on: 'settled' })
    await settledDown()
    a.look()
    await settledDown()
    expect(a.state(at)!.content.rows[0]!.deductions).toEqual([{ deduction: 'miss', count: 1 }])
    expect(touched(a)).toEqual(['r1', 'r2'])
  })

  test('a step back takes back only what was done here', async () => {
    const { a, b } = await pages(new Hub())
    edit(a, 'r1')
    await settledDown()
    edit(b, 'r2')
    await settledDown()
    a.do(at, { on: 'undone' })
    await settledDown()
    expect([touched(a), touched(b)]).toEqual([['r2'], ['r2']])
  })

  test('what one signs is read-only in the other', async () => {
    const { a, b } = await pages(new Hub())
    await a.lock(at)
    await settledDown()
    expect(b.state(at)!.score).toBe('locked')
  })
})

describe('the outbox', () => {
  test('sends once things have settled', async () => {
    const box = desk()
    await box.open(at, sheet, true)
    await clock.run()
    edit(box, 'r1')
    edit(box, 'r2')
    expect(clock.waiting).toBe(1)
    await clock.run()
    expect([server.saves, server.now.version, box.state(at)?.link.is]).toEqual([1, 1, 'idle'])
    expect(await keep.all('draft|')).toEqual([])
  })

  test('keeps what a cut network holds back, over a reload, and sends it by itself', async () => {
    const box = desk()
    await box.open(at, sheet, true)
    server.mode = 'down'
    edit(box, 'r1')
    await clock.run()
    expect([box.state(at)?.link.is, unsent(box.state(at)!)]).toEqual(['cut', ['row:r1']])
    box.close()

    const next = desk()
    await next.resume()
    expect(unsent(next.state(at)!)).toEqual(['row:r1'])
    server.mode = 'up'
    await clock.run()
    await clock.run()
    expect([server.now.version, next.state(at)?.link.is]).toEqual([1, 'idle'])
  })

  test('a lost answer is no conflict', async () => {
    const box = desk()
    await box.open(at, sheet, true)
    server.mode = 'deaf'
    edit(box, 'r1')
    await clock.run()
    expect(box.state(at)?.link.is).toBe('cut')
    server.mode = 'up'
    edit(box, 'r2')
    for (let i = 0; i < 4; i++) await clock.run()
    expect([box.state(at)?.link.is, server.now.version, unsent(box.state(at)!)]).toEqual(['idle', 2, []])
  })

  test('another device’s save is compared, and nothing is sent before', async () => {
    const box = desk()
    await box.open(at, sheet, true)
    server.now = scoreOf({ state: 'open', version: 1, rows: [{ row: 'r1', touched: true, deductions: [{ deduction: 'miss', count: 2 }], other: 0, note: '' }] })
    edit(box, 'r1')
    await clock.run()
    expect(box.state(at)?.link.is).toBe('contested')
    const before = server.saves
    await clock.run()
    expect(server.saves).toBe(before)
    box.do(at, { on: 'picked', id: 'row:r1', pick: 'mine' })
    box.do(at, { on: 'settled' })
    await clock.run()
    expect([server.now.version, server.now.rows[0]!.deductions]).toEqual([2, []])
  })

  test('begins without a network where nobody has entered anything', async () => {
    server.mode = 'down'
    const box = desk()
    await box.open(at, sheet, true)
    expect(box.state(at)?.fresh).toBe(false)
    await expect(desk('other').open(at, sheet, false)).rejects.toThrow()
    edit(box, 'r3')
    server.mode = 'up'
    for (let i = 0; i < 4; i++) await clock.run()
    expect([server.now.version, box.state(at)?.fresh]).toEqual([1, true])
  })

  test('opened twice while the network goes: what is entered after the first stays', async () => {
    const answers: (() => void)[] = []
    server.score = () => new Promise((_, reject) => { answers.push(() => { reject(new NetworkError('unreachable')) }) })
    let gate = Promise.resolve()
    const read = keep.get.bind(keep)
    keep.get = async (name) => {
      const found = await read(name)
      await gate
      return found
    }
    const box = desk()
    const both = [box.open(at, sheet, true), box.open(at, sheet, true)]
    answers[0]?.()
    await both[0]
    let go = () => {}
    gate = new Promise((r) => { go = r })
    answers[1]?.()
    await settledDown()
    edit(box, 'r1') // after the second looked what the device keeps, before it began
    go()
    await both[1]
    expect(touched(box)).toEqual(['r1'])
  })

  test('what is entered while the device is slow to write stays', async () => {
    const update = keep.update.bind(keep)
    keep.update = async (name, change) => {
      const keeping = await update(name, change)
      await settledDown()
      return keeping
    }
    const box = desk()
    await box.open(at, sheet, true)
    for (const row of ['r1', 'r2', 'r3']) {
      edit(box, row)
      await new Promise((r) => { setTimeout(r, 2) })
    }
    for (let i = 0; i < 5; i++) await settledDown()
    expect(touched(box)).toEqual(['r1', 'r2', 'r3'])
  })

  test('one person’s work is not another’s', async () => {
    const box = desk()
    await box.open(at, sheet, true)
    server.mode = 'down'
    edit(box, 'r1')
    await clock.run()
    const other = desk('other')
    await other.resume()
    expect(other.entries.size).toBe(0)
  })

  test('a sign-in that ended waits for the next one', async () => {
    const box = desk()
    await box.open(at, sheet, true)
    const save = server.save
    server.save = () => Promise.reject(problem(401, 'unauthenticated'))
    edit(box, 'r1')
    await clock.run()
    expect([box.state(at)?.link.is, clock.waiting]).toEqual(['signed-out', 0])
    server.save = save
    box.hurry()
    await clock.run()
    expect(box.state(at)?.link.is).toBe('idle')
  })

  test('another device changed other rows: both are kept, and nobody is asked', async () => {
    const box = desk()
    await box.open(at, sheet, true)
    server.now = scoreOf({ state: 'open', version: 1, rows: [{ row: 'r3', touched: true, deductions: [], other: 0, note: '' }] })
    edit(box, 'r1')
    for (let i = 0; i < 3; i++) await clock.run()
    expect([server.now.version, server.now.rows.filter((r) => r.touched).map((r) => r.row), box.state(at)!.adopted]).toEqual([2, ['r1', 'r3'], ['row:r3']])
  })

  test('knows when closing the page would lose something', async () => {
    const box = desk()
    await box.open(at, sheet, true)
    edit(box, 'r1')
    expect(box.unsafe).toBe(true)
    await settledDown()
    expect(box.unsafe).toBe(false)
    keep = new MemoryKeep()
    const loose = desk()
    await loose.open(at, sheet, true)
    server.mode = 'down'
    edit(loose, 'r1')
    await settledDown()
    expect(loose.unsafe).toBe(true)
  })

  test('the measured time travels with the score and is no step back', async () => {
    const box = desk()
    await box.open(at, sheet, true)
    edit(box, 'r1')
    box.do(at, { on: 'timed', seconds: 75 })
    await clock.run()
    expect([server.now.elapsedSeconds, box.state(at)?.link.is]).toEqual([75, 'idle'])
    box.do(at, { on: 'undone' })
    expect([box.state(at)?.content.elapsed, touched(box)]).toEqual([75, []])
  })

  test('a portrait is read once, and forgotten with the sign-out', async () => {
    const box = desk()
    let reads = 0
    const read = async () => { reads++; return new Blob(['x'], { type: 'image/jpeg' }) }
    expect((await box.portrait('f', read)).type).toBe('image/jpeg')
    await settledDown()
    await box.portrait('f', read)
    expect(reads).toBe(1)
    await box.forgetFaces()
    expect(await keep.all('face|')).toEqual([])
  })

  test('signing locks', async () => {
    const box = desk()
    await box.open(at, sheet, true)
    await box.lock(at)
    expect([box.state(at)?.score, box.state(at)?.lockedAt]).toEqual(['locked', '2026-11-22T02:50:00Z'])
  })
})

test('a device that keeps nothing says so', async () => {
  expect((await openKeep({ open: () => { throw new Error('refused') } } as unknown as IDBFactory)).keeping).toBe('none')
  expect(await new MemoryKeep().put('a', 1)).toBe('none')
})

test('names of sheets tell them apart', () => {
  expect(nameOf(at)).not.toBe(nameOf({ ...at, sitting: 's', draw: '1/skill/7' }))
})
