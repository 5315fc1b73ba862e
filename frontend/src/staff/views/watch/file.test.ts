import { describe, expect, it } from 'vitest'
import written from '../../../candidate/testdata/answers-file.json'
import type { ProgressRow } from '../../lib/types'
import { checkFile, MOST_BYTES } from './file'

const row = (seat: string): ProgressRow => ({ registration: `r${seat}`, attempt: `a${seat}`, admission: `26${seat}`, name: seat, room: '03', seat, state: 'running', answered: 1, total: 4 })
const rows = [row('1'), row('2')]
const op = (seq: number, slot: number) => ({ seq, slot, response: { choice: ['A'] }, flagged: false, clientMs: 1000 })
const good = { format: 'gongyuan-answers-1', attempt: 'a1', admission: '261', device: '03 考场 1', writtenAt: '2026-12-06T02:00:00Z', epoch: 2, operations: [op(5, 1), op(6, 1), op(7, 9)], digest: 'ab'.repeat(32) }
const read = (v: unknown, bytes = 100) => {
  const c = checkFile(typeof v === 'string' ? v : JSON.stringify(v), bytes, rows[0]!, rows)
  return c.ok ? `${c.file.operations.length} ops, ${c.questions} questions` : c.fault
}

describe('checkFile', () => {
  it('OK: says how much is in it', () => {
    expect(read(good)).toBe('3 ops, 2 questions')
    expect(read(`\ufeff${JSON.stringify(good)}`)).toBe('3 ops, 2 questions')
    expect(read({ format: good.format, attempt: 'a1', epoch: 1, operations: [{ ...op(1, 1), response: {} }], digest: good.digest })).toBe('1 ops, 1 questions')
  })
  it('OK: reads what the candidate’s page writes', () => {
    const seat = { ...rows[0]!, attempt: written.attempt }
    expect(checkFile(JSON.stringify(written), 1000, seat, [seat])).toMatchObject({ ok: true, file: written })
  })
  it.each([
    ['too large', good, MOST_BYTES + 1, 'size'],
    ['cut off', JSON.stringify(good).slice(0, -9), 100, 'json'],
    ['a list', [], 100, 'format'],
    ['another format', { ...good, format: 'gongyuan-answers-9' }, 100, 'format'],
    ['no digest', { ...good, digest: '' }, 100, 'damaged'],
    ['no epoch', { ...good, epoch: 0 }, 100, 'damaged'],
    ['no such moment', { ...good, writtenAt: 'today' }, 100, 'damaged'],
    ['a seq that is none', { ...good, operations: [{ ...op(1, 1), seq: 1.5 }] }, 100, 'damaged'],
    ['a response that is none', { ...good, operations: [{ ...op(1, 1), response: { choice: 'A' } }] }, 100, 'damaged'],
    ['more than may be sent', { ...good, operations: Array.from({ length: 5001 }, (_, i) => op(i + 1, 1)) }, 100, 'damaged'],
    ['nothing in it', { ...good, operations: [] }, 100, 'empty'],
    ['of the seat beside', { ...good, attempt: 'a2' }, 100, 'seat'],
    ['of another sitting', { ...good, attempt: 'b1' }, 100, 'elsewhere'],
  ] as const)('Err: %s', (_, v, bytes, fault) => {
    expect(read(v, bytes)).toBe(fault)
  })
  it('Err: names the owner, or the admission number in the file', () => {
    expect(checkFile(JSON.stringify({ ...good, attempt: 'a2' }), 100, rows[0]!, rows)).toMatchObject({ owner: { seat: '2' } })
    expect(checkFile(JSON.stringify({ ...good, attempt: 'b1' }), 100, rows[0]!, rows)).toMatchObject({ admission: '261' })
  })
})
