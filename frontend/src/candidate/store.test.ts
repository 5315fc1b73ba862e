import 'fake-indexeddb/auto'
import { IDBFactory, IDBObjectStore } from 'fake-indexeddb'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { AttemptId, Epoch } from '../shared/brand'
import type { Operation } from './contract'
import { deviceId, dropPapers, keepPaper, keptPaper, openStore, openTabs, randomId, recall, remember, type Claim, type Held, type Lease } from './store'

let a = '' as AttemptId
let tests = 0
const e = (n: number) => n as Epoch
const op = (seq: number, slot = seq): Operation => ({ seq, slot, response: { choice: ['A'] }, flagged: false, clientMs: 1 })
const nothing = (): Claim => ({ reissue: [], aside: [] })

class FakeLocalStorage {
  readonly items = new Map<string, string>()
  broken = false
  getItem(k: string) { if (this.broken) throw new Error('denied'); return this.items.get(k) ?? null }
  setItem(k: string, v: string) { if (this.broken) throw new Error('denied'); this.items.set(k, v) }
}
let local: FakeLocalStorage
beforeEach(() => {
  a = `att-${++tests}` as AttemptId
  local = new FakeLocalStorage()
  vi.stubGlobal('localStorage', local)
})
afterEach(() => vi.unstubAllGlobals())

describe('the browser’s store', () => {
  it('keeps operations over a reload and hands them to the next epoch', async () => {
    const factory = new IDBFactory()
    const first = await openStore(factory)
    expect(first.keeping).toBe('kept')
    await first.asking(a)
    await first.claim(a, e(1), nothing)
    expect(await first.append(a, e(1), op(1))).toBe('kept')
    expect(await first.append(a, e(1), op(2))).toBe('kept')
    first.close()

    const second = await openStore(factory)
    expect(await second.asking(a)).toEqual({ epoch: 1, asked: 0 })
    let seen: readonly Held[] = []
    let lease: Lease | null = null
    await second.claim(a, e(2), (held, known) => { seen = held; lease = known; return { reissue: [op(1, 2)], aside: [] } })
    expect(seen.map((h) => [h.epoch, h.op.seq])).toEqual([[1, 1], [1, 2]])
    expect(lease).toEqual({ epoch: 1, asked: 1 })
    second.close()

    const third = await openStore(factory)
    expect((await third.held(a)).map((h) => [h.epoch, h.op.seq, h.op.slot])).toEqual([[2, 1, 2]])
  })

  it('forgets only what is durable', async () => {
    const store = await openStore(new IDBFactory())
    await store.claim(a, e(1), nothing)
    for (const n of [1, 2, 3]) await store.append(a, e(1), op(n))
    await store.forget(a, e(1), 2)
    expect((await store.held(a)).map((h) => h.op.seq)).toEqual([3])
  })

  it('fences the older tab off the moment the newer one has claimed', async () => {
    const factory = new IDBFactory()
    const older = await openStore(factory)
    const newer = await openStore(factory)
    await older.claim(a, e(1), nothing)
    await older.append(a, e(1), op(1))
    await newer.claim(a, e(2), (held) => ({ reissue: held.map((h) => h.op), aside: [] }))
    expect(await older.append(a, e(1), op(2))).toBe('fenced')
    // A claim that comes late finds that it is too late.
    expect(await older.claim(a, e(1), () => { throw new Error('must not be asked') })).toEqual({ reissue: [], aside: [] })
    expect((await newer.held(a)).map((h) => [h.epoch, h.op.seq])).toEqual([[2, 1]])
  })

  it('keeps apart what may not count, and does not offer it again', async () => {
    const store = await openStore(new IDBFactory())
    await store.claim(a, e(1), nothing)
    await store.append(a, e(1), op(1))
    await store.claim(a, e(3), (held) => ({ reissue: [], aside: held }))
    expect((await store.aside(a)).map((h) => [h.epoch, h.op.seq])).toEqual([[1, 1]])
    let again: readonly Held[] = [{ epoch: 0, op: op(1) }]
    await store.claim(a, e(4), (held) => { again = held; return nothing() })
    expect(again).toEqual([])
  })

  it('goes on in memory and says so when there is no database', async () => {
    for (const factory of [null, { open() { throw new Error('denied') } } as unknown as IDBFactory]) {
      const store = await openStore(factory)
      expect(store.keeping).toBe('none')
      expect(await store.append(a, e(1), op(1))).toBe('none')
      let asked = false
      await store.claim(a, e(1), (held) => { asked = true; expect(held).toEqual([]); return nothing() })
      expect(asked).toBe(true)
    }
  })

  it('gives up on a database that never opens', async () => {
    vi.useFakeTimers()
    const opening = openStore({ open: () => ({}) } as unknown as IDBFactory)
    await vi.advanceTimersByTimeAsync(3_100)
    vi.useRealTimers()
    expect((await opening).keeping).toBe('none')
  })

  it('says so when the disk is full in the middle, and brings nothing old up again', async () => {
    const factory = new IDBFactory()
    const store = await openStore(factory)
    await store.claim(a, e(1), nothing)
    await store.append(a, e(1), op(1, 7))
    const put = IDBObjectStore.prototype.put
    IDBObjectStore.prototype.put = () => { throw new DOMException('full', 'QuotaExceededError') }
    try {
      expect(await store.append(a, e(1), op(2, 7))).toBe('none')
    } finally {
      IDBObjectStore.prototype.put = put
    }
    expect(store.keeping).toBe('none')
    // The server has both by now; the database still holds the first.
    await store.forget(a, e(1), 2)
    const later = await openStore(factory)
    let seen: readonly Held[] = [{ epoch: 0, op: op(1) }]
    await later.claim(a, e(2), (held) => { seen = held; return nothing() })
    expect(seen).toEqual([])
  })

  it('says so whichever write finds the disk full', async () => {
    const put = IDBObjectStore.prototype.put
    const writes: [string, (store: Awaited<ReturnType<typeof openStore>>) => Promise<unknown>][] = [
      ['asking', (store) => store.asking(a)],
      ['claim', (store) => store.claim(a, e(2), (held) => ({ reissue: held.map((h) => h.op), aside: [] }))],
      ['append', (store) => store.append(a, e(1), op(2))],
    ]
    for (const [name, write] of writes) {
      const factory = new IDBFactory()
      const store = await openStore(factory)
      await store.claim(a, e(1), nothing)
      await store.append(a, e(1), op(1))
      // A browser tells of a full disk at the request, or only when the transaction ends.
      IDBObjectStore.prototype.put = function (this: IDBObjectStore) { this.transaction.abort(); throw new DOMException('full', 'QuotaExceededError') }
      try {
        await write(store)
      } finally {
        IDBObjectStore.prototype.put = put
      }
      expect(store.keeping, name).toBe('none')
      // What was there before is not lost by it.
      expect((await (await openStore(factory)).held(a)).map((h) => h.op.seq), name).toEqual([1])
    }
  })

  it('keeps attempts apart', async () => {
    const store = await openStore(new IDBFactory())
    const b = `${a}-other` as AttemptId
    await store.claim(a, e(1), nothing)
    await store.claim(b, e(1), nothing)
    await store.append(a, e(1), op(1))
    await store.append(b, e(1), op(1))
    await store.forget(a, e(1), 9)
    expect(await store.held(a)).toEqual([])
    expect(await store.held(b)).toHaveLength(1)
  })
})

describe('a sealed paper', () => {
  const bytes = (n: number) => new Uint8Array([n, 255, 0])
  it('is there after a reload, one at a time, until it is dropped', async () => {
    const factory = new IDBFactory()
    const b = `${a}-other` as AttemptId
    await keepPaper(a, bytes(1), factory)
    expect(await keptPaper(a, factory)).toEqual(bytes(1))
    expect(await keptPaper(b, factory)).toBeNull()
    await keepPaper(b, bytes(2), factory)
    expect([await keptPaper(a, factory), await keptPaper(b, factory)]).toEqual([null, bytes(2)])
    await dropPapers(factory)
    expect(await keptPaper(b, factory)).toBeNull()
  })

  it('is merely absent where the browser refuses or is full', async () => {
    const denied = { open() { throw new Error('denied') } } as unknown as IDBFactory
    for (const factory of [null, denied]) {
      await keepPaper(a, bytes(1), factory)
      expect(await keptPaper(a, factory)).toBeNull()
    }
    const full = new IDBFactory()
    const put = IDBObjectStore.prototype.put
    IDBObjectStore.prototype.put = () => { throw new DOMException('full', 'QuotaExceededError') }
    try {
      await keepPaper(a, bytes(1), full)
    } finally {
      IDBObjectStore.prototype.put = put
    }
    expect(await keptPaper(a, full)).toBeNull()
  })
})

describe('what the browser remembers', () => {
  it('is one number for this computer', () => {
    const id = deviceId()
    expect(id).toMatch(/^[0-9a-f]{32}$/)
    expect(deviceId()).toBe(id)
    expect(randomId()).not.toBe(randomId())
  })

  it('works without randomUUID and without subtle, as on a page without TLS', () => {
    const real = globalThis.crypto
    vi.stubGlobal('crypto', { getRandomValues: (x: Uint8Array) => real.getRandomValues(x) })
    expect(randomId()).toMatch(/^[0-9a-f]{32}$/)
  })

  it('stays in memory where the browser refuses', () => {
    local.broken = true
    remember('size', 'xl')
    expect(recall('size')).toBe('xl')
    expect(deviceId()).toBe(deviceId())
  })
})

describe('tabs', () => {
  it('hear of an entry, and their absence harms nobody', async () => {
    const heard: [string, number][] = []
    const one = openTabs((attempt, epoch) => heard.push([attempt, epoch]))
    const two = openTabs(() => { throw new Error('a tab must not hear itself') })
    two.announce(a, e(4))
    await vi.waitFor(() => expect(heard).toEqual([[a, 4]]))
    one.close()
    two.close()
    vi.stubGlobal('BroadcastChannel', undefined)
    const none = openTabs(() => undefined)
    none.announce(a, e(1))
    none.close()
  })
})
