import { createHash } from 'node:crypto'
import { readFile, writeFile } from 'node:fs/promises'
import { describe, expect, it } from 'vitest'
import type { AttemptId, Epoch, ServerMs } from '../shared/brand'
import { answersFile, digestOf, type Source } from './answersfile'
import type { AnswersFile } from './contract'

const vector = new URL('testdata/answers-file.json', import.meta.url)

// Everything that two languages write differently: signs that some escape, half
// a character, empty lists, line ends, and the last integer a double holds.
const source: Source = {
  attempt: 'att-0001' as AttemptId, admission: 'DEMO0001', device: '03考场备用机02', epoch: 3 as Epoch, at: Date.parse('2026-11-22T02:42:07.125Z') as ServerMs,
  operations: [
    { seq: 7, slot: 1, response: { choice: ['A'] }, flagged: false, clientMs: 1795315320001 },
    { seq: 8, slot: 12, response: { choice: ['A', 'C'] }, flagged: true, clientMs: 1795315321002 },
    { seq: 9, slot: 12, response: {}, flagged: false, clientMs: 1795315322003 },
    { seq: 10, slot: 21, response: { text: ['30', ''] }, flagged: false, clientMs: 1795315323004 },
    { seq: 11, slot: 23, response: { text: ['一、<记录> & “时间”\n二、C:\\巡查\t"完"\u2028\u2029\u0001\u007f😀é/'] }, flagged: false, clientMs: 9007199254740991 },
    { seq: 12, slot: 24, response: { choice: [], text: ['半个\ud83d字'] }, flagged: true, clientMs: 0 },
  ],
}

describe('the file of answers', () => {
  it('is the one that the server’s side is tested with', async () => {
    const { name, text } = answersFile(source)
    expect(name).toBe('作答_DEMO0001_20261122-104207.json')
    if (process.env.UPDATE_TESTDATA) await writeFile(vector, text)
    expect(text).toBe(await readFile(vector, 'utf8'))
  })

  it('has the digest of the contract, whichever way it is computed', () => {
    const file = JSON.parse(answersFile(source).text) as AnswersFile
    const lines = [
      'gongyuan-answers-1', 'att-0001', '3',
      '7:1:0:1795315320001:{"choice":["A"]}', '8:12:1:1795315321002:{"choice":["A","C"]}', '9:12:0:1795315322003:{}', '10:21:0:1795315323004:{"text":["30",""]}',
      '11:23:0:9007199254740991:{"text":["一、<记录> & “时间”\\n二、C:\\\\巡查\\t\\"完\\"\\u2028\\u2029\\u0001\u007f😀é/"]}', '12:24:1:0:{"text":["半个\ufffd字"]}',
    ]
    expect(file.digest).toBe(createHash('sha256').update(lines.join('\n') + '\n').digest('hex'))
    expect(digestOf(file)).toBe(file.digest)
    expect(digestOf({ ...file, epoch: 4 })).not.toBe(file.digest)
    expect(digestOf({ ...file, operations: file.operations.slice(1) })).not.toBe(file.digest)
  })

  it('bears a name that every file system takes', () => {
    expect(answersFile({ ...source, admission: 'A/1\\2:3' }).name).toBe('作答_A_1_2_3_20261122-104207.json')
  })
})
