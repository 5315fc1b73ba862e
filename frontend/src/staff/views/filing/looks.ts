import type { Look } from '../../lib/tones'
import type { Filing, FilingState } from './api'

/** How a state looks: on its way, in force, or over. */
export const STATE: Record<FilingState, Look> = {
  applied: { icon: 'clock', tone: '' }, assessed: { icon: 'clock', tone: '' }, opinion: { icon: 'clock', tone: '' }, reviewed: { icon: 'clock', tone: '' },
  filed: { icon: 'ok', tone: 'ok' }, registered: { icon: 'ok', tone: 'ok' }, changed: { icon: 'ok', tone: 'ok' }, renewed: { icon: 'ok', tone: 'ok' },
  ended: { icon: 'x', tone: '' },
}

/** Whether an entry was filed and its validity does not cover today. */
export function runOut(f: Filing): boolean {
  return !f.valid && ['filed', 'registered', 'changed', 'renewed'].includes(f.state)
}
