import type { Language } from './text'

/** Keeps the language of a page in the browser, under a name of its own, and nothing else. */
export function languageUnder(name: string): { saved: () => Language | null; save: (l: Language) => void } {
  return {
    saved: () => {
      try {
        const v = localStorage.getItem(name)
        return v === 'zh-CN' || v === 'en' ? v : null
      } catch {
        return null // storage may be switched off
      }
    },
    save: (l) => {
      try {
        localStorage.setItem(name, l)
      } catch {
        // The choice lasts for the page.
      }
    },
  }
}
