import { expect, test } from 'vitest'
import { editorEn } from './editor.en'
import { editorZh } from './editor.zh-CN'
import { en } from './en'
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
  for (const k of Object.keys(resultZh) as (keyof typeof resultZh)[]) expect([k, holes(resultEn[k])]).toEqual([k, holes(resultZh[k])])
  for (const k of Object.keys(editorZh) as (keyof typeof editorZh)[]) expect([k, holes(editorEn[k])]).toEqual([k, holes(editorZh[k])])
  expect(Object.keys(editorZh).filter((k) => k in zhCN || k in en || k in lineZh || k in liveZh || k in resultZh)).toEqual([])
  expect(Object.keys(resultZh).filter((k) => k in zhCN || k in en || k in lineZh || k in liveZh)).toEqual([])
  expect(Object.keys(lineZh).filter((k) => k in zhCN || k in en)).toEqual([])
  expect(Object.keys(liveZh).filter((k) => k in zhCN || k in en || k in lineZh)).toEqual([])
})
