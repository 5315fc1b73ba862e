import { describe, expect, test } from 'vitest'
import { differing, meet, same, settled, type Draft } from './journal'
import { sheet } from './sample.testdata'
import { blank, edit, type Content, type Edit } from './score'

const on = (c: Content, ...edits: Edit[]) => edits.reduce((x, e) => edit(sheet, x, e), c)
const base = on(blank(sheet), { do: 'full', row: 'r1' })
const mine = on(base, { do: 'toggle', row: 'r2', deduction: 'order' })
const draft = (more: Partial<Draft> = {}): Draft => ({ base: { version: 3, content: base }, content: mine, sent: null, typed: {}, ...more })

test('lines differ in what counts only', () => {
  expect(differing(base, mine)).toEqual(['row:r2'])
  expect(same(on(base, { do: 'note', row: 'r2', note: 'a' }), on(base, { do: 'note', row: 'r2', note: ' a ' }))).toBe(true)
})

describe('meeting the server', () => {
  test('the same content needs nothing more', () => {
    expect(meet(draft(), { version: 9, content: mine })).toEqual({ is: 'level' })
  })
  test('the version we began from goes on', () => {
    expect(meet(draft(), { version: 3, content: base })).toMatchObject({ is: 'ahead', base: { version: 3 } })
  })
  test('our own save whose answer was lost is no conflict', () => {
    const more = on(mine, { do: 'full', row: 'r3' })
    expect(meet(draft({ content: more, sent: mine }), { version: 4, content: mine })).toMatchObject({ is: 'ahead', base: { version: 4 }, content: more })
  })
  test('what was taken back after it was sent is sent again', () => {
    expect(meet(draft({ content: base, sent: mine }), { version: 4, content: mine })).toMatchObject({ is: 'ahead', content: base })
  })
  test('a page without changes takes what the server has', () => {
    expect(meet(draft({ content: base }), { version: 5, content: mine })).toEqual({ is: 'level' })
  })
  test('another version is compared, and only what both changed is left open', () => {
    const theirs = on(base, { do: 'toggle', row: 'r2', deduction: 'type' }, { do: 'full', row: 'r3' })
    const met = meet(draft({ content: on(mine, { do: 'veto', veto: 'v1', state: 'no' }) }), { version: 5, content: theirs })
    if (met.is !== 'contested') throw new Error(met.is)
    expect(met.lines.map((l) => [l.id, l.pick])).toEqual([['veto:v1', 'mine'], ['row:r2', null], ['row:r3', 'theirs']])
    const here = on(mine, { do: 'veto', veto: 'v1', state: 'no' })
    expect(settled(here, met.lines)).toBeNull()
    const picked = met.lines.map((l) => ({ ...l, pick: l.pick ?? ('theirs' as const) }))
    const end = settled(here, picked)!
    expect(end.vetoes[0]!.state).toBe('no')
    expect(end.rows[1]!.deductions).toEqual([{ deduction: 'type', count: 1 }])
    expect(end.rows[2]!.touched).toBe(true)
  })
})
