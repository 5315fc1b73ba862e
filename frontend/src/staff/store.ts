import type { Language } from '../shared/text'

/** The one file of the staff pages that touches the browser's memory. */

export type Theme = 'light' | 'contrast'

const LANGUAGE = 'gongyuan.staff.language'
const THEME = 'gongyuan.staff.theme'

function read(key: string): string | null {
  try {
    return localStorage.getItem(key)
  } catch {
    return null // storage may be switched off; the choice then lasts for the page
  }
}

function write(key: string, value: string): void {
  try {
    localStorage.setItem(key, value)
  } catch {
    // As above.
  }
}

export function savedLanguage(): Language | null {
  const v = read(LANGUAGE)
  return v === 'zh-CN' || v === 'en' ? v : null
}

export function saveLanguage(l: Language): void {
  write(LANGUAGE, l)
}

export function savedTheme(): Theme {
  return read(THEME) === 'contrast' ? 'contrast' : 'light'
}

export function saveTheme(t: Theme): void {
  write(THEME, t)
}
