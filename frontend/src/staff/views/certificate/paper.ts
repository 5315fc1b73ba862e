import { ref, shallowRef } from 'vue'
import { saveFile } from '../../save'
import { line } from '../assess/api'

/** Fetches certificates on paper, one at a time, and hands them to the browser. */
export function usePaper() {
  const busy = ref(false)
  const failed = shallowRef<unknown>(null)
  async function take(of: { number: string } | { sitting: string }, name: string): Promise<void> {
    if (busy.value) return
    busy.value = true
    failed.value = null
    try {
      saveFile(`${name}.pdf`, await line.paper(of))
    } catch (e) {
      failed.value = e
    } finally {
      busy.value = false
    }
  }
  return { busy, failed, take }
}
