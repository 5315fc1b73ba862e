import { describe, expect, it } from 'vitest'
import { zhCN } from '../../messages/all'
import type { ReadinessLine } from './api'
import { evidence, groupOf, remedy, words, worst } from './words'

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
      drill: ['fine', 'none', 'failed', 'old', 'smaller'], seated: ['fine', 'nobody', 'open'], room: ['fine'], browsers: ['fine', 'open', 'faulty'],
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
