// Makes the staff pages installable: the service worker with the files that an
// examiner needs without a network, the manifest and its icon.
import { createHash } from 'node:crypto'
import { readFile, writeFile } from 'node:fs/promises'

const dist = new URL('../dist/', import.meta.url)

// A box that is ticked; no emblem.
const icon = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 512 512"><rect width="512" height="512" fill="#1c4e78"/><rect x="120" y="120" width="272" height="272" rx="24" fill="none" stroke="#fff" stroke-width="28"/><path d="M184 262l52 52 96-112" fill="none" stroke="#fff" stroke-width="36"/></svg>\n'

const app = {
  name: '贡院 评分', short_name: '贡院评分', lang: 'zh-CN', id: '/staff/assess', start_url: '/staff/assess', scope: '/staff/', display: 'standalone',
  background_color: '#f3f5f7', theme_color: '#1c4e78', icons: [{ src: '/staff/icon.svg', sizes: 'any', type: 'image/svg+xml', purpose: 'any' }],
}

/** What the page loads at once, and the views that an examiner works with. */
async function filesOf() {
  const manifest = JSON.parse(await readFile(new URL('assets/manifest-staff.json', dist), 'utf8'))
  const wanted = /views\/assess\/|views\/(Home|Missing)\.vue$/
  const files = new Set()
  const follow = (key) => {
    const chunk = manifest[key]
    if (!chunk || files.has(`/${chunk.file}`)) return
    files.add(`/${chunk.file}`)
    for (const css of chunk.css ?? []) files.add(`/${css}`)
    for (const next of chunk.imports ?? []) follow(next)
    for (const next of chunk.dynamicImports ?? []) if (wanted.test(next)) follow(next)
  }
  follow('staff.html')
  return [...files].sort()
}

export async function makeInstallable() {
  const files = await filesOf()
  const hash = createHash('sha256').update(await readFile(new URL('staff.html', dist))).update(files.join())
  const source = await readFile(new URL('worker.js', import.meta.url), 'utf8')
  const version = hash.update(source).digest('hex').slice(0, 12)
  await writeFile(new URL('sw.js', dist), source.replace('self.__FILES__', JSON.stringify(files)).replace('__VERSION__', version))
  await writeFile(new URL('app.webmanifest', dist), `${JSON.stringify(app)}\n`)
  await writeFile(new URL('icon.svg', dist), icon)
}
