import { describe, expect, it } from 'vitest'
import { createEventParser, type ServerEvent } from './sse'

function read(...pieces: string[]): ServerEvent[] {
  const events: ServerEvent[] = []
  const push = createEventParser((e) => events.push(e))
  for (const piece of pieces) push(piece)
  return events
}

describe('server-sent events', () => {
  const cases: [string, string[], ServerEvent[]][] = [
    ['one event', ['event: beat\ndata: {"a":1}\n\n'], [{ name: 'beat', data: '{"a":1}' }]],
    ['no name', ['data: x\n\n'], [{ name: 'message', data: 'x' }]],
    ['no space after the colon', ['event:beat\ndata:x\n\n'], [{ name: 'beat', data: 'x' }]],
    ['only one space is taken off', ['data:  x\n\n'], [{ name: 'message', data: ' x' }]],
    ['lines of data', ['data: a\ndata: b\ndata\ndata: c\n\n'], [{ name: 'message', data: 'a\nb\n\nc' }]],
    ['comments', [': alive\n\n:\n\nevent: beat\n: between\ndata: x\n\n'], [{ name: 'beat', data: 'x' }]],
    ['CRLF', ['event: beat\r\ndata: a\r\ndata: b\r\n\r\n'], [{ name: 'beat', data: 'a\nb' }]],
    ['CR alone', ['data: a\r\rdata: b\r\r'], [{ name: 'message', data: 'a' }, { name: 'message', data: 'b' }]],
    ['CR and LF in two pieces', ['data: a\r', '\ndata: b\r', '\n\r', '\n'], [{ name: 'message', data: 'a\nb' }]],
    ['an event without data is none', ['event: beat\n\ndata: x\n\n'], [{ name: 'message', data: 'x' }]],
    ['other fields', ['id: 7\nretry: 9\ndata: x\nfoo: y\n\n'], [{ name: 'message', data: 'x' }]],
    ['a byte order mark', ['\ufeffdata: x\n\n'], [{ name: 'message', data: 'x' }]],
    ['what is not finished', ['data: x\n'], []],
    ['colons in the data', ['data: a:b: c\n\n'], [{ name: 'message', data: 'a:b: c' }]],
  ]
  it.each(cases)('%s', (_, pieces, want) => {
    expect(read(...pieces)).toEqual(want)
  })

  it('come out the same wherever the network cuts them', () => {
    for (const eol of ['\n', '\r\n', '\r']) {
      const whole = [': hello', '', 'event: beat', 'data: {"state":"paused",', 'data: "a":"补时"}', '', 'event: taken-over', 'data: {}', '', ''].join(eol)
      const want = read(whole)
      expect(want).toEqual([{ name: 'beat', data: '{"state":"paused",\n"a":"补时"}' }, { name: 'taken-over', data: '{}' }])
      expect(read(...whole)).toEqual(want)
      for (let cut = 0; cut <= whole.length; cut++) expect(read(whole.slice(0, cut), '', whole.slice(cut)), `${JSON.stringify(eol)} at ${cut}`).toEqual(want)
    }
  })
})
