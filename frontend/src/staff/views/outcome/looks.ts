import type { Look } from '../../lib/tones'
import type { OutcomeRow } from '../assess/types'
import type { PartWord } from './outcome'

/** How the words of outcomes look. */
export const PART: Record<PartWord, Look> = {
  passed: { icon: 'ok', tone: 'ok' },
  failed: { icon: 'x', tone: 'bad' },
  vetoed: { icon: 'x', tone: 'bad' },
  misconduct: { icon: 'x', tone: 'bad' },
  carried: { icon: 'ok', tone: 'ok' },
  absent: { icon: 'dash', tone: 'bad' },
  chair: { icon: 'warn', tone: 'warn' },
  pending: { icon: 'clock', tone: '' },
  missing: { icon: 'wait', tone: '' },
}

export const VERDICT: Record<OutcomeRow['verdict'], Look> = {
  qualified: { icon: 'ok', tone: 'ok' },
  unqualified: { icon: 'x', tone: 'bad' },
  incomplete: { icon: 'clock', tone: '' },
  withheld: { icon: 'lock', tone: 'warn' },
}
