import { describe, expect, it } from 'vitest'
import { en as candidateEn } from '../candidate/messages/en'
import { zhCN as candidateZh } from '../candidate/messages/zh-CN'
import { points, score } from './marks'
import { en } from './messages/en'
import { zhCN } from './messages/zh-CN'
import { fill } from './text'

describe('fill', () => {
  it('takes values and chooses by number', () => {
    expect(fill('{n} {n|answer|answers}', { n: 1 })).toBe('1 answer')
    expect(fill('{n} {n|answer|answers}', { n: 2 })).toBe('2 answers')
    expect(fill('{n}\u00a0题', { n: 10284 })).toBe('10,284\u00a0题')
    expect(fill('剩{n}分', { n: 0.5 })).toBe('剩0.5分')
  })

  it('shows what is missing', () => {
    expect(fill('{a} {b}', { a: 1 })).toBe('1 {b}')
  })
})

const pairs = [['shared', zhCN, en], ['candidate', candidateZh, candidateEn]] as const
describe.each(pairs)('texts of %s', (_, chinese, english) => {
  const zh: Record<string, string> = chinese
  const eng: Record<string, string> = english
  const names = (text: string) => [...new Set([...text.matchAll(/\{(\w+)/g)].map((m) => m[1]))].sort()

  it('are complete in both languages', () => {
    expect(Object.keys(eng).sort()).toEqual(Object.keys(zh).sort())
    for (const [key, text] of [...Object.entries(zh), ...Object.entries(eng)]) expect(text.trim(), key).not.toBe('')
  })

  it('take the same values', () => {
    for (const key of Object.keys(zh)) expect(names(eng[key] ?? ''), key).toEqual(names(zh[key] ?? ''))
  })

  it('close what they set bold', () => {
    for (const [key, text] of [...Object.entries(zh), ...Object.entries(eng)]) expect(text.split('**').length % 2, key).toBe(1)
  })

  it('keep Chinese punctuation full width and leave out what the house does not say', () => {
    for (const [key, text] of Object.entries(zh)) {
      expect(/[\u4e00-\u9fff][,;!?]/.test(text), key).toBe(false)
      expect(/抱歉|同步|缓存|会话|！/.test(text), key).toBe(false)
      expect(/\{(n|of|total|open|minutes|slots|extra)\} (题|分钟|秒|条|小时)/.test(text) && !/第 \{n\} 题/.test(text) && !/到 题|还有 \{n\} 题$/.test(text), key).toBe(false)
    }
  })
})

describe('marks', () => {
  it('are points without floats', () => {
    expect(points(50)).toBe('0.5')
    expect(points(100)).toBe('1')
    expect(points(125)).toBe('1.25')
    expect(points(10000)).toBe('100')
    expect(score(5950)).toBe('59.50')
    expect(score(-5)).toBe('\u22120.05')
  })
})
