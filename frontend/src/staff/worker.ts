import { shallowRef } from 'vue'

// The service worker: it lets the examiner's pages open without a network. A
// new version waits until somebody asks for it; no page is ever reloaded by
// itself.

/** The version that waits; null while there is none. */
export const waiting = shallowRef<ServiceWorker | null>(null)
let begun = false

/** Looks for a new version this often while a page stays open. */
const every = 30 * 60_000

export function useWorker(): void {
  // Browsers offer it on pages with TLS, and on this computer itself, only.
  if (begun || !import.meta.env.PROD || !('serviceWorker' in navigator)) return
  begun = true
  const workers = navigator.serviceWorker
  void workers.register('/staff/sw.js', { scope: '/staff' }).then((registration) => {
    const look = () => { if (registration.waiting && workers.controller) waiting.value = registration.waiting }
    registration.addEventListener('updatefound', () => { registration.installing?.addEventListener('statechange', look) })
    look()
    setInterval(() => { void registration.update().catch(() => undefined) }, every)
  }).catch(() => undefined) // without it the pages work as before, with a network
}

/** Changes to the new version and opens the page again. */
export function takeOver(): void {
  navigator.serviceWorker.addEventListener('controllerchange', () => { window.location.reload() }, { once: true })
  waiting.value?.postMessage('take-over')
}
