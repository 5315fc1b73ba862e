import { describe, expect, it } from 'vitest'
import { changedPart } from './verdict'

const marked = (a: string, b: string) => changedPart(a, b).map((p) => (p.hit ? `[${p.text}]` : p.text)).join('')

describe('changedPart', () => {
  it('marks what two texts do not share', () => {
    expect(marked('每１２小时', '每12小时')).toBe('每[１２]小时')
    expect(marked('D:丁E:戊', 'D:丁 ‖ E:戊')).toBe('D:丁E:戊')
    expect(marked('D:丁 ‖ E:戊', 'D:丁E:戊')).toBe('D:丁[ ‖ ]E:戊')
    expect(marked('√', '正确')).toBe('[√]')
    expect(marked('aa', 'aaa')).toBe('aa')
  })
  it('marks all of a text that nothing replaces', () => {
    expect(marked('E', '')).toBe('[E]')
    expect(marked('', 'x')).toBe('')
  })
})
