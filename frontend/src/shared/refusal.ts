import { onBeforeUnmount, ref, type Ref } from 'vue'
import { NetworkError, ProblemError } from './problem'
import type { Values } from './text'

/** What a page says of a request that failed. */
export interface Refused { title: string; detail: string; number: string }

type Word = 'wait.title' | 'wait.help' | 'error.title' | 'error.fix' | `network.${NetworkError['reason']}`

/**
 * What became of requests that failed. Who asked too often waits, with the
 * seconds counted by the steady clock; everything else is told.
 */
export function useRefusals(t: (key: Word, values?: Values) => string): {
  wait: Ref<number>
  waited: Ref<boolean>
  told: Ref<string>
  refused: (e: unknown) => Refused | null
} {
  const wait = ref(0)
  const waited = ref(false)
  const told = ref('')
  let until = 0
  const timer = setInterval(() => {
    if (wait.value === 0) return
    wait.value = Math.max(0, Math.ceil((until - performance.now()) / 1000))
    waited.value = wait.value === 0
  }, 250)
  onBeforeUnmount(() => { clearInterval(timer) })

  function refused(e: unknown): Refused | null {
    if (!(e instanceof ProblemError)) return { title: t('error.title'), detail: e instanceof NetworkError ? t(`network.${e.reason}`) : '', number: '' }
    const p = e.problem
    if (p.status !== 429) {
      const detail = [p.detail ?? '', ...(p.errors ?? []).map((x) => x.detail)].filter(Boolean).join(' ')
      return { title: p.title, detail: detail || t('error.fix'), number: p.requestId }
    }
    const seconds = Math.max(1, p.retryAfterSeconds ?? 30)
    until = performance.now() + seconds * 1000
    wait.value = seconds
    told.value = `${t('wait.title')} ${t('wait.help', { n: seconds })}`
    return null
  }
  return { wait, waited, told, refused }
}
