import { api } from '../../api'
import { line } from './api'
import type { Board, Outbox } from './outbox'
import type { Kind } from './types'

/** Reads the list of one component and keeps it on this device. */
export async function loadBoard(box: Outbox, sitting: string, kind: Kind, signal: AbortSignal = new AbortController().signal): Promise<Board> {
  const [s, list, faces] = await Promise.all([
    api.sitting(sitting, signal), line.tasks(sitting, kind, signal),
    // Without them candidates are draw numbers, as they are by default.
    line.faces(sitting, kind, signal).catch(() => []),
  ])
  const board: Board = { title: s.title, levelTitle: s.levelTitle, list, at: Date.now(), faces }
  box.keepBoard(sitting, kind, board)
  return board
}
