import { describe, expect, it } from 'vitest'
import type { Epoch, ServerMs, SlotNumber } from '../shared/brand'
import type { Operation, Response } from './contract'
import * as L from './ledger'
import type { Held } from './store'

const at = (n: number) => n as ServerMs
const slot = (n: number) => n as SlotNumber
const pick = (letter: string): Response => (letter === '' ? {} : { choice: [letter] })
const open = () => L.openLedger(1 as Epoch, [], at(0))
function writeKept(l: L.Ledger, n: number, letter: string): L.Ledger {
  const next = L.write(l, slot(n), pick(letter), false, at(1))
  return L.kept(next.ledger, [next.op.seq])
}

describe('the ledger', () => {
  it('sends nothing that the browser has not kept, save when the page closes', () => {
    const { ledger } = L.write(open(), slot(1), pick('A'), false, at(1))
    expect(L.nextBatch(ledger)).toEqual([])
    expect(L.nextBatch(ledger, true)).toHaveLength(1)
    expect(L.nextBatch(L.kept(ledger, [1]))).toHaveLength(1)
  })

  it('says saved only when the sequence is durable', () => {
    let l = writeKept(writeKept(open(), 1, 'A'), 2, 'B')
    expect(L.slotState(l, slot(1))).toBe('sending')
    l = L.sent(l, L.nextBatch(l))
    l = L.acknowledged(l, { appliedSeq: 2, durableSeq: 1, at: at(5) })
    expect([L.slotState(l, slot(1)), L.slotState(l, slot(2))]).toEqual(['saved', 'stored'])
    expect(L.entryOf(l, slot(1)).savedAt).toBe(5)
    // Asked again, from the first that is not durable on.
    expect(L.nextBatch(l).map((op) => op.seq)).toEqual([2])
    l = L.acknowledged(l, { appliedSeq: 2, durableSeq: 2, at: at(9) })
    expect(L.slotState(l, slot(2))).toBe('saved')
    expect(L.entryOf(l, slot(1)).savedAt).toBe(5)
    expect(L.settled(l)).toBe(true)
  })

  it('does not call a newer answer saved for an older receipt', () => {
    let l = writeKept(open(), 1, 'A')
    l = L.sent(l, L.nextBatch(l))
    l = writeKept(l, 1, 'B')
    l = L.acknowledged(l, { appliedSeq: 1, durableSeq: 1, at: at(5) })
    expect(L.slotState(l, slot(1))).toBe('sending')
    expect(L.entryOf(l, slot(1)).response).toEqual(pick('B'))
  })

  it('does not believe a receipt for what it never wrote', () => {
    const l = L.acknowledged(open(), { appliedSeq: 99, durableSeq: 99, at: at(1) })
    const next = writeKept(l, 1, 'A')
    expect(L.slotState(next, slot(1))).toBe('sending')
    expect(L.nextBatch(next)).toHaveLength(1)
  })

  it('tells an answer that was taken back from one that is saved', () => {
    let l = writeKept(writeKept(open(), 1, 'A'), 1, '')
    expect(L.slotState(l, slot(1))).toBe('sending')
    l = L.acknowledged(l, { appliedSeq: 2, durableSeq: 2, at: at(1) })
    expect(L.slotState(l, slot(1))).toBe('blank')
  })

  it('goes back to what the server needs after a gap, and refuses one that cannot be', () => {
    let l = writeKept(writeKept(writeKept(open(), 1, 'A'), 2, 'B'), 3, 'C')
    l = L.acknowledged(l, { appliedSeq: 3, durableSeq: 1, at: at(1) })
    l = L.gap(l, 2)
    expect(L.slotState(l, slot(2))).toBe('sending')
    expect(L.nextBatch(l).map((op) => op.seq)).toEqual([2, 3])
    // Once durable it cannot be missing.
    expect(L.slotState(L.gap(l, 1), slot(2))).toBe('refused')
    expect(L.slotState(L.gap(l, 1), slot(1))).toBe('saved')
  })

  it('keeps what lies before a refusal going', () => {
    let l = writeKept(writeKept(writeKept(open(), 1, 'A'), 2, 'B'), 3, 'C')
    l = L.refused(l, 2)
    expect(L.nextBatch(l).map((op) => op.seq)).toEqual([1])
    expect(['sending', 'refused', 'refused']).toEqual([1, 2, 3].map((n) => L.slotState(l, slot(n))))
    l = L.acknowledged(l, { appliedSeq: 1, durableSeq: 1, at: at(1) })
    expect(L.slotState(l, slot(1))).toBe('saved')
    expect(L.nextBatch(l)).toEqual([])
  })

  it('sends no more than 64 operations and 32 KiB at once, and a large one alone', () => {
    let l = open()
    for (let i = 1; i <= 100; i++) l = writeKept(l, i, 'A')
    expect(L.nextBatch(l)).toHaveLength(64)
    let big = open()
    for (let i = 1; i <= 4; i++) {
      const next = L.write(big, slot(i), { text: ['保'.repeat(5_000)] }, false, at(1))
      big = L.kept(next.ledger, [next.op.seq])
    }
    const batch = L.nextBatch(big)
    expect(batch).toHaveLength(2)
    expect(new TextEncoder().encode(JSON.stringify({ epoch: 1, ops: batch })).length).toBeLessThan(32 * 1024)
  })

  it('counts bytes as UTF-8 does', () => {
    for (const text of ['abc', '保卫', 'é', '😀 a', '']) expect(L.byteLength(text)).toBe(new TextEncoder().encode(text).length)
  })

  it('keeps apart what came too late, and no earlier answer', () => {
    let l = writeKept(writeKept(open(), 1, 'A'), 2, 'B')
    l = L.acknowledged(l, { appliedSeq: 1, durableSeq: 1, at: at(1) })
    l = L.setAside(l, 2)
    expect([1, 2].map((n) => L.slotState(l, slot(n)))).toEqual(['saved', 'late'])
    expect(L.nextBatch(l, true)).toEqual([])
    // It is not durable, so it stays in hand: the deadline may have been moved in the very moment.
    expect(L.settled(l)).toBe(false)
    l = L.inTimeAgain(l)
    expect([1, 2].map((n) => L.slotState(l, slot(n)))).toEqual(['saved', 'sending'])
    expect(L.nextBatch(l).map((op) => op.seq)).toEqual([2])
    expect(L.inTimeAgain(l)).toBe(l)
  })

  it('puts together what the browser and the page hold, each once', () => {
    const held = (epoch: number, seq: number, letter: string): Held => ({ epoch, op: { seq, slot: seq, response: pick(letter), flagged: false, clientMs: 1 } })
    expect(L.merged([held(1, 1, 'A')], [held(1, 1, 'B'), held(1, 2, 'C'), held(2, 1, 'D')]).map((h) => [h.epoch, h.op.seq, h.op.response.choice?.[0]])).toEqual([[1, 1, 'A'], [1, 2, 'C'], [2, 1, 'D']])
  })
})

describe('pace', () => {
  const base = { lastChange: 1_000, firstChange: 1_000, notBefore: 0, urgent: false }
  it('is 1 s after the last change and at most 5 s after the first', () => {
    expect(L.dueAt(base)).toBe(2_000)
    expect(L.dueAt({ ...base, lastChange: 5_900 })).toBe(6_000)
  })
  it('does not wait in the last minute, save after a failure', () => {
    expect(L.dueAt({ ...base, urgent: true })).toBeLessThanOrEqual(0)
    expect(L.dueAt({ ...base, urgent: true, notBefore: 9_000 })).toBe(9_000)
  })
  it('backs off from 1 s to 15 s', () => {
    for (const r of [0, 0.5, 1]) {
      for (let n = 1; n < 30; n++) {
        expect(L.backoff(n, r)).toBeGreaterThanOrEqual(1_000)
        expect(L.backoff(n, r)).toBeLessThanOrEqual(15_000)
      }
    }
    expect(L.backoff(20, 1)).toBe(15_000)
    expect(L.backoff(20, 0)).toBe(7_500)
  })
})

describe('taking up what an earlier page left', () => {
  const op = (seq: number, n: number, letter: string): Operation => ({ seq, slot: n, response: pick(letter), flagged: false, clientMs: seq })
  const held = (epoch: number, seq: number, n: number, letter: string): Held => ({ epoch, op: op(seq, n, letter) })
  const answers = [{ slot: 1, response: pick('A'), flagged: false }]
  const ledger = L.openLedger(9 as Epoch, answers, at(0))

  it('writes the newest of each slot again when every epoch was ours', () => {
    const { claim, ledger: l } = L.takeUp(ledger, [held(8, 5, 1, 'C'), held(8, 4, 1, 'B'), held(7, 9, 2, 'D')], { epoch: 8, asked: 1 }, { epoch: 8, sameDevice: true, label: '' })
    expect(claim.reissue.map((x) => [x.seq, x.slot, x.response.choice?.[0], x.clientMs])).toEqual([[1, 2, 'D', 9], [2, 1, 'C', 5]])
    expect(claim.aside).toEqual([])
    expect(L.nextBatch(l)).toHaveLength(2)
    expect(L.slotState(l, slot(1))).toBe('sending')
  })

  it('says nothing twice', () => {
    expect(L.takeUp(ledger, [held(8, 5, 1, 'A')], { epoch: 8, asked: 1 }, { epoch: 8, sameDevice: true, label: '' }).claim).toEqual({ reissue: [], aside: [] })
  })

  it('keeps apart what another computer has answered since, and fills in what it has not', () => {
    const { claim } = L.takeUp(ledger, [held(7, 1, 1, 'C'), held(7, 2, 2, 'D')], { epoch: 7, asked: 1 }, { epoch: 8, sameDevice: false, label: '备用机' })
    expect(claim.reissue.map((x) => x.slot)).toEqual([2])
    expect(claim.aside.map((x) => x.op.slot)).toEqual([1])
  })

  it('counts entries whose answer was lost as its own, and no more of them', () => {
    const previous = { epoch: 8, sameDevice: true, label: '' }
    expect(L.takeUp(ledger, [held(6, 1, 1, 'C')], { epoch: 6, asked: 3 }, previous).claim.reissue).toHaveLength(1)
    // Between two entries of this computer another one may have written.
    expect(L.takeUp(ledger, [held(6, 1, 1, 'C')], { epoch: 6, asked: 1 }, previous).claim.aside).toHaveLength(1)
  })

  it('makes requests of what is left after the end: one epoch each, no gaps, none too large', () => {
    const many = Array.from({ length: 70 }, (_, i) => held(2, i + 1, 1, 'A'))
    const batches = L.batchesOf([held(3, 8, 1, 'A'), ...many, held(3, 6, 2, 'B')])
    expect(batches.map((b) => [b.epoch, b.ops[0]?.seq, b.ops.length])).toEqual([[2, 1, 64], [2, 65, 6], [3, 6, 1], [3, 8, 1]])
  })
})

// A page, a browser store, a network and a server, all as small as they can be,
// in random order. Whatever is lost on the way: nothing the page has called
// saved may differ from what the server keeps for good, and in the end every
// answer is there.
describe('random histories', () => {
  class Server {
    epoch = 0
    device = ''
    applied: Operation[] = []
    durable = 0
    journal = new Map<string, Operation>() // epoch:seq → operation, for good
    enter(device: string) {
      this.settle() // entering makes durable what was applied
      const previous = this.epoch > 0 ? { epoch: this.epoch, sameDevice: this.device === device, label: this.device } : undefined
      this.epoch++
      this.device = device
      this.applied = []
      this.durable = 0
      const answers = [...this.answers()].map(([n, op]) => ({ slot: n, response: op.response, flagged: op.flagged }))
      return { epoch: this.epoch as Epoch, previous, answers }
    }

    settle() {
      for (const op of this.applied) this.journal.set(`${this.epoch}:${op.seq}`, op)
      this.durable = this.applied.length
    }

    /** The live store forgets what the journal does not have. */
    forget() { this.applied = this.applied.slice(0, this.durable) }

    save(epoch: number, ops: Operation[], durable: boolean) {
      if (epoch !== this.epoch) return { status: 'taken' as const }
      const first = ops[0]
      for (const op of ops) {
        const have = this.applied[op.seq - 1]
        if (have && JSON.stringify(have) !== JSON.stringify(op)) return { status: 'conflict' as const }
      }
      if (first && first.seq > this.applied.length + 1) return { status: 'gap' as const, expected: this.applied.length + 1 }
      for (const op of ops) if (op.seq === this.applied.length + 1) this.applied.push(op)
      if (durable) this.settle()
      return { status: 'ok' as const, appliedSeq: this.applied.length, durableSeq: this.durable }
    }

    answers() {
      const out = new Map<number, Operation>()
      const order = [...this.journal.entries()].map(([k, op]) => ({ e: Number(k.split(':')[0]), op })).sort((a, b) => a.e - b.e || a.op.seq - b.op.seq)
      for (const { op } of order) out.set(op.slot, op)
      return out
    }
  }

  function rng(seed: number) {
    let s = seed >>> 0
    return () => {
      s = (s + 0x6d2b79f5) >>> 0
      let t = Math.imul(s ^ (s >>> 15), 1 | s)
      t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
      return ((t ^ (t >>> 14)) >>> 0) / 4294967296
    }
  }

  function history(seed: number, steps: number): { acknowledged: number; reloads: number } {
    const random = rng(seed)
    const server = new Server()
    let disk: Held[] = []
    let lease = { epoch: 0, asked: 0 }
    const stats = { acknowledged: 0, reloads: 0 }
    /** The newest answer per slot that the browser has on disk or the server has: what must survive. */
    const intent = new Map<number, Response>()
    let replies: ReturnType<Server['save']>[] = []
    let requests: { epoch: number; ops: Operation[] }[] = []
    let l: L.Ledger
    let unkept: number[] = []

    function load() {
      for (;;) {
        lease = { ...lease, asked: lease.asked + 1 }
        const entered = server.enter('here')
        if (random() < 0.2) continue // the answer was lost
        const fresh = L.openLedger(entered.epoch, entered.answers, at(0))
        const taken = L.takeUp(fresh, disk, lease, entered.previous)
        if (taken.claim.aside.length > 0) throw new Error(`seed ${seed}: put aside`)
        disk = taken.claim.reissue.map((op) => ({ epoch: entered.epoch, op }))
        lease = { epoch: entered.epoch, asked: 0 }
        l = taken.ledger
        replies = []
        unkept = []
        return
      }
    }
    load()

    const handle = (reply: ReturnType<Server['save']>) => {
      switch (reply.status) {
        case 'ok':
          l = L.acknowledged(l, { ...reply, at: at(1) })
          disk = disk.filter((h) => h.op.seq > l.durableSeq)
          return
        case 'gap': l = L.gap(l, reply.expected); return
        default: throw new Error(`seed ${seed}: ${reply.status}`)
      }
    }
    const check = () => {
      const there = server.answers()
      for (const [n] of l.slots) {
        const state = L.slotState(l, n)
        // Plain comparisons: there are hundreds of thousands of them.
        if (state === 'refused') throw new Error(`seed ${seed} slot ${n}: refused`)
        if (state !== 'saved') continue
        stats.acknowledged++
        if (JSON.stringify(there.get(n)?.response) !== JSON.stringify(L.entryOf(l, n).response)) throw new Error(`seed ${seed} slot ${n}: called saved and is not`)
      }
    }

    for (let i = 0; i < steps; i++) {
      const r = random()
      if (r < 0.3) {
        const n = 1 + Math.floor(random() * 6)
        const next = L.write(l!, slot(n), pick('ABCD'[Math.floor(random() * 4)] ?? 'A'), random() < 0.2, at(i))
        l = next.ledger
        unkept.push(next.op.seq)
      } else if (r < 0.5) {
        // The disk is done with the first of them; order within one page is kept.
        const seq = unkept.shift()
        const op = l!.outbox.find((p) => p.op.seq === seq)?.op
        if (seq !== undefined && op) {
          disk.push({ epoch: l!.epoch, op })
          intent.set(op.slot, op.response)
          l = L.kept(l!, [seq])
        }
      } else if (r < 0.65) {
        const batch = L.nextBatch(l!).slice(0, 1 + Math.floor(random() * 4))
        if (batch.length > 0 && l!.flight === null) {
          l = L.sent(l!, batch)
          requests.push({ epoch: l.epoch, ops: batch })
        }
      } else if (r < 0.8) {
        const request = requests.splice(Math.floor(random() * requests.length), 1)[0]
        if (request) {
          if (random() < 0.2) requests.push(request) // the network repeats it
          const reply = server.save(request.epoch, request.ops, random() < 0.6)
          if (request.epoch === l!.epoch && random() < 0.8) replies.push(reply)
          else if (request.epoch === l!.epoch) l = L.failed(l!)
        }
      } else if (r < 0.9) {
        const reply = replies.splice(Math.floor(random() * replies.length), 1)[0]
        if (reply) handle(reply)
      } else if (r < 0.93) server.forget()
      else if (r < 0.96) l = L.failed(l!)
      else if (r < 0.98) server.settle()
      else {
        stats.reloads++
        load()
      }
      check()
    }

    // The network is back and nobody writes any more.
    for (const seq of unkept) {
      const op = l!.outbox.find((p) => p.op.seq === seq)?.op
      if (op) intent.set(op.slot, op.response)
    }
    l = L.kept(l!, unkept)
    requests = []
    for (let i = 0; i < 200 && !L.settled(l); i++) {
      const batch = L.nextBatch(l)
      l = L.sent(l, batch)
      handle(server.save(l.epoch, batch, true))
    }
    expect(L.settled(l), `seed ${seed}`).toBe(true)
    for (const [n, response] of intent) expect(server.answers().get(n)?.response, `seed ${seed} slot ${n}`).toEqual(response)
    check()
    return stats
  }

  it('lose nothing that was kept, and call nothing saved that is not', () => {
    let acknowledged = 0
    let reloads = 0
    const histories = 1_500
    for (let seed = 1; seed <= histories; seed++) {
      const s = history(seed, 80)
      acknowledged += s.acknowledged
      reloads += s.reloads
    }
    // The dice do reach what they are meant to reach.
    expect(acknowledged).toBeGreaterThan(histories * 20)
    expect(reloads).toBeGreaterThan(histories)
  })
})
