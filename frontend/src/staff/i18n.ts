import { watchEffect } from 'vue'
import { en as sharedEn } from '../shared/messages/en'
import { zhCN as sharedZh } from '../shared/messages/zh-CN'
import { createText, type Language } from '../shared/text'
import { en, zhCN } from './messages/all'
import { saveLanguage, savedLanguage } from './store'

const text = createText({ 'zh-CN': { ...sharedZh, ...zhCN }, en: { ...sharedEn, ...en } }, savedLanguage() ?? 'zh-CN')

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
