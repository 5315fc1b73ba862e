// The one page: its session, its time, and what it says aloud.
import { shallowRef, type Component } from 'vue'
import { createApi } from '../shared/api'
import { ServerClock } from '../shared/time'
import type { ServerMs } from '../shared/brand'
import { createSession } from './session'
import { saveAs } from './download'
import { deviceId, openStore, recall, remember } from './store'
import { language } from './text'

const clock = new ServerClock(() => performance.now())
export const api = createApi({ audience: 'candidate', language: () => language.value, onSignedOut: () => page.onSignedOut(), onSession: () => undefined })

/**
 * What the page that loses the exam to this computer reads. A room names its
 * computers once by opening the page with ?device=03考场备用机02.
 */
function deviceLabel(): string {
  const named = recall('label')
  if (named) return named.slice(0, 64)
  const agent = navigator.userAgent
  const system = /Windows|Android|iPhone|iPad|Mac OS|Linux/.exec(agent)?.[0] ?? '?'
  const browser = /(Edg|Chrome|Firefox|Safari)\/(\d+)/.exec(agent)
  return `${system}, ${browser ? `${browser[1]} ${browser[2]}` : '?'}, ${deviceId().slice(0, 4).toUpperCase()}`
}

const named = new URLSearchParams(location.search).get('device')
if (named) remember('label', named)

/** What room/room.ts brings. */
export interface Room {
  readonly Gate: Component
  readonly Help: Component
  readonly Lock: Component
  readonly Notices: Component
  noticed(data: string): void
  proof(entering: boolean): object
  /** What is said to those who are to leave the room, until they have read it. */
  leaving(): string
}
export const room = shallowRef<Room | null>(null)

/** screens/Result.vue, once it was asked for. */
export const resultScreen = shallowRef<Component | null>(null)

/** Loaded after the page, and again until it is there. */
export function openRoom(): void {
  import('./room/room').then((m) => { room.value = m.room }, () => setTimeout(openRoom, 10_000))
}

export const page = createSession({
  api, clock, openStore: () => openStore(), deviceLabel,
  loadResult: async () => { resultScreen.value = (await import('./screens/Result.vue')).default },
  noticed: (data) => room.value?.noticed(data), proof: (entering) => room.value?.proof(entering),
})
export const state = page.state

/** Writes what is not durable into a file of the computer; the file's name, or null where there is nothing to write. */
export function saveFile(): string | null {
  const file = page.saveFile()
  if (file) saveAs(file.name, file.text)
  return file?.name ?? null
}

/** The server's time, by the second. */
export const now = shallowRef<ServerMs>(0 as ServerMs)

export function startTime(): void {
  const update = () => {
    const second = (Math.floor(page.now() / 1000) * 1000) as ServerMs
    if (second !== now.value) now.value = second
  }
  update()
  setInterval(update, 200)
}

/** What screen readers say, apart from what is shown. */
export const polite = shallowRef('')
export const assertive = shallowRef('')

export function say(text: string, urgent = false): void {
  const region = urgent ? assertive : polite
  // The same words twice are only heard if they change in between.
  region.value = ''
  setTimeout(() => { region.value = text }, 50)
}
