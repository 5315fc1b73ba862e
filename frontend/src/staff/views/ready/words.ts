import { t, type Key } from '../../i18n'
import { moment } from '../../lib/time'
import type { Look } from '../../lib/tones'
import { zhCN } from '../../messages/all'
import type { Sitting } from '../../lib/types'
import type { ReadinessLine } from './api'

export const STATE: Record<ReadinessLine['state'], Look> = {
  ready: { icon: 'ok', tone: 'ok' },
  attention: { icon: 'warn', tone: 'warn' },
  block: { icon: 'x', tone: 'bad' },
}

export type Group = 'papers' | 'servers' | 'drill' | 'people'
export const GROUPS: readonly Group[] = ['papers', 'servers', 'drill', 'people']
const OF: Record<string, Group> = { filed: 'papers', fulfil: 'papers', sealed: 'papers', store: 'servers', clock: 'servers', drill: 'drill', seated: 'people', room: 'people', browsers: 'people' }
export const groupOf = (l: ReadinessLine): Group => OF[l.check] ?? 'people'

const known = (key: string): key is Key => key in zhCN

/** What a check says, in one sentence. */
export function words(l: ReadinessLine): string {
  const key = l.check === 'room' && l.reason !== 'fine' ? `venue.flaw.${l.reason}` : `ready.${l.check}.${l.reason}`
  const name = l.check === 'store' || l.check === 'clock' ? t(l.name === 'live' ? 'ready.store.live' : 'ready.store.records') : l.name
  return known(key) ? t(key, { have: l.have, need: l.need, name, room: l.name, who: l.by.join(t('app.listSep')) }) : l.reason
}

/** What it goes by: who and when, and what there is more to say. */
export function evidence(l: ReadinessLine): string {
  const who = l.check === 'room' ? '' : l.by.join(t('app.listSep'))
  const places = l.places.length > 0 ? t('ready.places', { list: l.places.join(t('app.listSep')) }) : ''
  return [l.detail, places, who, l.at ? moment(l.at) : ''].filter((x) => x !== '').join(' · ')
}

/** What to do about it; empty where nobody can from here. */
export function remedy(l: ReadinessLine): string {
  const key = `ready.do.${l.check}`
  return l.state !== 'ready' && known(key) ? t(key) : ''
}

/** The lines of a state in the order of the list. */
export const lines = (all: readonly ReadinessLine[], state: ReadinessLine['state']): ReadinessLine[] => all.filter((l) => l.state === state)

const WORSE = ['ready', 'attention', 'block'] as const
export function worst(all: readonly ReadinessLine[]): ReadinessLine['state'] {
  return all.reduce<ReadinessLine['state']>((a, l) => (WORSE.indexOf(l.state) > WORSE.indexOf(a) ? l.state : a), 'ready')
}

/** What was not done when a sitting was opened, in words. */
export const undone = (o: NonNullable<Sitting['opening']>): string[] => o.gaps.map((g) => words({ ...g, state: 'block', by: [], places: [], detail: '' }))

/** Whether a reason is none: 2 to 500 characters, or nothing where none is demanded. */
export function reasonFault(why: string, demanded: boolean): boolean {
  const n = [...why.trim()].length
  return n > 500 || (n < 2 && (demanded || n > 0))
}
