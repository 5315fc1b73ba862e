import { expect, it } from 'vitest'
import { AREAS, may, type Area } from './lib/sitting'
import text from './router.ts?raw'

const routes = [...text.matchAll(/name: '([\w-]+)', .*?meta: \{ area: '(\w+)'/g)].map(([, name, area]) => [name, area as Area] as const)
const nav = [...text.matchAll(/\{ area: '(\w+)', to: '([\w-]+)', nav:/g)].map(([, area, to]) => [to, area as Area] as const)

/** Pages on which there is nothing to read, only something to write or to print, or one's own work. */
const WRITES = ['appeal-file', 'assess', 'assess-list', 'assess-sheet', 'day-papers', 'marking', 'own', 'programme-edit', 'programme-new', 'register', 'regrade-new', 'roster-import', 'sheet-new', 'sheet-next', 'sitting-edit', 'sitting-new']

it('OK: an auditor opens every page that shows something', () => {
  expect(routes.length).toBeGreaterThan(60)
  expect(routes.filter(([, area]) => !may(['auditor'], area)).map(([name]) => name).sort()).toEqual(WRITES)
})

it('OK: the main navigation leads there, and to nobody elsewhere', () => {
  expect(nav.filter(([, area]) => may(['auditor'], area)).map(([to]) => to)).toEqual([
    'banks', 'reviews', 'blueprints', 'sittings', 'results', 'certificate-home', 'examiners', 'sheets', 'filings', 'periods', 'audit', 'accounts',
  ])
  for (const [to, area] of nav) expect(routes.find(([name]) => name === to)?.[1], to).toBe(area)
})

it('Err: an auditor plans nothing', () => {
  expect(AREAS.plan).toEqual(['administrator'])
  expect(may(['auditor'], 'assess')).toBe(false)
})
