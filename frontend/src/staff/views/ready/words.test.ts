import { describe, expect, it } from 'vitest'
import { zhCN } from '../../messages/all'
import type { ReadinessLine } from './api'
import { evidence, groupOf, reasonFault, remedy, undone, words, worst } from './words'

const line = (over: Partial<ReadinessLine>): ReadinessLine => ({ check: 'sealed', state: 'block', reason: 'one-only', name: '', have: 1, need: 2, by: [], places: [], detail: '', ...over })

describe('words', () => {
  it('OK: a check, a flaw of a room, a store', () => {
    expect(words(line({}))).toBe('试卷只有 1 人签名，缺第二人')
    expect(words(line({ check: 'room', reason: 'few-invigilators', name: '07' }))).toContain('07 考场监考员')
    expect(words(line({ check: 'store', reason: 'down', name: 'live' }))).toContain('实时库')
  })
  it('OK: what nobody has words for yet shows its code', () => { expect(words(line({ check: 'moon', reason: 'full' }))).toBe('full') })
  it('OK: every reason of the engine has words', () => {
    const has = (key: string) => key in zhCN
    const reasons: Record<string, string[]> = {
      filed: ['fine', 'unfiled'], fulfil: ['fine', 'nobody', 'short'], sealed: ['fine', 'not-asked', 'one-only', 'one-rule'], store: ['fine', 'down'], clock: ['fine', 'apart'],
      drill: ['fine', 'none', 'failed', 'old', 'smaller'], seated: ['fine', 'nobody', 'open'], room: ['fine'], browsers: ['fine', 'open', 'faulty'], list: ['failed'],
    }
    for (const [check, list] of Object.entries(reasons)) for (const reason of list) expect(has(`ready.${check}.${reason}`), `${check}.${reason}`).toBe(true)
  })
})

describe('about a line', () => {
  it('OK: evidence, remedy, group, the worst', () => {
    expect(evidence(line({ by: ['甲', '乙'], places: ['01-02'] }))).toBe('01-02 · 甲、乙')
    expect(remedy(line({}))).not.toBe('')
    expect(remedy(line({ state: 'ready' }))).toBe('')
    expect(groupOf(line({ check: 'clock' }))).toBe('servers')
    expect(worst([line({ state: 'ready' }), line({ state: 'attention' })])).toBe('attention')
    expect(worst([])).toBe('ready')
  })
})

describe('opening what is not ready', () => {
  it('OK: what was not done has the words of the list', () => {
    expect(undone({ by: '甲', at: '2026-12-06T01:00:00Z', reason: '备用', gaps: [{ check: 'browsers', reason: 'open', name: '', have: 2, need: 30 }, { check: 'list', reason: 'failed', name: '', have: 0, need: 0 }] }))
      .toEqual(['考生机只检查了 2 / 30\u00a0台', '考前检查无法进行'])
  })
  it('OK and Err: reasons', () => {
    expect([reasonFault('备用', true), reasonFault('', false), reasonFault(' 备用 ', false)]).toEqual([false, false, false])
    expect([reasonFault(' ', true), reasonFault('备', true), reasonFault('备', false), reasonFault('备'.repeat(501), true)]).toEqual([true, true, true, true])
  })
})
