import { en as sharedEn } from '../shared/messages/en'
import { zhCN as sharedZh } from '../shared/messages/zh-CN'
import { createText, type Language } from '../shared/text'
import { en } from './messages/en'
import { zhCN } from './messages/zh-CN'
import { recall } from './store'

const known = recall('language')
const initial: Language = known === 'en' ? 'en' : 'zh-CN'

export const { t, language } = createText({ 'zh-CN': { ...sharedZh, ...zhCN }, en: { ...sharedEn, ...en } }, initial)
