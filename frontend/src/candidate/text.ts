import { zhCN as sharedZh, type Key as SharedKey } from '../shared/messages/zh-CN'
import { createText, type Language } from '../shared/text'
import { zhCN, type Key } from './messages/zh-CN'

type Texts = Readonly<Record<SharedKey | Key, string>>
const chinese: Texts = { ...sharedZh, ...zhCN }

// English is loaded when somebody asks for it: most exam rooms never do, and
// the texts are a fifteenth of what the page loads first.
const texts = { 'zh-CN': chinese, en: chinese }

export const { t, language } = createText<SharedKey | Key>(texts, 'zh-CN')

/** Changes the language; rejects, and changes nothing, if its texts cannot be loaded. */
export async function speak(next: Language): Promise<void> {
  if (next === 'en' && texts.en === chinese) texts.en = (await import('./english')).english
  language.value = next
}
