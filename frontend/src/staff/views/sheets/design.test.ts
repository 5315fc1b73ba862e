import { describe, expect, it } from 'vitest'
import { blank, copyOf, faultsOf, hundredths, move, newestOf, nextOf, sheetFull, versionsOf, type Sheet } from './design'

const sheet: Sheet = {
  id: 'fire', version: 2, level: 3, kind: 'skill', title: '初期火灾处置', minutes: 30, sample: true, full: 10000, vetoes: [{ id: 'v', text: '带电用水灭火' }],
  sections: [{ function: '应急管理', title: '灭火器', rows: [
    { id: 'a', text: '检查', full: 4000, rule: '检查压力表', deductions: [{ id: 'x', label: '未检查', marks: 1000, most: 2 }] },
    { id: 'b', text: '使用', full: 6000, rule: '提拔握压', deductions: [], step: 50 },
  ] }],
}

describe('a score sheet while it is designed', () => {
  it('begins from a version that is there, or as a copy under another name', () => {
    expect(nextOf(sheet)).toMatchObject({ id: 'fire', base: 2, title: '初期火灾处置', attachments: [] })
    expect(nextOf({ ...sheet, attachments: [{ id: 'work', label: '操作照片', required: true }] }).attachments).toEqual([{ id: 'work', label: '操作照片', required: true }])
    const copy = copyOf(sheet)
    expect(copy.base).toBe(0)
    expect(copy.id).toMatch(/^[a-z0-9-]{1,40}$/)
    copy.sections[0]?.rows.pop()
    expect(sheet.sections[0]?.rows).toHaveLength(2)
  })
  it('names each fault at its control', () => {
    expect(faultsOf(nextOf(sheet))).toEqual([])
    expect(faultsOf(blank(3)).map((f) => f.code)).toEqual(['title', 'function', 'sectionTitle', 'rowText', 'rowFull', 'rowRule', 'sum'])
    const d = nextOf(sheet)
    const row = d.sections[0]?.rows[0]
    if (row) { row.full = 4050; row.step = 100; row.deductions = [{ id: 'x', label: '', marks: 5000, most: 0 }] }
    expect(faultsOf(d).map((f) => f.at)).toEqual(['step-a', 'label-a-x', 'marks-a-x', 'most-a-x', 'sum'])
  })
  it('adds up, moves and reads marks', () => {
    expect(sheetFull(nextOf(sheet))).toBe(10000)
    const list = [1, 2, 3]
    move(list, 0, 1); move(list, 2, 1); move(list, 0, -1)
    expect(list).toEqual([2, 1, 3])
    expect(['12', '12.5', '０.５', '1.005', 'x', '-1', ''].map(hundredths)).toEqual([1200, 1250, 50, null, null, null, null])
  })
  it('lists the versions of one sheet, the newest first', () => {
    expect(versionsOf([{ ...sheet, version: 1 }, { ...sheet, id: 'other' }, sheet], 'fire').map((s) => s.version)).toEqual([2, 1])
  })
  it('lists the newest version of each name', () => {
    expect(newestOf([{ ...sheet, version: 1 }, sheet, { ...sheet, id: 'other', level: 2 }]).map((s) => [s.id, s.version])).toEqual([['fire', 2], ['other', 1 + 1]])
  })
})
