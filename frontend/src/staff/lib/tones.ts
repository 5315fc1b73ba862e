import type { Outcome } from './marks'
import type { Item, ItemStage, LateOperation, OrderKind, ProgressRow, ReviewSlot, SeatPhase, SittingState } from './types'

/** The icons that parts/Icon.vue draws. */
export type IconName =
  | 'ok' | 'x' | 'warn' | 'pen' | 'lock' | 'play' | 'stop' | 'eye' | 'clock' | 'dash' | 'wait' | 'off' | 'cut' | 'half'
  | 'hand' | 'down' | 'print' | 'plus' | 'fold' | 'person' | 'key' | 'pause' | 'again' | 'file'

/** How a state looks: the word is in the messages, the icon and the tone are here. */
export interface Look {
  icon: IconName
  tone: '' | 'ok' | 'warn' | 'bad' | 'plain'
}

export const SITTING: Record<SittingState, Look> = {
  draft: { icon: 'pen', tone: '' },
  sealed: { icon: 'lock', tone: '' },
  open: { icon: 'play', tone: 'ok' },
  closed: { icon: 'stop', tone: '' },
  released: { icon: 'ok', tone: 'ok' },
}

export const OUTCOME: Record<Outcome, Look> = {
  passed: { icon: 'ok', tone: 'ok' },
  failed: { icon: 'x', tone: 'bad' },
  absent: { icon: 'dash', tone: '' },
  marking: { icon: 'clock', tone: 'warn' },
  running: { icon: 'pen', tone: '' },
}

export const SEAT: Record<ProgressRow['state'], Look> = {
  ready: { icon: 'wait', tone: 'plain' },
  running: { icon: 'pen', tone: '' },
  paused: { icon: 'pause', tone: 'warn' },
  closed: { icon: 'ok', tone: 'ok' },
}

export const PHASE: Record<SeatPhase, Look> = {
  away: { icon: 'dash', tone: 'plain' },
  'signed-in': { icon: 'person', tone: '' },
  waiting: { icon: 'wait', tone: '' },
  absent: { icon: 'off', tone: 'plain' },
  answering: { icon: 'pen', tone: '' },
  paused: { icon: 'pause', tone: 'warn' },
  lost: { icon: 'cut', tone: 'bad' },
  submitted: { icon: 'ok', tone: 'ok' },
}

export const VERDICT: Record<ReviewSlot['verdict'], Look> = {
  right: { icon: 'ok', tone: 'ok' },
  partial: { icon: 'half', tone: 'warn' },
  wrong: { icon: 'x', tone: 'bad' },
  unanswered: { icon: 'dash', tone: '' },
  waiting: { icon: 'clock', tone: 'warn' },
}

export const ITEM: Record<Item['status'], Look> = {
  draft: { icon: 'pen', tone: '' },
  'in-review': { icon: 'clock', tone: '' },
  approved: { icon: 'eye', tone: '' },
  published: { icon: 'ok', tone: 'ok' },
  retired: { icon: 'off', tone: '' },
}

export const ORDER: Record<OrderKind, Look> = {
  extend: { icon: 'clock', tone: '' },
  pause: { icon: 'pause', tone: 'warn' },
  resume: { icon: 'play', tone: '' },
  reopen: { icon: 'again', tone: 'warn' },
}

export const LATE: Record<LateOperation['decision'], Look> = {
  open: { icon: 'clock', tone: 'warn' },
  counted: { icon: 'ok', tone: 'ok' },
  rejected: { icon: 'x', tone: '' },
}

export const STAGE: Record<ItemStage, Look> = {
  draft: { icon: 'pen', tone: '' },
  'in-review': { icon: 'clock', tone: '' },
  returned: { icon: 'warn', tone: 'warn' },
  approved: { icon: 'eye', tone: '' },
}
