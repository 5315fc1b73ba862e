import { onScopeDispose, ref, shallowRef, watch, type Ref, type ShallowRef } from 'vue'
import { line } from './api'
import type { Breach, PanelPlan } from './types'

/** Whether the rules were looked at: nothing to look at, asked, answered, no answer. */
export type Checking = 'idle' | 'asking' | 'known' | 'failed'

export interface Fit {
  state: Ref<Checking>
  breaches: ShallowRef<readonly Breach[]>
  /** Asks now if something is to be asked, and returns when there is an answer. */
  settle: () => Promise<void>
}

const pause = 250

/** Asks the server which rules a panel breaks whenever it changes; `plan` is null while there is nothing to ask. */
export function useFit(sitting: string, plan: () => PanelPlan | null): Fit {
  const state = ref<Checking>('idle')
  const breaches = shallowRef<readonly Breach[]>([])
  let timer: ReturnType<typeof setTimeout> | undefined
  let going: AbortController | null = null

  async function ask(): Promise<void> {
    clearTimeout(timer)
    timer = undefined
    going?.abort()
    const what = plan()
    if (!what) {
      state.value = 'idle'
      breaches.value = []
      return
    }
    const mine = new AbortController()
    going = mine
    state.value = 'asking'
    try {
      const found = await line.checkPanel(sitting, what, mine.signal)
      if (going !== mine) return
      breaches.value = found
      state.value = 'known'
    } catch {
      if (going !== mine) return
      breaches.value = []
      state.value = 'failed'
    }
  }
  watch(() => JSON.stringify(plan()), () => {
    clearTimeout(timer)
    if (plan()) state.value = 'asking'
    timer = setTimeout(() => { void ask() }, pause)
  }, { immediate: true })
  onScopeDispose(() => {
    clearTimeout(timer)
    going?.abort()
    going = null
  })
  return { state, breaches, settle: ask }
}
