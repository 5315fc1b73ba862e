import type { BoardSeat, ProctorKind, SeatPhase } from '../../lib/types'

export const PHASES: readonly SeatPhase[] = ['lost', 'answering', 'paused', 'waiting', 'signed-in', 'away', 'absent', 'submitted']

/** Which seats are shown: those in one phase, or with something to look at. */
export type MapFilter = 'all' | 'locked' | 'help' | 'unread' | 'signals' | SeatPhase

export function fits(s: BoardSeat, filter: MapFilter): boolean {
  if (filter === 'all') return true
  if (filter === 'locked') return s.locked === true
  if (filter === 'help') return s.help > 0
  if (filter === 'unread') return s.unread > 0
  if (filter === 'signals') return (s.signals?.length ?? 0) > 0
  return s.phase === filter
}

const words = new Intl.Collator('zh-CN', { numeric: true })
export const bySeat = (a: BoardSeat, b: BoardSeat) => words.compare(a.room, b.room) || words.compare(a.seat, b.seat)

export interface RoomView {
  room: string
  seats: BoardSeat[]
  /** How many are in each phase; those without any are left out. */
  counts: Map<SeatPhase, number>
  help: number
}

/** The seats by room, each in its order. */
export function roomsOf(seats: readonly BoardSeat[]): RoomView[] {
  const out = new Map<string, RoomView>()
  for (const s of [...seats].sort(bySeat)) {
    const r = out.get(s.room) ?? { room: s.room, seats: [], counts: new Map<SeatPhase, number>(), help: 0 }
    out.set(s.room, r)
    r.seats.push(s)
    r.counts.set(s.phase, (r.counts.get(s.phase) ?? 0) + 1)
    if (s.help > 0) r.help++
  }
  return [...out.values()]
}

/** What can be done about a seat as it stands; the server decides. */
export function actsFor(s: BoardSeat): ProctorKind[] {
  const out: ProctorKind[] = []
  const over = s.phase === 'submitted'
  const begun = s.state !== 'ready'
  if (!over && !s.signedInAt) out.push('check-in')
  if (!begun && s.phase !== 'absent') out.push('absent')
  if (!begun && (s.signedInAt || s.phase === 'absent')) out.push('undo')
  out.push('message')
  if (!over) out.push('transfer', 'warn')
  if (s.locked) out.push('unlock')
  else if (begun && !over) out.push('lock')
  if (!s.expelled) out.push('expel')
  return out
}

/** Which fields an act asks for. */
export const ASKS: Record<ProctorKind, readonly ('text' | 'reason' | 'place')[]> = {
  'check-in': [],
  absent: ['reason'],
  undo: ['reason'],
  message: ['text'],
  warn: ['text', 'reason'],
  expel: ['reason'],
  transfer: ['place', 'reason'],
  evacuate: ['text', 'reason'],
  return: ['reason'],
  lock: ['text', 'reason'],
  unlock: ['reason'],
}
