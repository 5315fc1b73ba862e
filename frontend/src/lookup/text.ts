import { watchEffect } from 'vue'
import { languageUnder } from '../shared/store'
import { en as sharedEn } from '../shared/messages/en'
import { zhCN as sharedZh } from '../shared/messages/zh-CN'
import { createText, type Language } from '../shared/text'
import { en } from './messages/en'
import { zhCN } from './messages/zh-CN'

// Of what is typed or shown here the browser keeps the language alone.
const kept = languageUnder('gongyuan.lookup.language')
export const { t, language } = createText({ 'zh-CN': { ...sharedZh, ...zhCN }, en: { ...sharedEn, ...en } }, kept.saved() ?? 'zh-CN')

watchEffect(() => { document.documentElement.lang = language.value })

export function setLanguage(l: Language): void {
  language.value = l
  kept.save(l)
}
