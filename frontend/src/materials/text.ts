import { languageUnder } from '../shared/store'
import { en as sharedEn } from '../shared/messages/en'
import { zhCN as sharedZh } from '../shared/messages/zh-CN'
import { createText, type Language } from '../shared/text'
import { en } from './messages/en'
import { zhCN } from './messages/zh-CN'

// Of what is typed or shown here the browser keeps the language alone.
const kept = languageUnder('gongyuan.materials.language')
const text = createText({ 'zh-CN': { ...sharedZh, ...zhCN }, en: { ...sharedEn, ...en } }, kept.saved() ?? 'zh-CN')
export const language = text.language
export const t = text.t

export function setLanguage(l: Language): void {
  language.value = l
  document.documentElement.lang = l
  kept.save(l)
}
if (typeof document !== 'undefined') document.documentElement.lang = language.value
