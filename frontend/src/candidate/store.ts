// The only file that touches the browser's own storage: IndexedDB for answers
// on their way, localStorage for the device and the display, and the channel
// between tabs. Where the browser refuses, it says so and goes on in memory.
import type { AttemptId, DeviceId, Epoch } from '../shared/brand'
import type { Operation } from './contract'

/** Where operations are kept until the server has them. */
export type Keeping = 'kept' | 'none'

/** An operation as it lies in the browser, under the epoch it was written in. */
export interface Held { readonly epoch: number; readonly op: Operation }

/** What this browser remembers of its leases on an attempt. */
export interface Lease {
  /** The newest epoch this browser was given; 0 before the first. */
  readonly epoch: number
  /** Entries it asked for since then without learning the answer. */
  readonly asked: number
}

/** What becomes of operations of earlier epochs when a page has entered. */
export interface Claim {
  /** To be written as the first operations of the new epoch. */
  readonly reissue: readonly Operation[]
  /** To be kept apart: another computer has written since. */
  readonly aside: readonly Held[]
}

export interface Store {
  readonly keeping: Keeping
  /** Notes that an entry is asked for, before it is. */
  asking(attempt: AttemptId): Promise<Lease>
  /**
   * In one step: fences off pages of earlier epochs in this browser, takes what
   * they left, and puts what `decide` makes of it under the new epoch.
   */
  claim(attempt: AttemptId, epoch: Epoch, decide: (held: readonly Held[], lease: Lease) => Claim): Promise<Claim>
  /** Writes an operation. `fenced` when a newer page of this browser has taken over. */
  append(attempt: AttemptId, epoch: Epoch, op: Operation): Promise<Keeping | 'fenced'>
  /** Forgets what the server has for good. */
  forget(attempt: AttemptId, epoch: Epoch, upTo: number): Promise<void>
  /** What no server has confirmed yet, of all epochs. */
  held(attempt: AttemptId): Promise<Held[]>
  /** What was kept apart, for whoever has to look into it. */
  aside(attempt: AttemptId): Promise<Held[]>
  lease(attempt: AttemptId): Promise<Lease>
  close(): void
}

const noLease: Lease = { epoch: 0, asked: 0 }

/** Operations in memory: they go with the page. */
export class MemoryStore implements Store {
  readonly keeping = 'none'
  private readonly leases = new Map<AttemptId, Lease>()
  asking(attempt: AttemptId): Promise<Lease> {
    const was = this.leases.get(attempt) ?? noLease
    this.leases.set(attempt, { ...was, asked: was.asked + 1 })
    return Promise.resolve(was)
  }

  claim(attempt: AttemptId, epoch: Epoch, decide: (held: readonly Held[], lease: Lease) => Claim): Promise<Claim> {
    const claim = decide([], this.leases.get(attempt) ?? noLease)
    this.leases.set(attempt, { epoch, asked: 0 })
    return Promise.resolve(claim)
  }

  append(): Promise<Keeping> { return Promise.resolve('none') }
  forget(): Promise<void> { return Promise.resolve() }
  held(): Promise<Held[]> { return Promise.resolve([]) }
  aside(): Promise<Held[]> { return Promise.resolve([]) }
  lease(attempt: AttemptId): Promise<Lease> { return Promise.resolve(this.leases.get(attempt) ?? noLease) }
  close(): void { /* nothing is open */ }
}

const dbName = 'gongyuan'
interface LeaseRow extends Lease { attempt: string }
interface OpRow extends Held { attempt: string; seq: number }

const upTo = (attempt: string, epoch: number, seq: number) => IDBKeyRange.bound([attempt, epoch, 0], [attempt, epoch, seq])
const before = (attempt: string, epoch: number) => IDBKeyRange.bound([attempt, 0, 0], [attempt, epoch, 0], false, true)
const all = (attempt: string) => IDBKeyRange.bound([attempt], [attempt, []])

/** Operations in IndexedDB. A write that fails turns the store into one that keeps nothing, for good. */
class BrowserStore implements Store {
  keeping: Keeping = 'kept'
  private readonly memory = new MemoryStore()
  constructor(private readonly db: IDBDatabase) {
    db.onversionchange = () => db.close()
    db.onclose = () => { this.keeping = 'none' }
  }

  /** Runs `work` in one transaction; what it resolves counts only once the transaction is complete. */
  private run<T>(mode: IDBTransactionMode, work: (tx: IDBTransaction, done: (value: T) => void) => void): Promise<T> {
    return new Promise((resolve, reject) => {
      const tx = this.db.transaction(['ops', 'aside', 'leases'], mode)
      let value: { is: T } | null = null
      tx.oncomplete = () => { if (value) resolve(value.is); else reject(new Error('transaction without a result')) }
      tx.onabort = () => reject(tx.error ?? new Error('transaction aborted'))
      work(tx, (is) => { value = { is } })
    })
  }

  private async orMemory<T>(real: () => Promise<T>, memory: () => Promise<T>): Promise<T> {
    if (this.keeping === 'none') return memory()
    try {
      return await real()
    } catch {
      this.keeping = 'none'
      return memory()
    }
  }

  asking(attempt: AttemptId): Promise<Lease> {
    return this.orMemory(() => this.run<Lease>('readwrite', (tx, done) => {
      const leases = tx.objectStore('leases')
      read<LeaseRow>(leases.get(attempt), (row) => {
        const was = leaseOf(row)
        leases.put({ attempt, epoch: was.epoch, asked: was.asked + 1 } satisfies LeaseRow)
        done(was)
      })
    }), () => this.memory.asking(attempt))
  }

  claim(attempt: AttemptId, epoch: Epoch, decide: (held: readonly Held[], lease: Lease) => Claim): Promise<Claim> {
    let decided: Claim | null = null
    return this.orMemory(() => this.run<Claim>('readwrite', (tx, done) => {
      const ops = tx.objectStore('ops')
      const leases = tx.objectStore('leases')
      read<LeaseRow>(leases.get(attempt), (row) => {
        const lease = leaseOf(row)
        if (lease.epoch > epoch) { // a newer page of this browser was faster
          done({ reissue: [], aside: [] })
          return
        }
        read<OpRow[]>(ops.getAll(before(attempt, epoch)), (rows) => {
          const claim = decide((rows ?? []).filter((row) => !isDurable(attempt, row)), lease)
          decided = claim
          ops.delete(before(attempt, epoch))
          for (const op of claim.reissue) ops.put({ attempt, epoch, seq: op.seq, op } satisfies OpRow)
          for (const held of claim.aside) tx.objectStore('aside').put({ attempt, epoch: held.epoch, seq: held.op.seq, op: held.op } satisfies OpRow)
          leases.put({ attempt, epoch, asked: 0 } satisfies LeaseRow)
          done(claim)
        })
      })
      // What was read before the browser failed is not given up.
    }), () => (decided ? Promise.resolve(decided) : this.memory.claim(attempt, epoch, decide)))
  }

  append(attempt: AttemptId, epoch: Epoch, op: Operation): Promise<Keeping | 'fenced'> {
    return this.orMemory<Keeping | 'fenced'>(() => this.run<Keeping | 'fenced'>('readwrite', (tx, done) => {
      read<LeaseRow>(tx.objectStore('leases').get(attempt), (row) => {
        if (leaseOf(row).epoch > epoch) {
          done('fenced')
          return
        }
        tx.objectStore('ops').put({ attempt, epoch, seq: op.seq, op } satisfies OpRow)
        done('kept')
      })
    }), () => this.memory.append())
  }

  forget(attempt: AttemptId, epoch: Epoch, seq: number): Promise<void> {
    // Also beside the database: should it fail now and work again after a
    // reload, what the server has had for long must not come up as new.
    remember(`durable.${attempt}`, `${epoch}:${seq}`)
    return this.orMemory(() => this.run<undefined>('readwrite', (tx, done) => {
      tx.objectStore('ops').delete(upTo(attempt, epoch, seq))
      done(undefined)
    }), () => this.memory.forget())
  }

  held(attempt: AttemptId): Promise<Held[]> {
    return this.orMemory(() => this.run<Held[]>('readonly', (tx, done) => {
      read<OpRow[]>(tx.objectStore('ops').getAll(all(attempt)), (rows) => done((rows ?? []).filter((row) => !isDurable(attempt, row))))
    }), () => this.memory.held())
  }

  aside(attempt: AttemptId): Promise<Held[]> {
    return this.orMemory(() => this.run<Held[]>('readonly', (tx, done) => {
      read<OpRow[]>(tx.objectStore('aside').getAll(all(attempt)), (rows) => done(rows ?? []))
    }), () => this.memory.aside())
  }

  lease(attempt: AttemptId): Promise<Lease> {
    return this.orMemory(() => this.run<Lease>('readonly', (tx, done) => {
      read<LeaseRow>(tx.objectStore('leases').get(attempt), (row) => done(leaseOf(row)))
    }), () => this.memory.lease(attempt))
  }

  close(): void { this.db.close() }
}

function leaseOf(row: LeaseRow | undefined): Lease {
  return row ? { epoch: row.epoch, asked: row.asked } : noLease
}

function isDurable(attempt: string, row: OpRow): boolean {
  const [epoch, seq] = (recall(`durable.${attempt}`) ?? '0:0').split(':').map(Number)
  return row.epoch === epoch && row.seq <= (seq ?? 0)
}

function read<T>(request: IDBRequest, then: (value: T | undefined) => void): void {
  request.onsuccess = () => then(request.result as T | undefined)
}

/** A browser that does not answer at all must not keep anyone from the exam. */
const openWithin = 3_000

/** Some browsers refuse even to be asked. */
function database(): IDBFactory | null {
  try {
    return globalThis.indexedDB ?? null
  } catch {
    return null
  }
}

/** Opens the browser's store; where that fails, one that keeps nothing and says so. */
export function openStore(factory: IDBFactory | null = database()): Promise<Store> {
  return new Promise((resolve) => {
    const giveUp = () => resolve(new MemoryStore())
    let request: IDBOpenDBRequest
    try {
      if (!factory) return giveUp()
      request = factory.open(dbName, 1)
    } catch {
      return giveUp()
    }
    const timer = setTimeout(giveUp, openWithin)
    request.onupgradeneeded = () => {
      const key = { keyPath: ['attempt', 'epoch', 'seq'] satisfies (keyof OpRow)[] }
      request.result.createObjectStore('ops', key)
      request.result.createObjectStore('aside', key)
      request.result.createObjectStore('leases', { keyPath: 'attempt' satisfies keyof LeaseRow })
    }
    request.onerror = () => { clearTimeout(timer); giveUp() }
    request.onblocked = () => { clearTimeout(timer); giveUp() }
    request.onsuccess = () => {
      clearTimeout(timer)
      probe(request.result).then(() => resolve(new BrowserStore(request.result)), giveUp)
    }
  })
}

/** A browser may open a database and then refuse to write: full, or private. */
function probe(db: IDBDatabase): Promise<void> {
  return new Promise((resolve, reject) => {
    const tx = db.transaction('leases', 'readwrite')
    tx.objectStore('leases').put({ attempt: '', epoch: 0, asked: 0 } satisfies LeaseRow)
    tx.oncomplete = () => resolve()
    tx.onabort = () => reject(tx.error ?? new Error('aborted'))
  })
}

// Sealed papers lie in a database of their own: one that cannot be written is
// fetched again, and must not make the store of answers give up.
const papersName = 'gongyuan-papers'

/** Runs one request on the sealed papers; null where the browser refuses or does not answer. */
function withPapers<T>(mode: IDBTransactionMode, work: (papers: IDBObjectStore) => IDBRequest<T>, factory: IDBFactory | null): Promise<T | null> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => resolve(null), openWithin)
    const end = (value: T | null, db?: IDBDatabase) => { clearTimeout(timer); db?.close(); resolve(value) }
    try {
      if (!factory) return end(null)
      const open = factory.open(papersName, 1)
      open.onupgradeneeded = () => { open.result.createObjectStore('papers') }
      open.onerror = open.onblocked = () => end(null)
      open.onsuccess = () => {
        const db = open.result
        try {
          const tx = db.transaction('papers', mode)
          const request = work(tx.objectStore('papers'))
          tx.oncomplete = () => end(request.result, db)
          tx.onabort = () => end(null, db)
        } catch {
          end(null, db)
        }
      }
    } catch {
      end(null)
    }
  })
}

/** Keeps the sealed paper of an attempt, and no other, so that a reload has it. */
export async function keepPaper(attempt: AttemptId, bytes: Uint8Array, factory = database()): Promise<void> {
  await withPapers('readwrite', (papers) => { papers.clear(); return papers.put(bytes, attempt) }, factory)
}

export async function keptPaper(attempt: AttemptId, factory = database()): Promise<Uint8Array | null> {
  const found = await withPapers<unknown>('readonly', (papers) => papers.get(attempt), factory)
  return found instanceof Uint8Array ? found : null
}

/** Drops every sealed paper: the exam is over, or the paper did not open. */
export async function dropPapers(factory = database()): Promise<void> {
  await withPapers('readwrite', (papers) => papers.clear(), factory)
}

/** Reads and writes a word in localStorage; a browser that refuses forgets it. */
const memory = new Map<string, string>()

export function recall(name: string): string | null {
  try {
    return localStorage.getItem(`gongyuan.${name}`) ?? memory.get(name) ?? null
  } catch {
    return memory.get(name) ?? null
  }
}

export function remember(name: string, value: string): void {
  memory.set(name, value)
  try {
    localStorage.setItem(`gongyuan.${name}`, value)
  } catch {
    // In memory, until the page closes.
  }
}

/** This browser's own number, made once. */
export function deviceId(): DeviceId {
  const known = recall('device')
  if (known && known.length >= 8 && known.length <= 64) return known as DeviceId
  const fresh = randomId()
  remember('device', fresh)
  return fresh as DeviceId
}

/** 32 hex digits. crypto.randomUUID is missing on pages without TLS and before Chrome 92. */
export function randomId(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16))
  return Array.from(bytes, (b) => b.toString(16).padStart(2, '0')).join('')
}

/** Tells the other tabs of this browser, and hears from them, that an attempt was entered. */
export interface Tabs {
  announce(attempt: AttemptId, epoch: Epoch): void
  close(): void
}

interface TabMessage { attempt: AttemptId; epoch: Epoch }

export function openTabs(onEntered: (attempt: AttemptId, epoch: Epoch) => void): Tabs {
  let channel: BroadcastChannel | null = null
  try {
    channel = new BroadcastChannel('gongyuan')
    channel.onmessage = (e: MessageEvent<TabMessage>) => onEntered(e.data.attempt, e.data.epoch)
  } catch {
    // The server tells the older tab all the same, with its next request.
  }
  return {
    announce: (attempt, epoch) => channel?.postMessage({ attempt, epoch } satisfies TabMessage),
    close: () => channel?.close(),
  }
}
