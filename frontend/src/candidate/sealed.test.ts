import { describe, expect, it, vi } from 'vitest'
import { NetworkError } from '../shared/problem'
import { slot, started, options, server, keptPaper, newPage, pass, done, choice, work, count, startAgain } from './session.fixture'
import { lineOf } from './shown'

describe('a paper sent ahead', () => {
  const key = Buffer.alloc(32, 7).toString('base64')
  async function seal(paper: unknown, attempt = 'att') {
    const { createCipheriv } = await import('node:crypto')
    const { gzipSync } = await import('node:zlib')
    const iv = Buffer.alloc(12, 3)
    const cipher = createCipheriv('aes-256-gcm', Buffer.from(key, 'base64'), iv)
    cipher.setAAD(Buffer.from(attempt))
    return new Uint8Array(Buffer.concat([iv, cipher.update(gzipSync(JSON.stringify(paper))), cipher.final(), cipher.getAuthTag()]))
  }
  const paper = { sections: [{ type: 'B', count: 1, points: 50, rule: 'all-or-nothing' }], slots: [{ number: 1, section: 0, type: 'B', points: 50, stem: '密封的题', options, blanks: 0 }] }
  /** Waits in real turns of the loop too, on a busy machine many of them: the browser decrypts beside it. */
  async function settle(until: () => boolean) {
    const began = process.hrtime.bigint()
    for (let i = 0; !until() && process.hrtime.bigint() - began < 10_000_000_000n; i++) {
      await pass(i < 200 ? 20 : 1)
      await new Promise((r) => setImmediate(r))
    }
  }
  async function waiting(inMs: number) {
    server.state = 'ready'
    server.opens = started + inMs
    const p = newPage()
    await done(p.start())
    p.confirmPerson()
    p.acceptRules()
    return p
  }
  const stems = (p: ReturnType<typeof newPage>) => work(p).paper.slots.map((s) => s.stem)
  const enters = () => server.log.filter((r) => r.verb === 'enter').map((r) => (r.body as { hasSealedPaper: boolean }).hasSealedPaper)

  it('is fetched during the wait, at a random moment, and opened with the key', async () => {
    server.sealedPaper = await seal(paper)
    server.paperKey = key
    const p = await waiting(600_000)
    await pass(89_000)
    expect(count('sealed-paper')).toBe(0) // random is 0.5: half of three minutes
    await pass(2_000)
    expect([count('sealed-paper'), keptPaper !== null]).toEqual([1, true])
    await pass(510_000)
    await settle(() => p.state.value.screen.name === 'exam')
    expect([stems(p), enters(), count('sealed-paper')]).toEqual([['密封的题'], [true], 1])
    // A reload has it still, the receipt drops it.
    p.close()
    const q = newPage()
    await done(q.start())
    await settle(() => q.state.value.screen.name === 'exam')
    expect([stems(q), enters()]).toEqual([['密封的题'], [true, true]])
    server.close('collected')
    await pass(20_000)
    expect(keptPaper).toBeNull()
  })

  it('is fetched at once when the start is near', async () => {
    server.sealedPaper = await seal(paper)
    server.paperKey = key
    await waiting(29_000)
    await pass(50)
    expect(count('sealed-paper')).toBe(1)
  })

  it('that does not open is replaced by the plain one', async () => {
    const wrong: [string, Uint8Array][] = [['another attempt', await seal(paper, 'other')], ['cut off', (await seal(paper)).slice(0, 40)], ['something else', await seal({ a: 1 })]]
    for (const [what, bytes] of wrong) {
      startAgain()
      server.sealedPaper = bytes
      server.paperKey = key
      const p = await waiting(20_000 + performance.now())
      await pass(25_000)
      await settle(() => p.state.value.screen.name === 'exam')
      expect([stems(p).length, enters(), keptPaper], what).toEqual([4, [true, false], null])
      p.answer(slot(1), choice('A'))
      await pass(1_500)
      expect(lineOf(work(p), slot(1)), what).toBe('saved')
    }
  })

  it('that cannot be had, or that this browser cannot open, comes plain', async () => {
    server.sealedPaper = await seal(paper)
    server.say['sealed-paper'] = () => new NetworkError('timeout')
    const p = await waiting(20_000)
    await pass(25_000)
    await settle(() => p.state.value.screen.name === 'exam')
    expect([stems(p).length, enters()]).toEqual([4, [false]])
    p.close()
    const real = globalThis.crypto
    vi.stubGlobal('crypto', { getRandomValues: (x: Uint8Array) => real.getRandomValues(x) }) // a page without TLS
    startAgain()
    server.sealedPaper = await seal(paper)
    const q = await waiting(performance.now() + 20_000)
    await pass(25_000)
    expect([stems(q).length, enters(), count('sealed-paper')]).toEqual([4, [false], 0])
  })
})
