import { watchEffect } from 'vue'
import { en as sharedEn } from '../shared/messages/en'
import { zhCN as sharedZh } from '../shared/messages/zh-CN'
import { createText, type Language } from '../shared/text'
import { editorEn } from './messages/editor.en'
import { editorZh } from './messages/editor.zh-CN'
import { en } from './messages/en'
import { lineEn } from './messages/line.en'
import { lineZh } from './messages/line.zh-CN'
import { liveEn } from './messages/live.en'
import { liveZh } from './messages/live.zh-CN'
import { resultEn } from './messages/result.en'
import { resultZh } from './messages/result.zh-CN'
import { zhCN } from './messages/zh-CN'
import { saveLanguage, savedLanguage } from './store'

const text = createText({ 'zh-CN': { ...sharedZh, ...zhCN, ...lineZh, ...liveZh, ...resultZh, ...editorZh }, en: { ...sharedEn, ...en, ...lineEn, ...liveEn, ...resultEn, ...editorEn } }, savedLanguage() ?? 'zh-CN')

/** The language of the page; Chinese unless the person chose another. */
export const language = text.language

/** The text of a key with its parameters filled in. */
export const t = text.t

export type Key = Parameters<typeof t>[0]

watchEffect(() => {
  if (typeof document !== 'undefined') document.documentElement.lang = language.value
})

export function setLanguage(l: Language): void {
  language.value = l
  saveLanguage(l)
}
