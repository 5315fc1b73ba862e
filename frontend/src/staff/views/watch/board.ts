import { onScopeDispose, ref, shallowRef, watch } from 'vue'
import { createEventParser } from '../../../shared/sse'
import { client } from '../../api'
import type { Board, BoardSeat, Progress, ProgressRow } from '../../lib/types'
import { signedIn } from '../../session'
import { live } from './api'

/** Where the stream breaks, the board is asked for this often, in ms. */
export const POLL_EVERY = 15_000
/** The server says the time each 5 s; a stream without a byte for so long is dead. */
const SILENCE = 14_000
const WAIT_MOST = 15_000

/** What is known of the seats: the whole board, and what changed since. */
export function merged(before: ReadonlyMap<string, BoardSeat>, b: Board): Map<string, BoardSeat> {
  const out = new Map(b.whole ? [] : before)
  for (const s of b.seats) out.set(s.registration, s)
  return out
}

/** Whether a board is older than what is known already: an answer can be overtaken by what was pushed. */
export function behind(id: string, known: string): boolean {
  const [epoch, n] = id.split('.')
  const [ours, last] = known.split('.')
  return epoch === ours && Number(n) < Number(last)
}

/** The seats as the pages about time know them. */
export function progressOf(seats: readonly BoardSeat[], at: string): Progress {
  const rows = seats.filter((s) => s.attempt !== '').map((s) => rowOf(s, at))
  const count = (state: ProgressRow['state']) => rows.filter((r) => r.state === state).length
  return { serverNow: at, ready: count('ready'), running: count('running'), paused: count('paused'), closed: count('closed'), rows }
}

function rowOf(s: BoardSeat, at: string): ProgressRow {
  const { registration, attempt, admission, name, room, seat, state, answered, total } = s
  const row: ProgressRow = { registration, attempt, admission, name, room, seat, state, answered, total }
  if (s.lostSince) row.lastSeen = s.lostSince
  // While the clock stands still the deadline recedes.
  if (s.deadline) row.deadline = s.pausedSince ? new Date(Date.parse(s.deadline) + Math.max(0, Date.parse(at) - Date.parse(s.pausedSince))).toISOString() : s.deadline
  return row
}

/**
 * The live board of a sitting: pushed, and where the stream breaks asked for
 * each 15 s until there is one again.
 */
export function useBoard(id: string) {
  const seats = shallowRef<BoardSeat[] | null>(null)
  const at = ref('') // the server's time of the last news
  const received = ref(0) // by this computer's clock
  const error = shallowRef<unknown>(null)
  const streaming = ref(false)
  let known = new Map<string, BoardSeat>()
  let last = ''
  let breaks = 0
  let over = false
  const abort = new AbortController()
  const timers = new Set<ReturnType<typeof setTimeout>>()

  function after(ms: number, then: () => void): void {
    const timer = setTimeout(() => { timers.delete(timer); then() }, ms)
    timers.add(timer)
  }

  // Several changes within a moment are drawn once.
  let drawing = false
  function draw(): void {
    if (drawing) return
    drawing = true
    after(100, () => { drawing = false; seats.value = [...known.values()] })
  }

  function heard(time: string): void {
    at.value = time
    received.value = Date.now()
    error.value = null
  }

  function take(b: Board): void {
    known = merged(known, b)
    last = b.id
    heard(b.at)
    if (seats.value === null) seats.value = [...known.values()]
    else draw()
  }

  function pushed(name: string, data: string): void {
    let value: unknown
    try {
      value = JSON.parse(data)
    } catch {
      return // the next one says it again
    }
    streaming.value = true
    breaks = 0
    if (name === 'board') take(value as Board)
    else if (name === 'time') heard((value as { at: string }).at)
  }

  async function listen(): Promise<void> {
    if (over || signedIn.value !== 'in') return
    try {
      const parse = createEventParser(({ name, data }) => { if (!over) pushed(name, data) })
      await client.stream('/api/v1/sittings/{sitting}/board/events', { path: { sitting: id }, query: last ? { after: last } : {}, signal: abort.signal, timeoutMs: SILENCE }, parse)
    } catch (e) {
      if (seats.value === null) error.value = e
    }
    streaming.value = false
    if (!over) after(Math.min(WAIT_MOST, 500 * 2 ** breaks++) + Math.random() * 500, () => { void listen() })
  }

  /** Asks once, whether the stream is there or not. */
  async function look(): Promise<void> {
    try {
      const b = await live.board(id, abort.signal)
      if (over || behind(b.id, last)) return
      known = merged(known, b)
      heard(b.at)
      seats.value = [...known.values()]
    } catch (e) {
      if (!over) error.value = e
    }
  }

  function poll(): void {
    if (over) return
    if (!streaming.value && signedIn.value === 'in' && Date.now() - received.value >= POLL_EVERY - 500) void look()
    after(1_000, poll)
  }

  void listen()
  after(2_000, poll)
  const stop = watch(signedIn, (now) => { if (now === 'in' && !streaming.value) void listen() })
  onScopeDispose(() => {
    over = true
    abort.abort()
    stop()
    timers.forEach(clearTimeout)
  })
  return { seats, at, received, error, streaming, look }
}
