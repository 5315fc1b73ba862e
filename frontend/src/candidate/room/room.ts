// The exam room on the candidate's page: what the invigilator says, asking for
// somebody, facts about the page, and what the sitting asks of who enters. It
// is loaded after the page itself, so that an old computer has the exam first,
// and the exam goes on without it.
import { shallowRef, watch } from 'vue'
import type { components } from '../../contract.gen'
import { api, page, say, state, type Room } from '../page'
import Gate from './Gate.vue'
import Help from './Help.vue'
import Lock from './Lock.vue'
import { t } from './messages'
import Notices from './Notices.vue'
import { bindSeb, sebProof } from './seb'
import { newId, watchPage } from './signals'

export type Told = components['schemas']['Told']
export type Notice = components['schemas']['Notice']
type CallKind = components['schemas']['CallKind']

const nothing: Told = { notices: [], calls: [] }
export const told = shallowRef<Told>(nothing)
/** Notices that the candidate has read and whose reading is on its way. */
export const reading = shallowRef<ReadonlySet<string>>(new Set())
/** The last reading did not arrive. */
export const readFailed = shallowRef(false)
/** The invigilator, or a failed check, has locked the page. */
export const locked = shallowRef(false)
export const startCode = shallowRef('')

const attempt = () => state.value.work?.attempt ?? state.value.exam?.attempt.id ?? ''

let timer: ReturnType<typeof setTimeout> | undefined
function plan(ms: number): void {
  clearTimeout(timer)
  timer = setTimeout(() => { void look() }, ms)
}

/** Where something is pushed, a look now and then makes up for a word that was lost. */
const regular = () => page.spread(page.live() ? 120_000 : 30_000)

let newest = 0
async function look(): Promise<void> {
  const id = attempt()
  plan(regular())
  if (!id || !api.session || state.value.receipt) return
  const mine = ++newest
  try {
    const { data } = await api.call('get', '/api/v1/attempts/{attempt}/notices', { path: { attempt: id } })
    if (mine === newest && id === attempt()) take(data)
  } catch {
    plan(page.spread(10_000))
  }
  if (reading.value.size > 0) void sendRead()
}

function take(data: Told): void {
  const known = new Set(told.value.notices.map((n) => n.id))
  for (const n of data.notices) if (!n.read && !known.has(n.id)) say(`${t(`notice.${kindOf(n)}`)} ${n.text}`, n.kind !== 'message')
  told.value = data
  if (locked.value && !data.locked) say(t('lock.gone'), true)
  if (!locked.value && data.locked) say(`${t('lock.title')} ${data.locked.text} ${t('lock.saved')}`, true)
  locked.value = data.locked !== undefined
  const open = new Set(data.notices.filter((n) => !n.read).map((n) => n.id))
  reading.value = new Set([...reading.value].filter((id) => open.has(id)))
}

export function kindOf(n: Notice): 'message' | 'warn' | 'evacuate' {
  return n.kind === 'warn' || n.kind === 'evacuate' ? n.kind : 'message'
}

/** Notes that a notice was read. It is shown until the server knows. */
export function read(id: string): void {
  reading.value = new Set(reading.value).add(id)
  void sendRead()
}

let busy = false
async function sendRead(): Promise<void> {
  const id = attempt()
  if (busy || !id) return
  busy = true
  newest++
  try {
    const { data } = await api.call('post', '/api/v1/attempts/{attempt}/notices', { path: { attempt: id }, body: { read: [...reading.value].slice(0, 50) } })
    readFailed.value = false
    take(data)
  } catch {
    readFailed.value = true
    plan(page.spread(5_000))
  } finally {
    busy = false
  }
}

/** Asks for somebody; the same `call` sent again is the same call. It throws what the API throws. */
export async function raise(call: { id: string; kind: CallKind; slot?: number; text: string }): Promise<void> {
  newest++
  const { data } = await api.call('post', '/api/v1/attempts/{attempt}/calls', { path: { attempt: attempt() }, body: call })
  take(data)
}

export { newId }

// Whoever sits down next begins with nothing of the one before.
watch(() => attempt(), () => {
  newest++
  told.value = nothing
  reading.value = new Set()
  readFailed.value = false
  startCode.value = ''
  locked.value = false
  plan(page.spread(2_000))
})

/** What is new is asked for at once; what a stream says at its beginning, not by a whole room in one instant. */
function noticed(data: string): void {
  plan(data.includes('first') ? page.spread(2_000) : 0)
}

function proof(entering: boolean): object {
  const seb = sebProof()
  return { ...(seb ? { seb } : {}), ...(entering && startCode.value ? { startCode: startCode.value } : {}) }
}

watchPage()
bindSeb()
plan(page.spread(2_000))

const leaving = () => told.value.notices.find((n) => n.kind === 'evacuate' && !n.read)?.text ?? ''

export const room: Room = { Gate, Help, Lock, Notices, noticed, proof, leaving }
