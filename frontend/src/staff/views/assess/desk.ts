import { shallowRef, watch } from 'vue'
import { NetworkError } from '../../../shared/problem'
import { session, signedIn } from '../../session'
import { line } from './api'
import { Outbox } from './outbox'
import { openKeep } from './store'

// The examiner's desk: one outbox for the person who is signed in. It lives as
// long as the page and sends what was entered whichever view is open.

/** Null until the device's store has answered. */
export const outbox = shallowRef<Outbox | null>(null)
let desk: { person: string; box: Promise<Outbox> } | null = null

/** Opens the desk of whoever is signed in; every view may call it. */
export function openDesk(): Promise<Outbox> {
  const person = session.value?.subject ?? ''
  if (desk?.person === person) return desk.box
  leave()
  const box = begin(person)
  desk = { person, box }
  return box
}

async function begin(person: string): Promise<Outbox> {
  // Nobody's scores go out under another person's sign-in.
  const own = <T>(call: () => Promise<T>): Promise<T> =>
    session.value?.subject === person ? call() : Promise.reject(new NetworkError('unreachable'))
  const box = new Outbox({
    person, keep: await openKeep(),
    server: {
      score: (k) => own(() => line.score(k.sitting, k.kind, k.draw)),
      save: (k, body) => own(() => line.saveScore(k.sitting, k.kind, k.draw, body)),
      lock: (k, version) => own(() => line.lockScore(k.sitting, k.kind, k.draw, version)),
    },
  })
  await box.resume()
  if (desk?.person === person) outbox.value = box
  return box
}

function leave(): void {
  void desk?.box.then((box) => { box.close() })
  desk = null
  outbox.value = null
}

watch(signedIn, (now) => {
  if (now === 'in' && session.value?.subject === desk?.person) outbox.value?.hurry()
  if (now === 'out') leave()
})
if (typeof window !== 'undefined') window.addEventListener('online', () => { outbox.value?.hurry() })
