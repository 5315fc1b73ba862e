import { shallowRef, type ShallowRef } from 'vue'

export const languages = ['zh-CN', 'en'] as const
export type Language = (typeof languages)[number]

type Dictionary<Key extends string> = Readonly<Record<Key, string>>
export type Values = Record<string, string | number>

/**
 * Fills a text: `{name}` takes the value, `{n|one|other}` takes the first form
 * when n is 1 and else the second. A text that lacks a value keeps the braces,
 * so that a mistake is seen.
 */
export function fill(text: string, values: Values = {}): string {
  return text.replace(/\{(\w+)(?:\|([^|{}]*)\|([^{}]*))?\}/g, (whole, name: string, one?: string, other?: string) => {
    const value = values[name]
    if (value === undefined) return whole
    if (one === undefined || other === undefined) return typeof value === 'number' ? grouped(value) : value
    return Number(value) === 1 ? one : other
  })
}

/** 10,284 */
function grouped(n: number): string {
  return String(n).replace(/^-/, '\u2212').replace(/\B(?=(\d{3})+(?!\d)(?!.*\.))/g, ',')
}

/** A page's texts in both languages, with the language in use as a ref. */
export function createText<Key extends string>(dictionaries: Record<Language, Dictionary<Key>>, initial: Language = 'zh-CN') {
  const language: ShallowRef<Language> = shallowRef(initial)
  return {
    language,
    t: (key: Key, values?: Values): string => fill(dictionaries[language.value][key], values),
  }
}
