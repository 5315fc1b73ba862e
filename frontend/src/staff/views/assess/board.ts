import { api } from '../../api'
import { line } from './api'
import type { Board, Outbox } from './outbox'
import type { Kind } from './types'

/** Reads the list of one component and keeps it on this device. */
export async function loadBoard(box: Outbox, sitting: string, kind: Kind, signal: AbortSignal = new AbortController().signal): Promise<Board> {
  const [s, list] = await Promise.all([api.sitting(sitting, signal), line.tasks(sitting, kind, signal)])
  const board: Board = { title: s.title, levelTitle: s.levelTitle, list, at: Date.now() }
  box.keepBoard(sitting, kind, board)
  return board
}
