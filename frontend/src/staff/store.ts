import type { Language } from '../shared/text'

/** The one file of the staff pages that touches the browser's memory. */

export type Theme = 'light' | 'contrast'

/** Who used this device last, so that an examiner can go on without a network. */
export interface Person { subject: string; name: string; roles: string[]; until: number }

const PERSON = 'gongyuan.staff.person'
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

const DRAFT = 'gongyuan.staff.draft.'

/** What an editor wrote and did not save yet: kept on this computer, by account and item. */
export interface LocalDraft {
  at: number
  /** Of the draft and the revision that it was written upon. */
  version: number
  base: number
  content: unknown
}

export function localDraft(account: string, item: string): LocalDraft | null {
  try {
    const v: unknown = JSON.parse(read(`${DRAFT}${account}/${item}`) ?? 'null')
    return typeof v === 'object' && v !== null && 'content' in v && 'at' in v ? (v as LocalDraft) : null
  } catch {
    return null // not ours, or cut off
  }
}

/** Keeps it, or with null forgets it; false where this computer keeps nothing. */
export function keepLocalDraft(account: string, item: string, draft: LocalDraft | null): boolean {
  try {
    if (draft === null) localStorage.removeItem(`${DRAFT}${account}/${item}`)
    else localStorage.setItem(`${DRAFT}${account}/${item}`, JSON.stringify(draft))
    return true
  } catch {
    return false
  }
}

export function savedPerson(now: number): Person | null {
  try {
    const p = JSON.parse(read(PERSON) ?? 'null') as Person | null
    return p && typeof p.subject === 'string' && Array.isArray(p.roles) && p.until > now ? p : null
  } catch {
    return null
  }
}

export function savePerson(p: Person): void {
  write(PERSON, JSON.stringify(p))
}

export function forgetPerson(): void {
  try {
    localStorage.removeItem(PERSON)
  } catch {
    // As above.
  }
}

const SEATS = 'gongyuan.staff.seats'

/** How this computer shows the seats of a sitting. */
export function savedSeats(): 'picture' | 'list' {
  return read(SEATS) === 'list' ? 'list' : 'picture'
}

export function saveSeats(v: 'picture' | 'list'): void {
  write(SEATS, v)
}
