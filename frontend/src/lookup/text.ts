import { watchEffect } from 'vue'
import { en as sharedEn } from '../shared/messages/en'
import { zhCN as sharedZh } from '../shared/messages/zh-CN'
import { createText, type Language } from '../shared/text'
import { en } from './messages/en'
import { zhCN } from './messages/zh-CN'
import { saveLanguage, savedLanguage } from './store'

export const { t, language } = createText({ 'zh-CN': { ...sharedZh, ...zhCN }, en: { ...sharedEn, ...en } }, savedLanguage() ?? 'zh-CN')

watchEffect(() => { document.documentElement.lang = language.value })

export function setLanguage(l: Language): void {
  language.value = l
  saveLanguage(l)
}
