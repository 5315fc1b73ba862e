// The service worker of the staff pages: with it, an examiner's page opens
// without a network. scripts/build.mjs fills in the files and their digest.
// It keeps files of the program only, never an answer of the server: scores,
// names and pictures are kept by the page itself, for one person.
const files = self.__FILES__
const cacheName = 'gongyuan-staff-__VERSION__'
const page = '/staff'
/** How long an unsteady network may take before the kept page is shown. */
const patience = 4000

self.addEventListener('install', (e) => {
  // Whole or not at all: half a page would be worse than none.
  e.waitUntil(caches.open(cacheName).then((cache) => cache.addAll([page, ...files].map((url) => new Request(url, { cache: 'reload', credentials: 'omit' })))))
})

self.addEventListener('activate', (e) => {
  e.waitUntil((async () => {
    for (const name of await caches.keys()) if (name.startsWith('gongyuan-staff-') && name !== cacheName) await caches.delete(name)
    await self.clients.claim()
  })())
})

// The page asks for it once its person agrees; until then the old one stays.
self.addEventListener('message', (e) => { if (e.data === 'take-over') self.skipWaiting() })

self.addEventListener('fetch', (e) => {
  const url = new URL(e.request.url)
  if (e.request.method !== 'GET' || url.origin !== self.location.origin) return
  if (e.request.mode === 'navigate' && (url.pathname === page || url.pathname.startsWith(`${page}/`))) e.respondWith(opened(e.request))
  else if (files.includes(url.pathname)) e.respondWith(kept(e.request))
})

/** The newest page where the server answers, else the one that is kept. */
async function opened(request) {
  const abort = new AbortController()
  const timer = setTimeout(() => abort.abort(), patience)
  try {
    const response = await fetch(request.url, { signal: abort.signal, credentials: 'same-origin', redirect: 'follow' })
    if (response.ok) return response
    return (await caches.match(page, { cacheName })) ?? response
  } catch {
    return (await caches.match(page, { cacheName })) ?? Response.error()
  } finally {
    clearTimeout(timer)
  }
}

/** Files have a digest in their name and never change. */
async function kept(request) {
  return (await caches.match(request, { cacheName })) ?? fetch(request)
}
