// Texts of what is loaded after the page: they stay out of its first load, and
// follow the page's language.
import { watch } from 'vue'
import { createText, type Language } from '../shared/text'
import { language } from './text'

export function textsOf<Key extends string>(dictionaries: Record<Language, Readonly<Record<Key, string>>>) {
  const texts = createText(dictionaries, language.value)
  watch(language, (l) => { texts.language.value = l }, { flush: 'sync' })
  return texts.t
}

const added = new Set<string>()

/** Styles of a screen, once. As a file beside the script they would bring a loader into the first load. */
export function addStyles(css: string): void {
  if (added.has(css)) return
  added.add(css)
  const sheet = new CSSStyleSheet()
  sheet.replaceSync(css)
  document.adoptedStyleSheets = [...document.adoptedStyleSheets, sheet]
}
