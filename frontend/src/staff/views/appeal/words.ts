import { t } from '../../i18n'
import type { Look } from '../../lib/tones'
import type { Appeal } from './api'

/** How the states of appeals look. */
export const APPEAL: Record<Appeal['state'], Look> = {
  filed: { icon: 'file', tone: 'warn' },
  accepted: { icon: 'clock', tone: 'warn' },
  assigned: { icon: 'eye', tone: '' },
  reported: { icon: 'clock', tone: 'warn' },
  withdrawn: { icon: 'dash', tone: '' },
  refused: { icon: 'x', tone: '' },
  unchanged: { icon: 'ok', tone: '' },
  changed: { icon: 'pen', tone: 'ok' },
}

/** Whether an answer is owed. */
export const isOpen = (a: Appeal): boolean => ['filed', 'accepted', 'assigned', 'reported'].includes(a.state)

/** Whether there is an answer to print. */
export const isAnswered = (a: Appeal): boolean => ['refused', 'unchanged', 'changed'].includes(a.state)

/** How urgent the answer is, by the working days that are left. */
export type Urgency = 'overdue' | 'soon' | 'calm'

const SOON = 2

export function urgency(a: Pick<Appeal, 'left'>): Urgency {
  if (a.left < 0) return 'overdue'
  return a.left <= SOON ? 'soon' : 'calm'
}

export const URGENCY: Record<Urgency, Look> = {
  overdue: { icon: 'warn', tone: 'bad' },
  soon: { icon: 'clock', tone: 'warn' },
  calm: { icon: 'clock', tone: '' },
}

/** 还剩 n 个工作日 */
export function leftWord(a: Pick<Appeal, 'left'>): string {
  if (a.left < 0) return t('appeal.overdue')
  return a.left === 0 ? t('appeal.today') : t('appeal.left', { n: a.left })
}

/** Points as typed, in hundredths; null for what is no number of points up to the most. */
export function hundredths(text: string, most: number): number | null {
  const s = text.trim().replace(/[．。]/, '.').replace(/[０-９]/g, (c) => String.fromCharCode(c.charCodeAt(0) - 0xfee0))
  if (!/^\d{1,4}(\.\d{1,2})?$/.test(s)) return null
  const [whole = '0', part = ''] = s.split('.')
  const n = Number(whole) * 100 + Number(part.padEnd(2, '0'))
  return n <= most ? n : null
}

/** Length of a text without the space around it, in characters. */
export const long = (s: string): number => [...s.trim()].length
