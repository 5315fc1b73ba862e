import { computed, onScopeDispose, ref, watch } from 'vue'
import { api } from '../../api'
import { STALE_AFTER } from '../../lib/progress'
import { clock } from '../../lib/time'
import { useLoad } from '../../load'
import { signedIn } from '../../session'
import { live } from './api'
import { POLL_EVERY, progressOf, useBoard } from './board'

/** How often what is measured of losses is asked for besides each change of a seat that was cut off. */
const EVERY = 15_000

/**
 * How a sitting goes: the seats are pushed; measured losses, calls and what was
 * done are asked for when a seat shows that there is something new. Time is
 * counted on every second. Data that could not be renewed stays, with its time.
 */
export function usePoll(id: string) {
  const sitting = useLoad((signal) => api.sitting(id, signal))
  const incidents = useLoad((signal) => live.incidents(id, signal))
  const calls = useLoad((signal) => live.calls(id, signal))
  const board = useBoard(id)
  const seats = computed(() => board.seats.value ?? [])
  const progress = computed(() => (board.seats.value ? progressOf(board.seats.value, board.at.value) : null))

  async function look(): Promise<void> {
    await Promise.all([board.look(), incidents.run(), calls.run()])
  }
  void sitting.run()
  void incidents.run()
  void calls.run()

  const local = ref(Date.now())
  let asked = Date.now()
  const tick = setInterval(() => {
    local.value = Date.now()
    // Nobody is asked while signed out; a slow answer is waited for.
    if (local.value - asked < EVERY || signedIn.value !== 'in') return
    asked = local.value
    for (const load of [incidents, calls, sitting]) if (load.phase.value === 'idle') void load.run()
  }, 1_000)
  onScopeDispose(() => { clearInterval(tick) })
  watch(() => seats.value.filter((s) => s.lostSince).map((s) => s.registration).join(), () => { void incidents.run() })
  // A call that another has taken is news as well.
  watch(() => seats.value.map((s) => `${s.help}.${s.taken ?? 0}`).join(), () => { void calls.run() })

  const now = computed(() => (progress.value ? Date.parse(board.at.value) + (local.value - board.received.value) : local.value))
  const stale = computed(() => progress.value !== null && local.value - board.received.value > (board.streaming.value ? STALE_AFTER : POLL_EVERY + STALE_AFTER))
  const seen = computed(() => clock(progress.value ? board.at.value : local.value))
  // While the data is old, silence is counted to the moment it came: what was
  // not heard of since then may be our own line.
  const heard = computed(() => (stale.value && progress.value ? Date.parse(board.at.value) : now.value))
  return { sitting, board, seats, progress, incidents, calls, look, now, stale, seen, heard }
}
