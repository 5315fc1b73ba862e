// What Safe Exam Browser says of itself: the hash of this page's URL and the
// Config Key. The server can tell from it that the browser runs with the
// sitting's settings. https://safeexambrowser.org/developer/seb-config-key.html
import { watch } from 'vue'
import { state } from '../page'

interface Seb { security?: { configKey?: string; updateKeys?: (callback: unknown) => void } }
declare global {
  interface Window { SafeExamBrowser?: Seb; gongyuanSebKeys?: () => void }
}

export const inSeb = (): boolean => window.SafeExamBrowser?.security !== undefined

/** The value is of the URL that the page was loaded with, whatever the address bar says since. */
const loaded = location.href

export function sebProof(): { hash: string; url: string } | null {
  const hash = window.SafeExamBrowser?.security?.configKey
  return hash ? { hash, url: loaded.split('#')[0] ?? '' } : null
}

export function bindSeb(): void {
  const security = window.SafeExamBrowser?.security
  if (!security) return
  // Version 3.0 for macOS and iOS sets the value only when asked, and calls a function by its name.
  if (!security.configKey && security.updateKeys) {
    window.gongyuanSebKeys = () => undefined
    security.updateKeys(window.gongyuanSebKeys)
  }
  // The page is loaded once more under a URL that names the attempt: a value that is of one candidate's page only.
  watch(() => state.value.exam, (exam) => {
    const id = exam?.attempt.id
    if (!id || !exam?.exam.access?.seb) return
    const url = new URL(location.href)
    if (url.searchParams.get('attempt') === id) return
    url.searchParams.set('attempt', id)
    location.replace(url)
  }, { immediate: true })
}
