import { markRaw, shallowReactive } from 'vue'
import { announced, newFileID, upload, type StoredFile, type Steps, type Uploading } from '../../../shared/files'
import { NetworkError, ProblemError, typeOf } from '../../../shared/problem'
import { nameOf, parse, type SheetKey } from './outbox'
import type { Channel, Keep, Keeping } from './store'

/** A photograph or paper on this device, until the server has it. */
export interface Photo {
  readonly id: string
  /** Which attachment of the sheet it is; '' for none. */
  readonly slot: string
  readonly name: string
  readonly size: number
  readonly sha256: string
  /** Null once the server has it. */
  readonly bytes: ArrayBuffer | null
  readonly state: 'here' | 'sending' | 'stored' | 'refused'
  /** Parts that are there, and how many there are; 0 of 0 before it began. */
  readonly have: number
  readonly of: number
  readonly error: unknown
}

/** What the page shows of the files of one sheet. */
export interface Folder {
  readonly photos: readonly Photo[]
  readonly own: readonly StoredFile[]
  readonly others: readonly StoredFile[]
  readonly materials: readonly StoredFile[]
  /** The list came from the server since the page began. */
  readonly fresh: boolean
}

const empty: Folder = { photos: [], own: [], others: [], materials: [], fresh: false }

export interface AlbumServer {
  list(key: SheetKey): Promise<{ own: StoredFile[]; others: StoredFile[]; materials: StoredFile[] }>
  begin(key: SheetKey, body: { id: string; name: string; size: number; sha256: string; slot: string }): Promise<Uploading>
  put(file: string, part: number, bytes: ArrayBuffer): Promise<void>
  complete(file: string): Promise<StoredFile>
  remove(file: string): Promise<void>
}

export interface AlbumConfig {
  person: string
  keep: Keep
  server: AlbumServer
  channel?: (hear: (name: string) => void) => Channel
  later?: (work: () => void, ms: number) => () => void
}

class Gone extends Error {}

const tries = [1_000, 2_000, 4_000, 8_000, 15_000]

/**
 * Every file that this examiner attached on this device, and what sends it: one
 * after the other, in the background, also while another candidate is scored.
 */
export class Album {
  /** By `nameOf` of the sheet. */
  readonly folders = shallowReactive(new Map<string, Folder>())
  private readonly later: NonNullable<AlbumConfig['later']>
  private readonly channel: Channel | null
  private over = false
  private busy = false
  private failed = 0
  private stop: (() => void) | null = null

  constructor(private readonly config: AlbumConfig) {
    this.later = config.later ?? ((work, ms) => {
      const timer = setTimeout(work, ms)
      return () => { clearTimeout(timer) }
    })
    this.channel = config.channel?.((name) => { void this.reread(name) }) ?? null
  }

  get keeping(): Keeping { return this.config.keep.keeping }

  /** Takes up what an earlier page left unsent. */
  async resume(): Promise<void> {
    const prefix = this.keyOf('photo', '')
    for (const [key, value] of await this.config.keep.all(prefix)) {
      const rest = key.slice(prefix.length)
      this.place(rest.slice(0, rest.lastIndexOf('|')), { ...(value as Photo), state: 'here', error: null })
    }
    this.plan(0)
  }

  folder(key: SheetKey): Folder {
    return this.folders.get(nameOf(key)) ?? empty
  }

  /** Reads what the server has of a sheet's files; without an answer, what was known last. */
  async open(key: SheetKey): Promise<void> {
    const name = nameOf(key)
    try {
      const list = await this.config.server.list(key)
      void this.config.keep.put(this.keyOf('files', name), list)
      const there = new Set(list.own.filter((f) => f.complete).map((f) => f.id))
      const now = this.folders.get(name) ?? empty
      this.folders.set(name, { ...list, own: list.own.filter((f) => f.complete), photos: now.photos.filter((p) => !there.has(p.id)), fresh: true })
      for (const p of now.photos) if (there.has(p.id)) await this.config.keep.drop(this.photoKey(name, p.id))
    } catch (e) {
      const kept = (await this.config.keep.get(this.keyOf('files', name))) as Pick<Folder, 'own' | 'others' | 'materials'> | undefined
      const now = this.folders.get(name) ?? empty
      if (kept && !now.fresh) this.folders.set(name, { ...now, ...kept, own: kept.own.filter((f) => f.complete) })
      if (!(e instanceof NetworkError) && typeOf(e) !== 'unauthenticated') throw e
    }
  }

  /** Attaches a file. It is on this device when this resolves: `none` says that it is not. */
  async add(key: SheetKey, slot: string, name: string, bytes: ArrayBuffer): Promise<Keeping> {
    const facts = await announced(newFileID(), name, bytes)
    const photo: Photo = { ...facts, slot, bytes, state: 'here', have: 0, of: 0, error: null }
    const keeping = await this.config.keep.put(this.photoKey(nameOf(key), photo.id), photo)
    this.place(nameOf(key), photo)
    this.channel?.say(nameOf(key))
    this.plan(0)
    return keeping
  }

  /** Takes a file away: here, and from the server where it is there. */
  async remove(key: SheetKey, id: string): Promise<void> {
    const name = nameOf(key)
    const photo = this.folder(key).photos.find((p) => p.id === id)
    if (!photo || photo.state !== 'here' || photo.of > 0) {
      await this.config.server.remove(id).catch((e: unknown) => { if (typeOf(e) !== 'not-found') throw e })
    }
    await this.config.keep.drop(this.photoKey(name, id))
    const now = this.folder(key)
    this.folders.set(name, { ...now, photos: now.photos.filter((p) => p.id !== id), own: now.own.filter((f) => f.id !== id) })
    this.channel?.say(name)
  }

  /** The attachments of the sheet that are there, or on their way. */
  static slots(f: Folder): Set<string> {
    return new Set([...f.own.map((x) => x.slot), ...f.photos.filter((p) => p.state !== 'refused').map((p) => p.slot)].filter(Boolean))
  }

  /** Files of a sheet that the server does not have yet. */
  static waiting(f: Folder): number {
    return f.photos.filter((p) => p.state === 'here' || p.state === 'sending').length
  }

  /** Whether closing the page now would lose a file. */
  get unsafe(): boolean {
    if (this.keeping === 'kept') return false
    return [...this.folders.values()].some((f) => Album.waiting(f) > 0)
  }

  hurry(): void { this.plan(0) }

  close(): void {
    this.over = true
    this.channel?.close()
    this.stop?.()
  }

  private async reread(name: string): Promise<void> {
    const prefix = this.photoKey(name, '')
    const here = new Set<string>()
    for (const [, value] of await this.config.keep.all(prefix)) {
      here.add((value as Photo).id)
      if (!this.folders.get(name)?.photos.some((p) => p.id === (value as Photo).id)) this.place(name, { ...(value as Photo), state: 'here' })
    }
    const now = this.folders.get(name)
    if (now) this.folders.set(name, { ...now, photos: now.photos.filter((p) => here.has(p.id) || p.state === 'stored' || p.state === 'sending') })
    const key = parse(name)
    if (key && now) await this.open(key).catch(() => undefined)
  }

  private place(name: string, photo: Photo): void {
    const now = this.folders.get(name) ?? empty
    const photos = now.photos.some((p) => p.id === photo.id) ? now.photos.map((p) => (p.id === photo.id ? markRaw(photo) : p)) : [...now.photos, markRaw(photo)]
    this.folders.set(name, { ...now, photos })
  }

  private plan(ms: number): void {
    if (this.over || this.busy) return
    this.stop?.()
    this.stop = this.later(() => { this.stop = null; void this.send() }, ms)
  }

  private next(): { name: string; photo: Photo } | null {
    for (const [name, f] of this.folders) {
      const photo = f.photos.find((p) => p.state === 'here' && p.bytes)
      if (photo) return { name, photo }
    }
    return null
  }

  private async send(): Promise<void> {
    if (this.busy || this.over) return
    this.busy = true
    let wait = 0
    try {
      for (let job = this.next(); job; job = this.next()) {
        await this.sendOne(job.name, job.photo)
        this.failed = 0
      }
    } catch {
      wait = tries[Math.min(this.failed++, tries.length - 1)] ?? 0
    } finally {
      this.busy = false
      if (this.next()) this.plan(wait)
    }
  }

  private async sendOne(name: string, photo: Photo): Promise<void> {
    const key = parse(name)
    if (!key || !photo.bytes) return
    const { id, slot, sha256, size } = photo
    const steps: Steps = {
      // Taken away while it was on its way: it must not come back.
      begin: () => (this.folders.get(name)?.photos.some((p) => p.id === id) ? this.config.server.begin(key, { id, name: photo.name, size, sha256, slot }) : Promise.reject(new Gone())),
      put: (part, bytes) => this.config.server.put(id, part, bytes),
      complete: () => this.config.server.complete(id),
    }
    const show = (more: Partial<Photo>) => {
      const now = this.folders.get(name)?.photos.find((p) => p.id === id)
      if (now) this.place(name, { ...now, ...more })
    }
    show({ state: 'sending', error: null })
    try {
      const stored = await upload(steps, photo.bytes, (have, of) => { show({ have, of }) })
      await this.config.keep.drop(this.photoKey(name, id))
      const now = this.folders.get(name) ?? empty
      this.folders.set(name, { ...now, photos: now.photos.filter((p) => p.id !== id), own: [...now.own.filter((f) => f.id !== id), stored] })
      this.channel?.say(name)
    } catch (e) {
      if (e instanceof Gone) return
      const final = e instanceof ProblemError && e.problem.status < 500 && !['unauthenticated', 'busy', 'too-many-attempts'].includes(e.type)
      show({ state: final ? 'refused' : 'here', error: e })
      if (!final) throw e
    }
  }

  private photoKey(name: string, id: string): string { return this.keyOf('photo', `${name}|${id}`) }

  private keyOf(what: 'photo' | 'files', rest: string): string { return `${what}|${this.config.person}|${rest}` }
}
