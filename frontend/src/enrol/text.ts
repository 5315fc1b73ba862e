import { watchEffect } from 'vue'
import { en as sharedEn } from '../shared/messages/en'
import { zhCN as sharedZh } from '../shared/messages/zh-CN'
import { createText } from '../shared/text'
import { en } from './messages/en'
import { zhCN } from './messages/zh-CN'

export const { t, language } = createText({ 'zh-CN': { ...sharedZh, ...zhCN }, en: { ...sharedEn, ...en } }, 'zh-CN')

watchEffect(() => { document.documentElement.lang = language.value })

/** A moment as people read it. */
export const moment = (iso: string, dateStyle: 'medium' | 'long' = 'medium'): string => new Intl.DateTimeFormat(language.value, { dateStyle, timeStyle: 'short', hour12: false }).format(new Date(iso))
