import { watchEffect } from 'vue'
import { en as sharedEn } from '../shared/messages/en'
import { zhCN as sharedZh } from '../shared/messages/zh-CN'
import { createText } from '../shared/text'
import { clockTime, longDate } from '../shared/time'
import { en } from './messages/en'
import { zhCN } from './messages/zh-CN'

export const { t, language } = createText({ 'zh-CN': { ...sharedZh, ...zhCN }, en: { ...sharedEn, ...en } }, 'zh-CN')

watchEffect(() => { document.documentElement.lang = language.value })

/** A moment as people read it, by the clocks of the exam, wherever the telephone is: 2026年11月22日 09:00 */
export function moment(iso: string): string {
  const at = Date.parse(iso)
  return `${longDate(at, language.value)} ${clockTime(at).slice(0, 5)}`
}
