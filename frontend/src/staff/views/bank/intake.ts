import { onScopeDispose, ref, shallowRef, watch, type Ref } from 'vue'
import { NetworkError } from '../../../shared/problem'
import { exchange, sendFile, type Fix, type Intake } from './exchange'

const POLL = 600
const POLL_LOST = 3_000
const underWay = (i: Intake | null) => i !== null && (i.state === 'reading' || i.state === 'importing')

/**
 * One file on its way into a bank. What is under way on the server is asked
 * for until it ends; a lost connection is no error, the work there goes on.
 */
export function useIntake(bank: string, id: Ref<string>) {
  const intake = shallowRef<Intake | null>(null)
  const sending = shallowRef<{ name: string; have: number; of: number } | null>(null)
  const error = shallowRef<unknown>(null)
  const lost = ref(false)
  let timer = 0
  let asking: AbortController | null = null

  function take(i: Intake): void {
    if (i.id !== id.value) return
    intake.value = i
    clearTimeout(timer)
    if (underWay(i)) timer = window.setTimeout(() => { void ask() }, POLL)
  }

  async function ask(): Promise<void> {
    const mine = new AbortController()
    asking?.abort()
    asking = mine
    const asked = id.value
    try {
      const got = await exchange.intake(bank, asked, mine.signal)
      if (mine.signal.aborted) return
      lost.value = false
      take(got)
    } catch (e) {
      if (mine.signal.aborted) return
      if (!(e instanceof NetworkError)) {
        error.value = e
        return
      }
      lost.value = true
      timer = window.setTimeout(() => { void ask() }, POLL_LOST)
    }
  }

  async function run(what: () => Promise<Intake>): Promise<void> {
    error.value = null
    try {
      take(await what())
    } catch (e) {
      error.value = e
    }
  }

  /** Sends a file under a new id and has it read. */
  async function send(fresh: string, name: string, file: Blob, point: string): Promise<void> {
    error.value = null
    try {
      sending.value = { name, have: 0, of: 1 }
      await sendFile(bank, fresh, name, file, (have, of) => { sending.value = { name, have, of } })
      take(await exchange.read(bank, fresh, '', point))
    } catch (e) {
      error.value = e
    } finally {
      sending.value = null
    }
  }

  const read = (format: string, point: string) => run(() => exchange.read(bank, id.value, format, point))
  /** Reads the file again as before, with one field of it corrected. */
  const fix = (f: Fix) => run(() => exchange.read(bank, id.value, intake.value?.format ?? '', intake.value?.point ?? '', [f]))
  const confirm = (digest: string, leave: string[]) => run(() => exchange.confirm(bank, id.value, digest, leave))

  watch(id, (now) => {
    clearTimeout(timer)
    asking?.abort()
    error.value = null
    lost.value = false
    intake.value = null
    if (now !== '' && sending.value === null) void ask()
  }, { immediate: true })
  onScopeDispose(() => {
    clearTimeout(timer)
    asking?.abort()
  })
  return { intake, sending, error, lost, send, read, fix, confirm }
}
