import { expect, test } from 'vitest'
import { auditEn } from './audit.en'
import { auditZh } from './audit.zh-CN'
import { en } from './en'
import { handoutEn } from './handout.en'
import { handoutZh } from './handout.zh-CN'
import { lineEn } from './line.en'
import { lineZh } from './line.zh-CN'
import { liveEn } from './live.en'
import { liveZh } from './live.zh-CN'
import { resultEn } from './result.en'
import { resultZh } from './result.zh-CN'
import { zhCN } from './zh-CN'

test('both languages fill in the same values, and no key stands twice', () => {
  const holes = (s: string) => [...new Set([...s.matchAll(/\{(\w+)/g)].map((m) => m[1]))].sort()
  for (const k of Object.keys(lineZh) as (keyof typeof lineZh)[]) expect([k, holes(lineEn[k])]).toEqual([k, holes(lineZh[k])])
  for (const k of Object.keys(liveZh) as (keyof typeof liveZh)[]) expect([k, holes(liveEn[k])]).toEqual([k, holes(liveZh[k])])
  for (const k of Object.keys(auditZh) as (keyof typeof auditZh)[]) expect([k, holes(auditEn[k])]).toEqual([k, holes(auditZh[k])])
  for (const k of Object.keys(resultZh) as (keyof typeof resultZh)[]) expect([k, holes(resultEn[k])]).toEqual([k, holes(resultZh[k])])
  expect(Object.keys(resultZh).filter((k) => k in zhCN || k in en || k in lineZh || k in liveZh)).toEqual([])
  for (const k of Object.keys(handoutZh) as (keyof typeof handoutZh)[]) expect([k, holes(handoutEn[k])]).toEqual([k, holes(handoutZh[k])])
  expect(Object.keys(handoutZh).filter((k) => k in zhCN || k in en || k in lineZh || k in liveZh || k in resultZh)).toEqual([])
  expect(Object.keys(lineZh).filter((k) => k in zhCN || k in en)).toEqual([])
  expect(Object.keys(liveZh).filter((k) => k in zhCN || k in en || k in lineZh)).toEqual([])
})
