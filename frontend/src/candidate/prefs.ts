// How this person wants to see the page; kept by the browser, applied to the
// document.
import { computed, shallowRef, watchEffect } from 'vue'
import type { Language } from '../shared/text'
import type { View } from './state'
import { recall, remember } from './store'
import { language, speak } from './text'

const sizes = ['', 'l', 'xl'] as const
export type Size = (typeof sizes)[number]
const themes = ['', 'contrast'] as const
export type Theme = (typeof themes)[number]
const views = ['one', 'list'] as const satisfies readonly View[]
const timers = ['seconds', 'minutes', 'folded'] as const
export type TimerStyle = (typeof timers)[number]

function pref<T extends string>(name: string, allowed: readonly [T, ...T[]]) {
  const known = recall(name)
  const chosen = shallowRef<T>(allowed.find((x) => x === known) ?? allowed[0])
  return computed<T>({
    get: () => chosen.value,
    set: (next) => { chosen.value = next; remember(name, next) },
  })
}

const own = pref<Size>('size', sizes)
const granted = shallowRef('')

/** Text size. Large text that was granted counts for whoever it was granted until they choose a size themselves. */
export const size = computed<Size>({
  get: () => (granted.value ? 'l' : own.value),
  set: (next) => {
    own.value = next
    if (granted.value) remember('sized', granted.value)
    granted.value = ''
  },
})

/** Tells to whom large text was granted, by admission number; empty for nobody. */
export function grantLarge(admission: string): void {
  granted.value = recall('sized') === admission ? '' : admission
}
export const theme = pref<Theme>('theme', themes)
export const view = pref<View>('view', views)
export const timerStyle = pref<TimerStyle>('timer', timers)

export async function setLanguage(next: Language): Promise<void> {
  await speak(next)
  remember('language', next)
}

/** The language this browser was left in; Chinese if that cannot be loaded. */
export function recallLanguage(): Promise<void> {
  return speak(recall('language') === 'en' ? 'en' : 'zh-CN').catch(() => undefined)
}

export function applyPrefs(root: HTMLElement): void {
  watchEffect(() => {
    root.dataset.size = size.value
    root.dataset.theme = theme.value
    root.lang = language.value
  })
}
