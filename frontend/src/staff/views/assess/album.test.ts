import 'fake-indexeddb/auto'
import { IDBFactory } from 'fake-indexeddb'
import { beforeEach, describe, expect, test } from 'vitest'
import type { StoredFile } from '../../../shared/files'
import { NetworkError, ProblemError } from '../../../shared/problem'
import { Album } from './album'
import type { SheetKey } from './outbox'
import { openKeep, type Keep } from './store'

const at: SheetKey = { sitting: 's', kind: 'skill', draw: '001' }
const problem = (status: number, type: string) => new ProblemError({ type: `urn:gongyuan:problem:${type}`, title: type, status, requestId: '1' })

/** A server that takes parts of four bytes; `cutAfter` parts the network is gone. */
class Fake {
  files = new Map<string, { slot: string; size: number; parts: Map<number, number[]>; done: boolean }>()
  cutAfter = Infinity
  sent = 0
  refuse: Error | null = null
  private stored = (id: string): StoredFile => ({ id, name: 'x.jpg', slot: this.files.get(id)!.slot, complete: true, size: 1, removed: false })
  private up = () => { if (this.sent >= this.cutAfter) throw new NetworkError('unreachable') }
  list = async () => { this.up(); return { own: [...this.files].filter(([, f]) => f.done).map(([id]) => this.stored(id)), others: [], materials: [] } }
  begin = async (_: SheetKey, b: { id: string; size: number; slot: string }) => {
    this.up()
    const f = this.files.get(b.id) ?? { slot: b.slot, size: b.size, parts: new Map(), done: false }
    this.files.set(b.id, f)
    return { id: b.id, partSize: 4, parts: Math.ceil(b.size / 4), have: [...f.parts.keys()], complete: f.done }
  }
  put = async (id: string, n: number, bytes: ArrayBuffer) => { this.up(); this.sent++; this.files.get(id)!.parts.set(n, [...new Uint8Array(bytes)]) }
  complete = async (id: string) => {
    this.up()
    if (this.refuse) throw this.refuse
    this.files.get(id)!.done = true
    return this.stored(id)
  }
  remove = async (id: string) => { this.up(); if (!this.files.delete(id)) throw problem(404, 'not-found') }
}

let due: (() => void)[] = []
const later = (work: () => void) => { due.push(work); return () => { due = due.filter((w) => w !== work) } }
async function run() {
  const now = due
  due = []
  now.forEach((w) => { w() })
  for (let i = 0; i < 40; i++) await new Promise((r) => { setTimeout(r, 0) })
}
let server: Fake
let keep: Keep
const album = () => new Album({ person: 'me', keep, server, later })
const bytes = (n: number) => Uint8Array.from({ length: n }, (_, i) => i).buffer

beforeEach(async () => {
  due = []
  server = new Fake()
  keep = await openKeep(new IDBFactory())
})

describe('the album', () => {
  test('sends in parts and lets the device forget what the server has', async () => {
    const a = album()
    expect(await a.add(at, 'work', 'x.jpg', bytes(10))).toBe('kept')
    expect(Album.waiting(a.folder(at))).toBe(1)
    await run()
    const f = a.folder(at)
    expect([f.photos.length, f.own.map((x) => x.slot), server.sent, (await keep.all('photo|')).length]).toEqual([0, ['work'], 3, 0])
    expect([...server.files.values()][0]!.parts.get(2)).toEqual([8, 9])
  })

  test('goes on after a cut and a reload where it was, and sends no part twice', async () => {
    server.cutAfter = 2
    const a = album()
    await a.add(at, 'work', 'x.jpg', bytes(10))
    await run()
    expect([a.folder(at).photos[0]!.state, a.folder(at).photos[0]!.have]).toEqual(['here', 2])
    expect([Album.slots(a.folder(at)).has('work'), Album.waiting(a.folder(at))]).toEqual([true, 1])
    a.close()
    const b = album()
    await b.resume()
    expect(b.folder(at).photos.length).toBe(1)
    server.cutAfter = Infinity
    b.hurry()
    await run()
    expect([b.folder(at).own.length, server.sent]).toEqual([1, 3])
  })

  test('says why a file was refused, and does not count it', async () => {
    server.refuse = problem(422, 'invalid')
    const a = album()
    await a.add(at, 'work', 'x.jpg', bytes(3))
    await run()
    expect([a.folder(at).photos[0]!.state, Album.slots(a.folder(at)).size, Album.waiting(a.folder(at))]).toEqual(['refused', 0, 0])
    await a.remove(at, a.folder(at).photos[0]!.id)
    expect([a.folder(at).photos.length, (await keep.all('photo|')).length]).toEqual([0, 0])
  })

  test('removes what was never sent without asking the server', async () => {
    server.cutAfter = 0
    const a = album()
    await a.add(at, '', 'x.jpg', bytes(3))
    await a.remove(at, a.folder(at).photos[0]!.id)
    expect(a.folder(at).photos).toEqual([])
  })

  test('shows what was known last while nothing answers', async () => {
    const a = album()
    await a.add(at, 'work', 'x.jpg', bytes(3))
    await run()
    await a.open(at)
    server.cutAfter = 0
    const b = album()
    await b.open(at)
    expect([b.folder(at).own.length, b.folder(at).fresh]).toEqual([1, false])
  })
})
