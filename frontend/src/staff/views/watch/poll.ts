import { computed, onScopeDispose, ref, watch } from 'vue'
import { api } from '../../api'
import { serverTime, STALE_AFTER } from '../../lib/progress'
import { clock } from '../../lib/time'
import { useLoad } from '../../load'
import { signedIn } from '../../session'
import { live } from './api'

const EVERY = 5_000

/**
 * How a sitting goes: seats and measured incidents are asked for every 5 s,
 * time is counted on every second. Data that could not be renewed stays, with
 * its time.
 */
export function usePoll(id: string) {
  const sitting = useLoad((signal) => api.sitting(id, signal))
  const progress = useLoad((signal) => api.progress(id, signal))
  const incidents = useLoad((signal) => live.incidents(id, signal))

  async function look(): Promise<void> {
    await Promise.all([progress.run(), incidents.run()])
  }
  void sitting.run()
  void look()

  const local = ref(Date.now())
  let asked = Date.now()
  const tick = setInterval(() => {
    local.value = Date.now()
    // Nobody is asked while signed out; a slow answer is waited for.
    if (local.value - asked < EVERY || signedIn.value !== 'in' || progress.phase.value !== 'idle') return
    asked = local.value
    void progress.run()
    if (incidents.phase.value === 'idle') void incidents.run()
  }, 1_000)
  onScopeDispose(() => { clearInterval(tick) })
  // The state of the sitting changes rarely: it is asked for with every sixth look.
  let looks = 0
  watch(progress.at, () => { if (++looks % 6 === 0) void sitting.run() })

  const p = progress.data
  const now = computed(() => (p.value ? serverTime(p.value, progress.at.value, local.value) : local.value))
  const stale = computed(() => p.value !== null && local.value - progress.at.value > STALE_AFTER)
  const seen = computed(() => clock(p.value ? p.value.serverNow : local.value))
  // While the data is old, silence is counted to the moment it came: what was
  // not heard of since then may be our own line.
  const heard = computed(() => (stale.value && p.value ? Date.parse(p.value.serverNow) : now.value))
  return { sitting, progress, incidents, look, now, stale, seen, heard }
}
