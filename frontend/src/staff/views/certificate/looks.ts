import type { Look } from '../../lib/tones'
import type { Batch, Motion } from '../assess/types'

/** How the states of a batch look. */
export const BATCH: Record<Batch['state'], Look> = {
  draft: { icon: 'eye', tone: '' },
  proposed: { icon: 'clock', tone: 'warn' },
  issuing: { icon: 'clock', tone: '' },
  issued: { icon: 'ok', tone: 'ok' },
  dropped: { icon: 'x', tone: '' },
}

/** How the states of a motion look. */
export const MOTION: Record<Motion['state'], Look> = {
  open: { icon: 'clock', tone: 'warn' },
  approved: { icon: 'ok', tone: 'ok' },
  returned: { icon: 'x', tone: '' },
  void: { icon: 'x', tone: 'bad' },
}
