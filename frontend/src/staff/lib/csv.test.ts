import { describe, expect, it } from 'vitest'
import { csvOf, fileName, neutral } from './csv'

describe('csvOf', () => {
  it('writes a mark, CRLF, quotes', () => {
    expect(csvOf([['姓名', '得分'], ['王"甲', '59.50']])).toBe('\ufeff"姓名","得分"\r\n"王""甲","59.50"\r\n')
  })
})

describe('neutral', () => {
  it.each(['=1+1', '+1', '-1', '@SUM(A1)', '  =1', '\t=1', '\r=1', '＝1', '|calc', '1234567890123456'])('disarms %j', (v) => {
    expect(neutral(v)).toBe(`'${v}`)
  })
  it.each(['王甲', '59.50', '2612063000001', '01-05', ''])('leaves %j', (v) => {
    expect(neutral(v)).toBe(v)
  })
})

describe('fileName', () => {
  it('has nothing that a file system refuses', () => {
    expect(fileName('三级/高级工 理论: 1', '成绩')).toBe('三级_高级工_理论_1_成绩.csv')
  })
})
