// Facts about the page, for people to weigh: that it was left, that something
// was copied or pasted, that full screen was left. Nothing follows from them
// here, and what cannot be sent is tried again and kept in no store.
import { shallowRef } from 'vue'
import type { components } from '../../contract.gen'
import { api, page, state } from '../page'
import { ProblemError } from '../../shared/problem'

type Signal = components['schemas']['SignalName']
interface Sign { id: string; signal: Signal; note: string }
/** Whose attempt it is of: another may sit here before it could be sent. */
type Queued = Sign & { attempt: string }

/** Shorter absences are a blink of the system: a window that flashes up, a change of the input method. */
const blink = 1_000
/** Who is away for so long is noted before coming back. */
const long = 60_000
const most = 50

let queue: Queued[] = []
let timer: ReturnType<typeof setTimeout> | undefined
let sending = false

/** How long the page was left, in milliseconds, until the candidate has read it. */
export const leftFor = shallowRef<number | null>(null)

export const newId = (): string => Array.from(crypto.getRandomValues(new Uint8Array(16)), (b) => b.toString(16).padStart(2, '0')).join('')

/** Signals are of who answers: not of who waits, looks on, or was told to leave the room. */
function answering(): boolean {
  const { screen, work } = state.value
  return (screen.name === 'exam' || screen.name === 'check') && work !== null && work.lease.kind === 'mine' && work.pause === null
}

export function note(signal: Signal, text = ''): void {
  const attempt = state.value.work?.attempt
  if (!attempt || !answering() || queue.length >= most) return
  queue.push({ id: newId(), signal, note: text, attempt })
  plan(1_000)
}

function plan(ms: number): void {
  clearTimeout(timer)
  timer = setTimeout(() => { void flush() }, ms)
}

async function flush(): Promise<void> {
  const attempt = state.value.work?.attempt
  if (sending || !attempt) return
  queue = queue.filter((q) => q.attempt === attempt)
  const batch = queue.slice(0, 20)
  if (batch.length === 0) return
  sending = true
  let wait = 1_000
  const signals = batch.map(({ id, signal, note }): Sign => ({ id, signal, note }))
  try {
    await api.call('post', '/api/v1/attempts/{attempt}/signals', { path: { attempt }, body: { signals } })
    queue = queue.filter((q) => !batch.includes(q))
  } catch (e) {
    // What the server refuses, it would refuse again; a server in trouble has refused nothing.
    if (refused(e)) queue = queue.filter((q) => !batch.includes(q))
    else wait = 15_000
  }
  sending = false
  if (queue.length > 0) plan(wait)
}

const refused = (e: unknown) => e instanceof ProblemError && e.problem.status < 500 && ![401, 408, 429].includes(e.problem.status)

let since = 0
let noted = false
let patience: ReturnType<typeof setTimeout> | undefined

function look(): void {
  const away = document.hidden || !document.hasFocus()
  if (away && since === 0 && answering()) {
    since = performance.now()
    noted = false
    patience = setTimeout(() => { noted = true; note('left-window', '> 60 s') }, long)
  } else if (!away && since !== 0) {
    const ms = performance.now() - since
    since = 0
    clearTimeout(patience)
    if (ms < blink || !answering()) return
    if (!noted) note('left-window', `${Math.round(ms / 1_000)} s`)
    leftFor.value = ms
  }
}

/** A browser that was made full screen by its own key has no full-screen element. */
export const isFull = (): boolean => document.fullscreenElement !== null || window.innerHeight >= screen.height

export const full = shallowRef(isFull())

export function watchPage(): void {
  document.addEventListener('visibilitychange', look)
  window.addEventListener('blur', () => setTimeout(look, 0))
  window.addEventListener('focus', look)
  document.addEventListener('copy', () => note('copied'))
  document.addEventListener('cut', () => note('copied'))
  document.addEventListener('paste', () => note('pasted'))
  const sized = () => {
    const before = full.value
    full.value = isFull()
    if (before && !full.value && state.value.exam?.exam.access?.fullScreen) note('left-full-screen')
  }
  document.addEventListener('fullscreenchange', sized)
  window.addEventListener('resize', sized)
  window.addEventListener('online', () => { if (queue.length > 0) plan(page.spread(3_000)) })
}
