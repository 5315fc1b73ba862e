import type { components } from '../contract.gen'

// What a computer finds of itself. The places that it is tried on are arguments.

export type Report = components['schemas']['ComputerReport']
export type Fault = components['schemas']['ComputerFault']

const NAME = 'gongyuan.check'

/** Whether the computer keeps what it is given: written, read back, and removed. */
export async function keeps(storage: () => Storage, database: () => IDBFactory | null): Promise<boolean> {
  try {
    const s = storage()
    const mark = String(Math.random())
    s.setItem(NAME, mark)
    const same = s.getItem(NAME) === mark
    s.removeItem(NAME)
    return same && (await databaseKeeps(database()))
  } catch {
    return false // switched off, full, or in a private window
  }
}

function databaseKeeps(factory: IDBFactory | null): Promise<boolean> {
  if (!factory) return Promise.resolve(false)
  return new Promise((resolve) => {
    const open = factory.open(NAME, 1)
    open.onupgradeneeded = () => { open.result.createObjectStore('o') }
    open.onerror = () => { resolve(false) }
    open.onblocked = () => { resolve(false) }
    open.onsuccess = () => {
      const db = open.result
      const end = (ok: boolean) => {
        db.close()
        factory.deleteDatabase(NAME)
        resolve(ok)
      }
      const tx = db.transaction('o', 'readwrite')
      tx.objectStore('o').put('1', 'k')
      tx.onerror = tx.onabort = () => { end(false) }
      tx.oncomplete = () => {
        const read = db.transaction('o').objectStore('o').get('k')
        read.onerror = () => { end(false) }
        read.onsuccess = () => { end(read.result === '1') }
      }
    }
  })
}

export interface Answered { sent: number; came: number; server: number }

/** The slowest way there and back, and how far the clock is before the server's, by the quickest: its middle is known best. */
export function timing(answers: readonly Answered[]): { roundTripMs: number; offsetMs: number } {
  let slowest = 0
  let quickest: Answered | null = null
  for (const a of answers) {
    const took = a.came - a.sent
    slowest = Math.max(slowest, took)
    if (!quickest || took < quickest.came - quickest.sent) quickest = a
  }
  return { roundTripMs: Math.max(0, Math.round(slowest)), offsetMs: quickest ? Math.round((quickest.sent + quickest.came) / 2 - quickest.server) : 0 }
}
