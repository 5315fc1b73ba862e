// The one file of scoring that touches the browser's own storage: what an
// examiner entered and the server does not have yet, and what is needed to go
// on without a network. Where the browser refuses, it says so.

/** Whether what is put here outlives the page. */
export type Keeping = 'kept' | 'none'

export interface Keep {
  readonly keeping: Keeping
  get(key: string): Promise<unknown>
  /** Resolves once it is on disk; `none` where it is in memory only. */
  put(key: string, value: unknown): Promise<Keeping>
  drop(key: string): Promise<void>
  /**
   * Puts what `change` makes of what is there, undefined for nothing; other
   * pages of this device cannot come in between.
   */
  update(key: string, change: (old: unknown) => unknown): Promise<Keeping>
  /** Everything whose key begins with `prefix`. */
  all(prefix: string): Promise<[string, unknown][]>
}

export class MemoryKeep implements Keep {
  readonly keeping = 'none'
  private readonly held = new Map<string, unknown>()
  get(key: string): Promise<unknown> { return Promise.resolve(this.held.get(key)) }
  put(key: string, value: unknown): Promise<Keeping> {
    this.held.set(key, value)
    return Promise.resolve('none')
  }
  drop(key: string): Promise<void> {
    this.held.delete(key)
    return Promise.resolve()
  }
  update(key: string, change: (old: unknown) => unknown): Promise<Keeping> {
    const value = change(this.held.get(key))
    if (value === undefined) this.held.delete(key)
    else this.held.set(key, value)
    return Promise.resolve('none')
  }
  all(prefix: string): Promise<[string, unknown][]> { return Promise.resolve([...this.held].filter(([k]) => k.startsWith(prefix))) }
}

const dbName = 'gongyuan-assess'
const storeName = 'kept'

/** A failed write turns it into memory for good: what cannot be kept must not be said to be. */
class BrowserKeep implements Keep {
  keeping: Keeping = 'kept'
  private readonly memory = new MemoryKeep()
  constructor(private readonly db: IDBDatabase) {
    db.onversionchange = () => { db.close() }
    db.onclose = () => { this.keeping = 'none' }
  }

  private run<T>(mode: IDBTransactionMode, work: (s: IDBObjectStore) => IDBRequest<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      const tx = this.db.transaction(storeName, mode)
      const request = work(tx.objectStore(storeName))
      // A result counts only once its transaction is complete.
      tx.oncomplete = () => { resolve(request.result) }
      tx.onabort = () => { reject(tx.error ?? new Error('transaction aborted')) }
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

  async get(key: string): Promise<unknown> {
    const late = await this.memory.get(key)
    return late ?? this.orMemory(() => this.run<unknown>('readonly', (s) => s.get(key)), () => Promise.resolve(undefined))
  }

  put(key: string, value: unknown): Promise<Keeping> {
    return this.orMemory<Keeping>(async () => {
      await this.run('readwrite', (s) => s.put(value, key))
      return 'kept'
    }, () => this.memory.put(key, value))
  }

  async drop(key: string): Promise<void> {
    await this.memory.drop(key)
    await this.orMemory(async () => { await this.run('readwrite', (s) => s.delete(key)) }, () => Promise.resolve())
  }

  update(key: string, change: (old: unknown) => unknown): Promise<Keeping> {
    let made: { value: unknown } | null = null
    return this.orMemory<Keeping>(() => new Promise((resolve, reject) => {
      // The tablet may be switched off the next moment: the answer waits for the disk.
      const tx = this.db.transaction(storeName, 'readwrite', { durability: 'strict' } as IDBTransactionOptions)
      const store = tx.objectStore(storeName)
      const request: IDBRequest<unknown> = store.get(key)
      request.onsuccess = () => {
        made = { value: change(request.result) }
        if (made.value === undefined) store.delete(key)
        else store.put(made.value, key)
      }
      tx.oncomplete = () => { resolve('kept') }
      tx.onabort = () => { reject(tx.error ?? new Error('transaction aborted')) }
    }), () => this.memory.update(key, (old) => (made ? made.value : change(old))))
  }

  async all(prefix: string): Promise<[string, unknown][]> {
    const range = IDBKeyRange.bound(prefix, `${prefix}\uffff`)
    const late = await this.memory.all(prefix)
    const kept = await this.orMemory<[string, unknown][]>(async () => {
      const keys = await this.run('readonly', (s) => s.getAllKeys(range))
      const values = await this.run('readonly', (s) => s.getAll(range))
      return keys.map((k, i): [string, unknown] => [String(k), values[i]])
    }, () => Promise.resolve([]))
    return [...kept.filter(([k]) => !late.some(([l]) => l === k)), ...late]
  }
}

/** How pages of one device tell each other that something was kept. */
export interface Channel { say(name: string): void; close(): void }

/** `hear` gets what the other pages say. Browsers without channels have none. */
export function openChannel(person: string, hear: (name: string) => void): Channel {
  if (typeof BroadcastChannel === 'undefined') return { say: () => undefined, close: () => undefined }
  const channel = new BroadcastChannel(`gongyuan-assess-${person}`)
  channel.onmessage = (e: MessageEvent<unknown>) => { if (typeof e.data === 'string') hear(e.data) }
  return { say: (name) => { channel.postMessage(name) }, close: () => { channel.close() } }
}

const openWithin = 3_000

/** Opens the browser's store; where that fails, one in memory that says so. */
export function openKeep(factory: IDBFactory | undefined = globalThis.indexedDB): Promise<Keep> {
  return new Promise((resolve) => {
    const giveUp = () => { resolve(new MemoryKeep()) }
    let request: IDBOpenDBRequest
    try {
      if (!factory) {
        giveUp()
        return
      }
      request = factory.open(dbName, 1)
    } catch {
      giveUp()
      return
    }
    const timer = setTimeout(giveUp, openWithin)
    request.onupgradeneeded = () => { request.result.createObjectStore(storeName) }
    request.onerror = () => { clearTimeout(timer); giveUp() }
    request.onblocked = () => { clearTimeout(timer); giveUp() }
    request.onsuccess = () => {
      clearTimeout(timer)
      const keep = new BrowserKeep(request.result)
      // What is kept should outlive a device that runs out of room; a browser may decline.
      if (typeof navigator !== 'undefined') void navigator.storage?.persist?.().catch(() => false)
      // A browser may open a database and then refuse to write: full, or private.
      void keep.put('probe', 1).then(() => { resolve(keep) })
    }
  })
}
