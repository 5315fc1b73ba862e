import type { Score, Sheet } from './types'

/** A small sheet for the tests of this folder. */
export const sheet: Sheet = {
  id: 'skill-3', version: 1, level: 3, kind: 'skill', title: '初期火灾处置（示例）', minutes: 30, sample: true, full: 4000,
  vetoes: [{ id: 'v1', text: '未断电即用水' }, { id: 'v2', text: '危及安全' }],
  sections: [
    { function: '示例', title: '处置', rows: [
      { id: 'r1', text: '报警', full: 1500, rule: '五要素', deductions: [{ id: 'miss', label: '每缺一项', marks: 300, most: 5 }] },
      { id: 'r2', text: '断电', full: 1500, rule: '先断电', deductions: [{ id: 'order', label: '顺序颠倒', marks: 500, most: 1 }, { id: 'type', label: '类型选错', marks: 1500, most: 1 }] },
    ] },
    { function: '示例', title: '记录', rows: [{ id: 'r3', text: '记录', full: 1000, rule: '完整', deductions: [] }] },
  ],
}

export function scoreOf(more: Partial<Score> = {}): Score {
  return { draw: '7', state: 'untouched', version: 0, rows: [], vetoes: [], complete: false, vetoed: false, total: 0, ...more }
}
