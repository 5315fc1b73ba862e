import { shallowRef, watch } from 'vue'
import { NetworkError } from '../../../shared/problem'
import { away, session, signedIn } from '../../session'
import { line } from './api'
import { createFiles } from '../../../shared/files'
import { client } from '../../api'
import { language } from '../../i18n'
import { Album } from './album'
import { Outbox } from './outbox'
import { openChannel, openKeep } from './store'

// The examiner's desk: one outbox for the person who is signed in. It lives as
// long as the page and sends what was entered whichever view is open.

/** Null until the device's store has answered. */
export const outbox = shallowRef<Outbox | null>(null)
/** The photographs and papers, likewise. */
export const album = shallowRef<Album | null>(null)
/** Sends and reads files as whoever is signed in. */
export const files = createFiles({ api: client, language: () => language.value })
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
  const keep = await openKeep()
  const box = new Outbox({
    person, keep, channel: (hear) => openChannel(person, hear),
    server: {
      score: (k) => own(() => line.score(k.sitting, k.kind, k.draw)),
      save: (k, body) => own(() => line.saveScore(k.sitting, k.kind, k.draw, body)),
      lock: (k, version) => own(() => line.lockScore(k.sitting, k.kind, k.draw, version)),
    },
  })
  const pictures = new Album({
    person, keep, channel: (hear) => openChannel(`${person}-files`, hear),
    server: {
      list: (k) => own(() => line.files(k.sitting, k.kind, k.draw)),
      begin: (k, body) => own(() => line.attach(k.sitting, k.kind, k.draw, body)),
      put: (file, part, bytes) => own(() => files.put(file, part, bytes)),
      complete: (file) => own(() => line.completeFile(file)),
      remove: (file) => own(() => line.removeFile(file)),
    },
  })
  await box.resume()
  await pictures.resume()
  if (desk?.person === person) {
    outbox.value = box
    album.value = pictures
  }
  return box
}

function leave(): void {
  void desk?.box.then((box) => {
    box.close()
    return box.forgetFaces()
  })
  album.value?.close()
  desk = null
  outbox.value = null
  album.value = null
}

watch(away, (now) => { if (!now && signedIn.value === 'in') hurry() })
watch(signedIn, (now) => {
  if (now === 'in' && session.value?.subject === desk?.person) hurry()
  if (now === 'out') leave()
})

function hurry(): void {
  outbox.value?.hurry()
  album.value?.hurry()
}

if (typeof window !== 'undefined') {
  window.addEventListener('online', hurry)
  // A page that was put aside hears nothing: when it is looked at again it looks for itself.
  document.addEventListener('visibilitychange', () => { if (document.visibilityState === 'visible') outbox.value?.look() })
  window.addEventListener('pageshow', (e) => { if (e.persisted) outbox.value?.look() })
  window.addEventListener('beforeunload', (e) => {
    // Only where something would be lost; what is kept on the device needs no question.
    if (outbox.value?.unsafe || album.value?.unsafe) e.preventDefault()
  })
}
