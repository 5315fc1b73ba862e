import { describe, expect, it } from 'vitest'
import { checkCandidate, parsePaste, placeOf } from './paste'

const now = new Date('2026-11-22T00:00:00Z')
const A = '11010519491231002X'
const B = '440524188001010014'

const codes = (text: string, known: { room: string; seat: string; admission: string }[] = []) =>
  parsePaste(text, known, now).map((l) => l.faults.map((f) => `${f.field ?? '-'}:${f.code}`))

describe('parsePaste', () => {
  it('reads tabs, commas and full-width commas', () => {
    for (const sep of ['\t', ',', '，', ', ']) {
      const [l] = parsePaste(['王甲', A, '01', '05', '15', 'zk-7'].join(sep), [], now)
      expect(l!.faults).toEqual([])
      expect(l!.candidate).toEqual({ name: '王甲', idNumber: A, room: '01', seat: '05', extraMinutes: 15, admission: 'ZK-7' })
    }
  })
  it('takes the employer as the last column, or by its heading', () => {
    expect(parsePaste(`王甲\t${A}\t01\t05\t\t\t 甲公司 `, [], now)[0]!.candidate.employer).toBe('甲公司')
    expect(parsePaste(`姓名\t单位\t证件号\t考场\t座位\n王甲\t甲公司\t${A}\t01\t05`, [], now)[0]!.candidate.employer).toBe('甲公司')
  })
  it('leaves out what may be left out', () => {
    const [l] = parsePaste(`王甲\t${A}\t01\t05`, [], now)
    expect(l!.candidate).toEqual({ name: '王甲', idNumber: A, room: '01', seat: '05', extraMinutes: 0 })
  })
  it('takes columns from a heading line in any order', () => {
    const [l] = parsePaste(`座位\t考场\t备注\t身份证件号\t姓名\n05\t01\t有陪同\t${A}\t王甲`, [], now)
    expect(l!.faults).toEqual([])
    expect(l!.line).toBe(2)
    expect(l!.candidate).toMatchObject({ name: '王甲', room: '01', seat: '05' })
  })
  it('keeps line numbers over blank lines and both line ends', () => {
    expect(parsePaste(`\r\n王甲\t${A}\t01\t05\r\n\r\n李乙\t${B}\t01\t06\r\n`, [], now).map((l) => l.line)).toEqual([2, 4])
  })
  it('reads quoted cells with separators, quotes and line ends inside', () => {
    const [l, m] = parsePaste(`"王,""甲""\n丙",${A},01,05\n李乙,${B},01,06`, [], now)
    expect(l!.candidate.name).toBe('王,"甲" 丙')
    expect(m!.line).toBe(3)
  })
  it('has nothing for nothing', () => {
    expect(parsePaste(' \n\t\n', [], now)).toEqual([])
  })
  it('names each fault of a line', () => {
    expect(codes('王甲\t123\t\t05\t999\t号')).toEqual([['idNumber:id-length', 'room:required', 'extraMinutes:minutes', 'admission:admission']])
    expect(codes(`\t${A}\t01\t${'座'.repeat(21)}\t-5`)).toEqual([['name:required', 'seat:long-20', 'extraMinutes:minutes']])
    expect(codes(`王甲\t${A}\t01\t05\t\t\t${'长'.repeat(81)}`)).toEqual([['employer:long-80']])
    expect(codes(`王甲\t${A}\t01\t05\t\t\t\t\t多余`)).toEqual([['-:cells']])
    expect(codes(`王甲\t${A}\t01\t05\t\t\t\t也许`)).toEqual([['anew:anew']])
    expect(codes('王甲\t1.10105E+17\t01\t05')).toEqual([['idNumber:id-scientific']])
  })
  it('finds repeats and tells the other line', () => {
    const lines = parsePaste(`王甲\t${A}\t01\t05\t\tZ1\n李乙\t${A.toLowerCase()}\t01\t05\t\tz1`, [], now)
    expect(lines[0]!.faults).toEqual([])
    expect(lines[1]!.faults).toEqual([
      { field: 'idNumber', code: 'twice', line: 1 }, { field: 'seat', code: 'twice', line: 1 }, { field: 'admission', code: 'twice', line: 1 },
    ])
  })
  it('finds seats and admission numbers that are taken', () => {
    expect(codes(`王甲\t${A}\t01\t05\t\tZ1`, [{ room: '01', seat: '05', admission: 'Z1' }])).toEqual([['seat:seat-taken', 'admission:admission-taken']])
  })
})

describe('checkCandidate', () => {
  it('takes minutes with their word and full-width digits', () => {
    const raw = { name: '王甲', idNumber: A, room: '01', seat: '05', extraMinutes: '１５ 分钟', admission: '', employer: '', anew: '' }
    expect(checkCandidate(raw, now).candidate.extraMinutes).toBe(15)
  })
  it('sends that all is taken anew only where it is said', () => {
    const raw = { name: '王甲', idNumber: A, room: '01', seat: '05', extraMinutes: '', admission: '', employer: '', anew: '' }
    expect('anew' in checkCandidate(raw, now).candidate).toBe(false)
    expect('anew' in checkCandidate({ ...raw, anew: '否' }, now).candidate).toBe(false)
    for (const yes of ['是', 'Yes', '全部重考']) expect(checkCandidate({ ...raw, anew: yes }, now).candidate.anew).toBe(true)
  })
})

describe('placeOf', () => {
  it('finds the candidate and the field', () => {
    expect(placeOf('/candidates/12/seat')).toEqual({ index: 12, field: 'seat' })
    expect(placeOf('/candidates/3')).toEqual({ index: 3, field: null })
    expect(placeOf('/candidates/3/other')).toEqual({ index: 3, field: null })
    expect(placeOf('/title')).toBeNull()
  })
})
