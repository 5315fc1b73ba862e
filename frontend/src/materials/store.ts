import type { Language } from '../shared/text'

/** The one file of this page that touches the browser's memory: the language, nothing of the files. */
const LANGUAGE = 'gongyuan.materials.language'

export function savedLanguage(): Language | null {
  try {
    const v = localStorage.getItem(LANGUAGE)
    return v === 'zh-CN' || v === 'en' ? v : null
  } catch {
    return null // storage may be switched off
  }
}

export function saveLanguage(l: Language): void {
  try {
    localStorage.setItem(LANGUAGE, l)
  } catch {
    // The choice lasts for the page.
  }
}
