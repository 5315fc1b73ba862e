import type { Look } from '../../lib/tones'
import type { ReleaseRound, Ruling } from './api'

/** How the states of releases and rulings look. */
export const ROUND: Record<ReleaseRound['state'], Look> = {
  proposed: { icon: 'clock', tone: '' },
  approved: { icon: 'ok', tone: 'ok' },
  returned: { icon: 'x', tone: 'warn' },
  void: { icon: 'x', tone: 'bad' },
}

export const RULING: Record<Ruling['state'], Look> = {
  'proposed': { icon: 'clock', tone: '' },
  'in-force': { icon: 'warn', tone: 'bad' },
  'refused': { icon: 'x', tone: '' },
  'lifted': { icon: 'ok', tone: '' },
}
