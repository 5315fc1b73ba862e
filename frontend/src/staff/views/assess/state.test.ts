import { describe, expect, test } from 'vitest'
import { sheet, scoreOf } from './sample.testdata'
import { blank, edit } from './score'
import { begin, draftOf, reduce, unsent, writable, type Event, type SheetState } from './state'

const run = (s: SheetState, ...events: Event[]) => events.reduce(reduce, s)
const full = (row: string): Event => ({ on: 'edited', edit: { do: 'full', row } })
const saved = (s: SheetState, version: number): Event => ({ on: 'saved', score: scoreOf({ state: 'open', version, rows: [...s.content.rows], vetoes: [...s.content.vetoes], savedAt: '2026-11-22T02:42:07Z' }) })

describe('on its way', () => {
  test('an edit waits, is sent, and is saved only by the answer', () => {
    let s = run(begin(sheet, scoreOf(), null), full('r1'))
    expect(s.link.is).toBe('waiting')
    expect(s.savedAt).toBeNull()
    s = run(s, { on: 'sending' })
    expect([s.link.is, s.savedAt, unsent(s)]).toEqual(['sending', null, ['row:r1']])
    s = run(s, saved(s, 1))
    expect([s.link.is, s.savedAt, unsent(s), s.base.version]).toEqual(['idle', '2026-11-22T02:42:07Z', [], 1])
    expect(draftOf(s)).toBeNull()
  })
  test('what was entered while something was on its way is still to be sent', () => {
    const one = run(begin(sheet, scoreOf(), null), full('r1'), { on: 'sending' })
    const two = run(one, full('r2'), saved(one, 1))
    expect([two.link.is, unsent(two)]).toEqual(['waiting', ['row:r2']])
  })
  test('without an answer it is kept, also when it was taken back meanwhile', () => {
    const s = run(begin(sheet, scoreOf(), null), full('r1'), { on: 'sending' }, { on: 'cut' }, { on: 'undone' })
    expect([s.link.is, unsent(s)]).toEqual(['cut', []])
    expect(draftOf(s)?.sent).not.toBeNull()
    const heard = run(s, { on: 'heard', score: scoreOf({ state: 'open', version: 1, rows: [...edit(sheet, blank(sheet), { do: 'full', row: 'r1' }).rows] }) })
    expect([heard.link.is, unsent(heard), heard.base.version]).toEqual(['waiting', ['row:r1'], 1])
  })
  test('an answer of before the save that comes after it changes nothing', () => {
    const one = run(begin(sheet, scoreOf(), null), full('r1'), { on: 'sending' })
    const two = run(one, saved(one, 1))
    expect(run(two, { on: 'heard', score: scoreOf() })).toBe(two)
  })
  test('a refusal is said and the next edit tries again', () => {
    const s = run(begin(sheet, scoreOf(), null), full('r1'), { on: 'sending' }, { on: 'refused', error: 1, sure: true })
    expect(s.link.is).toBe('refused')
    expect(run(s, full('r2')).link.is).toBe('waiting')
  })
})

describe('steps back', () => {
  test('each act is one step, letters in one field are one', () => {
    const note = (n: string): Event => ({ on: 'edited', edit: { do: 'note', row: 'r1', note: n } })
    let s = run(begin(sheet, scoreOf(), null), full('r1'), note('a'), note('ab'), full('r2'))
    expect(s.past.length).toBe(3)
    s = run(s, { on: 'undone' }, { on: 'undone' })
    expect([s.content.rows[0]!.note, s.content.rows[0]!.touched]).toEqual(['', true])
    expect(run(s, { on: 'undone' }, { on: 'undone' }).content).toEqual(blank(sheet))
  })
})

describe('a reload', () => {
  test('takes up what was kept and what was being typed', () => {
    const before = run(begin(sheet, scoreOf(), null), full('r1'), { on: 'typed', field: 'other:r2', text: '1.' })
    const after = begin(sheet, scoreOf(), draftOf(before))
    expect([after.content.rows[0]!.touched, after.typed['other:r2'], after.link.is]).toEqual([true, '1.', 'waiting'])
  })
  test('meets another version: both are shown and nothing is written', () => {
    const before = run(begin(sheet, scoreOf(), null), full('r1'))
    const s = begin(sheet, scoreOf({ state: 'open', version: 4, rows: [{ row: 'r1', touched: true, deductions: [{ deduction: 'miss', count: 1 }], other: 0, note: '' }] }), draftOf(before))
    expect([s.link.is, writable(s)]).toEqual(['contested', false])
    const end = run(s, { on: 'settled' }, { on: 'picked', id: 'row:r1', pick: 'mine' }, { on: 'settled' })
    expect([end.link.is, end.base.version, end.content.rows[0]!.deductions]).toEqual(['waiting', 4, []])
  })
  test('meets a signed sheet: read-only, and the rest is shown until it is dropped', () => {
    const before = run(begin(sheet, scoreOf(), null), full('r1'))
    const s = begin(sheet, scoreOf({ state: 'locked', version: 4, lockedAt: '2026-11-22T02:42:07Z' }), draftOf(before))
    expect([writable(s), unsent(s), draftOf(s) === null]).toEqual([false, ['row:r1'], false])
    expect(draftOf(run(s, { on: 'dropped' }))).toBeNull()
    expect(run(s, full('r2'))).toBe(s)
  })
})
