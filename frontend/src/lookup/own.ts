import { nextTick, onBeforeUnmount, ref, type Ref } from 'vue'
import { createApi, type Api } from '../shared/api'
import { NetworkError, ProblemError } from '../shared/problem'
import { language, t } from './text'

export interface Own {
  id: string
  api: Api
  step: Ref<'shut' | 'who' | 'in'>
  number: Ref<string>
  tried: Ref<boolean>
  busy: Ref<boolean>
  failed: Ref<string>
  done: Ref<string>
  focus: (id: string) => Promise<void>
  doing: (work: () => Promise<void>) => Promise<void>
  open: () => void
  type: (text: string) => void
  enter: () => Promise<void>
  shut: () => Promise<void>
}

/**
 * What candidates do for themselves below their results. A code may be seen by
 * others, so that it takes the identity number as well; the session ends with
 * the page. `load` gets what is shown once they are in, `clear` forgets it.
 */
export function useOwn(id: string, admission: () => string, load: (api: Api) => Promise<void>, clear: () => void): Own {
  const api = createApi({ audience: 'candidate', language: () => language.value })
  const step = ref<'shut' | 'who' | 'in'>('shut')
  const number = ref('')
  const tried = ref(false)
  const busy = ref(false)
  const failed = ref('')
  const done = ref('')
  onBeforeUnmount(() => { void leave() })

  async function focus(at: string): Promise<void> {
    await nextTick()
    document.getElementById(at)?.focus()
  }
  async function doing(work: () => Promise<void>): Promise<void> {
    if (busy.value) return
    busy.value = true
    failed.value = ''
    done.value = ''
    try {
      await work()
    } catch (e) {
      if (e instanceof ProblemError) failed.value = [e.problem.title, e.problem.detail, ...(e.problem.errors ?? []).map((x) => x.detail)].filter(Boolean).join(' ')
      else failed.value = e instanceof NetworkError ? t(`network.${e.reason}`) : t('error.title')
    } finally {
      busy.value = false
    }
  }
  async function enter(): Promise<void> {
    tried.value = true
    if (number.value.trim() === '') return focus(`${id}-id`)
    await doing(async () => {
      await api.loginCandidate({ admission: admission(), idNumber: number.value })
      number.value = ''
      await load(api)
      tried.value = false
      step.value = 'in'
      await focus(`${id}-h`)
    })
  }
  async function leave(): Promise<void> {
    if (api.session) await api.logout().catch(() => undefined)
  }
  function open(): void {
    step.value = 'who'
    done.value = ''
    void focus(`${id}-id`)
  }
  async function shut(): Promise<void> {
    await leave()
    clear()
    step.value = 'shut'
    failed.value = ''
    done.value = t('ask.closed')
    await focus(`${id}-open`)
  }
  return { id, api, step, number, tried, busy, failed, done, focus, doing, open, type: (text) => { number.value = text }, enter, shut }
}
