import { onScopeDispose, ref, shallowRef, watch, type Ref, type ShallowRef } from 'vue'
import { language } from './i18n'
import { isSignedOut } from './problem'
import { signedIn } from './session'

/** quiet: under way but not worth a word yet; slow: for 5 s and more. */
export type Phase = 'idle' | 'quiet' | 'loading' | 'slow' | 'cancelled'

export interface Load<T> {
  data: ShallowRef<T | null>
  error: ShallowRef<unknown>
  phase: Ref<Phase>
  /** When `data` came, by this computer's clock. */
  at: Ref<number>
  run: () => Promise<void>
  cancel: () => void
}

const WORD_AFTER = 300
const SLOW_AFTER = 5_000

/**
 * Loads something and says how it goes. What was there stays while it is
 * loaded again. It loads anew when the language changes, since the server
 * speaks it too, and after a sign-in that the load was refused for.
 */
export function useLoad<T>(fetcher: (signal: AbortSignal) => Promise<T>): Load<T> {
  const data = shallowRef<T | null>(null)
  const error = shallowRef<unknown>(null)
  const phase = ref<Phase>('idle')
  const at = ref(0)
  let going: AbortController | null = null

  async function run(): Promise<void> {
    going?.abort()
    const mine = new AbortController()
    going = mine
    phase.value = 'quiet'
    const timers = [
      setTimeout(() => { if (going === mine) phase.value = 'loading' }, WORD_AFTER),
      setTimeout(() => { if (going === mine) phase.value = 'slow' }, SLOW_AFTER),
    ]
    try {
      const got = await fetcher(mine.signal)
      if (going !== mine) return
      data.value = got
      at.value = Date.now()
      error.value = null
      phase.value = 'idle'
    } catch (e) {
      if (going !== mine) return
      phase.value = 'idle'
      error.value = e
    } finally {
      timers.forEach(clearTimeout)
      if (going === mine) going = null
    }
  }

  function cancel(): void {
    going?.abort()
    going = null
    phase.value = 'cancelled'
  }

  const stop = [
    watch(language, () => { if (data.value !== null) void run() }),
    watch(signedIn, (now) => { if (now === 'in' && isSignedOut(error.value)) void run() }),
  ]
  onScopeDispose(() => {
    going?.abort()
    going = null
    stop.forEach((s) => { s() })
  })
  return { data, error, phase, at, run, cancel }
}
