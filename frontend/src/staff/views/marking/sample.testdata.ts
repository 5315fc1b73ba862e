import type { Task } from './types'

/** A piece of 5 points with three criteria. */
export function task(ticket = 't1'): Task {
  return {
    ticket, until: '2026-12-06T01:15:00Z', type: 'D', points: 500, stem: '遇到火情怎么办？', answer: '先报警\n  再疏散', reference: '要点',
    criteria: [{ text: '报警', marks: 200 }, { text: '疏散', marks: 150 }, { text: '警戒', marks: 150 }], open: true, done: 3, of: 12,
  }
}
