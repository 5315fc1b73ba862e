import { shallowReactive } from 'vue'
import type { Api } from '../shared/api'
import { announced, newFileID, upload, type FileLine, type StoredFile } from '../shared/files'
import { ProblemError } from '../shared/problem'

/** A file on its way; it is in this page's memory only. */
export interface Sending { key: number; name: string; size: number; have: number; of: number; is: 'waiting' | 'sending' | 'cut' | 'refused'; error: unknown }

/**
 * Sends files one after the other. A file of the same size whose upload was cut
 * off before goes on where it was: the server holds it against its digest.
 */
export class Sender {
  readonly list = shallowReactive(new Map<number, Sending>())
  private readonly bytes = new Map<number, { bytes: ArrayBuffer; id: string }>()
  private next = 1
  private busy = false

  constructor(private readonly api: Api, private readonly files: FileLine, private readonly done: (f: StoredFile) => void) {}

  add(name: string, bytes: ArrayBuffer, drafts: readonly StoredFile[]): void {
    const key = this.next++
    const taken = new Set([...this.bytes.values()].map((b) => b.id))
    const draft = drafts.find((d) => !d.complete && d.size === bytes.byteLength && !taken.has(d.id))
    this.bytes.set(key, { bytes, id: draft?.id ?? newFileID() })
    this.list.set(key, { key, name, size: bytes.byteLength, have: 0, of: 0, is: 'waiting', error: null })
    void this.run()
  }

  drop(key: number): void {
    const known = this.bytes.get(key)
    this.list.delete(key)
    this.bytes.delete(key)
    if (known) void this.api.call('delete', '/api/v1/files/{file}', { path: { file: known.id } }).catch(() => undefined)
  }

  again(key: number): void {
    this.show(key, { is: 'waiting', error: null })
    void this.run()
  }

  get under(): boolean { return [...this.list.values()].some((s) => s.is !== 'refused') }

  private show(key: number, more: Partial<Sending>): void {
    const now = this.list.get(key)
    if (now) this.list.set(key, { ...now, ...more })
  }

  private async run(): Promise<void> {
    if (this.busy) return
    this.busy = true
    for (;;) {
      const job = [...this.list.values()].find((s) => s.is === 'waiting')
      if (!job) break
      await this.send(job)
    }
    this.busy = false
  }

  private async send(job: Sending): Promise<void> {
    const known = this.bytes.get(job.key)
    if (!known) return
    this.show(job.key, { is: 'sending' })
    try {
      const f = await this.once(job, known)
      this.list.delete(job.key)
      this.bytes.delete(job.key)
      this.done(f)
    } catch (e) {
      const final = e instanceof ProblemError && e.problem.status < 500 && !['unauthenticated', 'busy', 'too-many-attempts'].includes(e.type)
      this.show(job.key, { is: final ? 'refused' : 'cut', error: e })
    }
  }

  private async once(job: Sending, known: { bytes: ArrayBuffer; id: string }): Promise<StoredFile> {
    const go = async () => {
      const body = await announced(known.id, job.name, known.bytes)
      return upload({
        begin: async () => (await this.api.call('post', '/api/v1/candidate/materials', { body })).data,
        put: (part, bytes) => this.files.put(known.id, part, bytes),
        complete: async () => (await this.api.call('post', '/api/v1/files/{file}/complete', { path: { file: known.id }, timeoutMs: 60_000 })).data,
      }, known.bytes, (have, of) => { this.show(job.key, { have, of }) })
    }
    try {
      return await go()
    } catch (e) {
      // The upload that was cut off is another file of the same size.
      if (!(e instanceof ProblemError) || e.type !== 'conflict') throw e
      known.id = newFileID()
      return go()
    }
  }
}
