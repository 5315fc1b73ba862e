// What the browser tests share: the browser, the accounts, pictures, axe.
import { mkdir, mkdtemp, readFile, rm } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { chromium } from 'playwright-core'
import { chrome } from './chromium.mjs'

const require = createRequire(import.meta.url)
const shots = process.env.GONGYUAN_SHOTS ?? '/tmp/shots'

/**
 * The server under test. With GONGYUAN_DEMO it is the one that file describes
 * ({url, candidates: [{admission, idNumber, level, name}], staff: [{login,
 * password, role}]}); GONGYUAN_URL replaces its address. Without, the mock.
 */
export async function target() {
  const file = process.env.GONGYUAN_DEMO
  if (file) {
    const demo = JSON.parse(await readFile(file, 'utf8'))
    return { ...demo, url: process.env.GONGYUAN_URL ?? demo.url, mock: null, close: async () => {} }
  }
  const { createMock } = await import('./mock.mjs')
  const mock = createMock({ size: 2 })
  const url = await mock.listen()
  return { ...mock.demo(url), mock, close: () => mock.close() }
}

/** Debian's Chromium with a new, empty profile. */
export async function launch() {
  const profile = await mkdtemp(join(tmpdir(), 'gongyuan-e2e-'))
  const browser = await chromium.launchPersistentContext(profile, {
    ...chrome,
    headless: true,
    viewport: { width: 1366, height: 768 },
    locale: 'zh-CN',
  })
  return {
    /** One computer: its tabs share storage and cookies. */
    context: browser,
    async close() {
      await browser.close()
      await rm(profile, { recursive: true, force: true })
    },
  }
}

export async function picture(page, name) {
  await mkdir(shots, { recursive: true })
  await page.screenshot({ path: join(shots, `${name}.png`) })
}

/** Fails on every serious or critical finding of axe, WCAG 2.2 AA. */
export async function axe(page, where) {
  const source = await readFile(require.resolve('axe-core/axe.min.js'), 'utf8')
  if (!await page.evaluate(() => 'axe' in globalThis)) await page.evaluate(source) // not a script element: the content security policy forbids those
  const { violations } = await page.evaluate(() => globalThis.axe.run(document, { resultTypes: ['violations'], runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'] }))
  const bad = violations.filter((v) => v.impact === 'serious' || v.impact === 'critical')
  if (bad.length > 0) {
    throw new Error(`${where}: ${bad.map((v) => `${v.id} (${v.impact}): ${v.help}\n  ${v.nodes.slice(0, 3).map((n) => n.html).join('\n  ')}`).join('\n')}`)
  }
  return violations.map((v) => `${v.id} (${v.impact})`)
}

/** Complains about what the page's own log holds: errors and blocked styles. */
export function watchConsole(page) {
  const found = []
  page.on('pageerror', (e) => found.push(String(e)))
  page.on('console', (m) => { if (m.type() === 'error' && !/Failed to load resource|ERR_INTERNET_DISCONNECTED/.test(m.text())) found.push(m.text()) })
  return found
}
